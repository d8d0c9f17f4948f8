import type { Backend } from "./chains";
import { chainsOf, targetPortsOf } from "./chains";
import { poolKinds } from "./kinds";
import type { Picker } from "./pickers";
import { endpointsOf } from "./pickers";
import type { PodTemplate } from "./podIndex";
import type { Simulator } from "./servers";
import { simulatorsIn } from "./servers";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";

/** The simulators among the pods that an endpoint picker scores. */
export interface Simulators {
    readonly all: readonly Simulator[];
    /** Set if there may be more that preview does not show. */
    readonly undecided: UnknownInputError | undefined;
}

export function simulatorsOf(picker: Picker, index: StackIndex): Simulators {
    const { templates, undecided } = scoredBy(picker, index);
    return { all: templates.flatMap(simulatorsIn), undecided };
}

/** A port of pods at which an endpoint picker reads metrics. */
export interface ScrapedPort {
    readonly template: PodTemplate;
    readonly port: number;
}

/** Where an endpoint picker reads metrics: at the ports that it picks endpoints by, as far as they are known. */
export function scrapedBy(picker: Picker, index: StackIndex): ScrapedPort[] {
    const given = picker.flag("endpoint-target-ports")?.value.split(",").map(Number);
    const pool = poolOf(picker, index)?.object;
    const ports = given ?? (pool ? targetPortsOf(pool).map(({ value }) => value) : []);
    return scoredBy(picker, index).templates.flatMap((template) =>
        ports.flatMap((port) => (port === undefined ? [] : [{ template, port }])),
    );
}

/** The pods that `--endpoint-selector` selects, or the pool that `--pool-name` names, in the pool's namespace. */
function scoredBy(
    picker: Picker,
    index: StackIndex,
): { templates: readonly PodTemplate[]; undecided?: UnknownInputError } {
    const endpoints = endpointsOf(picker, index);
    if (endpoints) {
        return endpoints;
    }
    return poolOf(picker, index)?.selection ?? { templates: [] };
}

/** The pool that `--pool-name` names, of either API group. */
function poolOf(picker: Picker, index: StackIndex): Backend | undefined {
    const name = picker.flag("pool-name")?.value ?? "";
    const chains = chainsOf(index);
    const [backend] = poolKinds.flatMap(
        (kind) => chains.backendAt({ ...kind, namespace: picker.poolNamespace, name }) ?? [],
    );
    return backend;
}
