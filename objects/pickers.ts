import type { EppRelease, Image } from "../releases";
import { eppReleaseOf, parseImage } from "../releases";
import { integer, list, record, text } from "./json";
import { kinds, poolKinds } from "./kinds";
import type { KubernetesObject, Undecided } from "./kubernetesObject";
import type { PodTemplate, Selection } from "./podIndex";
import { replicasOf } from "./podIndex";
import { selectionOf } from "./selections";
import { labelSelector } from "./selectors";
import { marksInference, servesModels } from "./servers";
import type { StackIndex } from "./stackIndex";
import { UnknownInputError, Unknowns } from "./unknown";
import type { Container, Located } from "./containers";
import { containersOf, declaredPortsOf, flagValue, flagValues, targetNumber, variableOf } from "./containers";
import { extProcFiltersOf, namesPicker } from "./extProc";

/** The ports of an endpoint picker, and the argument that sets each; upstream's defaults. */
export const pickerPorts = {
    grpc: { flag: "grpc-port", byDefault: 9002, purpose: "gRPC" },
    health: { flag: "grpc-health-port", byDefault: 9003, purpose: "health" },
    metrics: { flag: "metrics-port", byDefault: 9090, purpose: "metrics" },
} as const;

export type PickerPort = keyof typeof pickerPorts;

export const pickerPortNames = Object.keys(pickerPorts) as PickerPort[];

/** Parts of the image names under which endpoint pickers are published. */
const pickerImages = /(^|[-_.])(epp|endpoint-picker)([-_.]|$)|inference-scheduler/;

/** Flags by which `--pool-name`, which other software has too, is told to be an endpoint picker's. */
const pickerFlags = [
    "config-file",
    "config-text",
    "grpc-health-port",
    "grpc-port",
    "ha-enable-leader-election",
    "metrics-endpoint-auth",
    "pool-group",
    "pool-namespace",
    "secure-serving",
];

/** An endpoint picker (EPP): what scores pods for a gateway over ext_proc. Reading an unknown input throws. */
export class Picker {
    constructor(
        readonly template: PodTemplate,
        readonly container: Container,
        /** Whether its image or arguments are GIE's or llm-d's. If not, all that is known is that something calls it. */
        readonly upstream: boolean,
    ) {}

    get owner(): KubernetesObject {
        return this.template.owner;
    }

    get namespace(): string {
        return this.template.namespace;
    }

    get image(): Image {
        return parseImage(text(this.container.fields.image) ?? "");
    }

    /** What its version accepts; see {@link eppReleaseOf}. */
    get release(): EppRelease | undefined {
        return eppReleaseOf(this.image, this.owner.assumed);
    }

    flag(name: string): Located<string> | undefined {
        return flagValue(this.container, name);
    }

    isOn(name: string, byDefault: boolean): boolean {
        const value = this.flag(name)?.value;
        return value === undefined ? byDefault : !["false", "False", "FALSE", "f", "F", "0"].includes(value);
    }

    /** The number of a port, and where it is said; an argument that is no number gives none. */
    port(port: PickerPort): { number: number | undefined; source: string } {
        const { flag, byDefault } = pickerPorts[port];
        const given = this.flag(flag);
        return given
            ? {
                  number: /^\d+$/.test(given.value) ? Number(given.value) : undefined,
                  source: `--${flag} at ${given.path}`,
              }
            : { number: byDefault, source: `the default of --${flag}` };
    }

    /** Which of its ports a number is. */
    portOf(number: number): PickerPort | undefined {
        return pickerPortNames.find((port) => this.port(port).number === number);
    }

    get replicas(): number {
        return replicasOf(this.owner);
    }

    get leaderElection(): boolean {
        return this.isOn("ha-enable-leader-election", false);
    }

    /**
     * The namespace of its pool and pods, which its Lease is in too: `--pool-namespace`, else the variable NAMESPACE,
     * else `default` (GIE `runner.go` `resolvePoolNamespace`).
     */
    get poolNamespace(): string {
        const given = this.flag("pool-namespace")?.value;
        const variable = /^\$\((.+)\)$/.exec(given ?? "")?.[1];
        if (given && variable === undefined) {
            return given;
        }
        return this.variable(variable ?? "NAMESPACE") ?? "default";
    }

    /** The value of an environment variable, or of the field that it is taken from, as far as the template tells. */
    private variable(name: string): string | undefined {
        const { value, valueFrom } = variableOf(this.container, name)?.value ?? {};
        const field = record(record(valueFrom).fieldRef).fieldPath;
        return field === "metadata.namespace" ? this.namespace : text(value) || undefined;
    }

    get serviceAccount(): string {
        return (
            text(this.template.spec.serviceAccountName) ??
            text(this.template.spec.serviceAccount) ??
            "default"
        );
    }

    /** How messages call its version. */
    static describe({ minor, gie }: EppRelease): string {
        return `EPP ${minor} (GIE ${gie})`;
    }
}

/** A Service that selects an endpoint picker. */
export interface PickerService {
    readonly object: KubernetesObject;
    readonly pickers: readonly Picker[];
}

/** One port of a Service, led to the pods. */
export interface ServicePort {
    readonly path: string;
    readonly name: string;
    readonly number: number;
    readonly appProtocol: string | undefined;
    /** As written: `targetPort`, or the port where that is missing. */
    readonly target: number | string;
}

/** The ports of a Service that lead to the gRPC port of one of the endpoint pickers that it selects. */
export function grpcPortsOf(service: KubernetesObject, pickers: readonly Picker[]): number[] {
    return servicePortsOf(service)
        .filter((port) => pickers.some((picker) => leadsToGrpc(port, picker)))
        .map(({ number }) => number);
}

/** Whether a port of a Service leads to an endpoint picker's gRPC port. */
export function leadsToGrpc({ target }: ServicePort, picker: Picker): boolean {
    return picker.portOf(targetNumber(picker.template, target) ?? 0) === "grpc";
}

/** The endpoint pickers of a program. */
export interface Pickers {
    readonly all: readonly Picker[];
    readonly services: readonly PickerService[];
    /** The endpoint pickers that a Service selects. */
    behind(service: KubernetesObject): readonly Picker[];
    /** Workloads and Services of which preview does not tell whether they are part of one. */
    readonly undecided: readonly Undecided[];
}

export function pickersOf(index: StackIndex): Pickers {
    return index.model(collect);
}

/** The ports of a Service. */
export function servicePortsOf(service: KubernetesObject): ServicePort[] {
    return list(service.spec.ports).map((value, position) => {
        const port = record(value);
        const number = integer(port.port) ?? 0;
        const target = port.targetPort;
        return {
            path: `spec.ports.${String(position)}`,
            name: text(port.name) ?? "",
            number,
            appProtocol: text(port.appProtocol),
            target: typeof target === "string" || typeof target === "number" ? target : number,
        };
    });
}

/** The endpoint picker that a pod template is, by its image or arguments. */
export function recognise(template: PodTemplate): Picker | undefined {
    const unknowns = new Unknowns();
    let found: Picker | undefined;
    // Model servers with an unknown image are not waited for: their labels say what they are.
    if (marksInference(template.labels)) {
        return undefined;
    }
    for (const container of containersOf(template)) {
        const has = (flag: string) => flagValues(container, flag).length > 0;
        const tests = [
            () => pickerImages.test(parseImage(text(container.fields.image) ?? "").name),
            () => has("endpoint-selector"),
            () => has("pool-name") && pickerFlags.some(has),
        ];
        for (const test of tests) {
            unknowns.attempt(() => {
                if (test()) {
                    found ??= new Picker(template, container, true);
                }
            });
        }
    }
    const [unknown] = unknowns.errors;
    if (!found && unknown) {
        throw unknown;
    }
    return found;
}

function collect(index: StackIndex): Pickers {
    const byTemplate = new Map<PodTemplate, Picker>();
    const undecided: Undecided[] = [];
    const attempt = (object: KubernetesObject, read: () => void) => {
        try {
            read();
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            undecided.push({ object, unknown: error });
        }
    };
    for (const template of index.pods.templates) {
        attempt(template.owner, () => {
            const picker = recognise(template);
            if (picker) {
                byTemplate.set(template, picker);
            }
        });
    }
    for (const [service, object] of calledServices(index, attempt)) {
        attempt(object, () => {
            for (const template of selectionOf(service, index).templates) {
                const [container] = containersOf(template);
                if (container && !byTemplate.has(template) && !servesModels(template)) {
                    byTemplate.set(template, new Picker(template, container, false));
                }
            }
        });
    }
    const inhabited = new Set([...byTemplate.values()].map(({ namespace }) => namespace));
    const services = new Map<KubernetesObject, PickerService>();
    for (const object of index.ofKind(kinds.service)) {
        attempt(object, () => {
            if (!inhabited.has(object.namespace)) {
                return;
            }
            const pickers = selectionOf(object, index).templates.flatMap(
                (template) => byTemplate.get(template) ?? [],
            );
            if (pickers.length > 0) {
                services.set(object, { object, pickers });
            }
        });
    }
    return {
        all: [...byTemplate.values()],
        services: [...services.values()],
        behind: (service) => services.get(service)?.pickers ?? [],
        undecided,
    };
}

/** The Services that pools and ext_proc filters name as endpoint pickers, each with what names it. */
function calledServices(
    index: StackIndex,
    attempt: (object: KubernetesObject, read: () => void) => void,
): Map<KubernetesObject, KubernetesObject> {
    const called = new Map<KubernetesObject, KubernetesObject>();
    const add = (caller: KubernetesObject, namespace: string, name: string) => {
        const service = index.find(kinds.service, namespace, name);
        if (service) {
            called.set(service, caller);
        }
    };
    for (const pool of index.ofKind(...poolKinds)) {
        attempt(pool, () => {
            const reference = pickerReference(pool);
            if (reference.isService) {
                add(pool, pool.namespace, reference.name);
            }
        });
    }
    for (const filter of extProcFiltersOf(index).all) {
        const { object, target } = filter;
        attempt(object, () => {
            if (target?.service && namesPicker(filter, pickerPorts.grpc.byDefault)) {
                add(object, target.service.namespace, target.service.name);
            }
        });
    }
    return called;
}

/** The pods that an endpoint picker finds by `--endpoint-selector`; `undefined` where it has none, but a pool. */
export function endpointsOf(picker: Picker, index: StackIndex): Selection | undefined {
    const selector = picker.flag("endpoint-selector")?.value;
    if (!selector) {
        return undefined;
    }
    const matchLabels = Object.fromEntries(
        selector.split(",").map((pair) => pair.split("=", 2) as [string, string | undefined]),
    );
    return index.pods.select(picker.poolNamespace, labelSelector({ matchLabels }));
}

/** What an InferencePool says of its endpoint picker. */
export interface PickerReference {
    readonly path: string;
    readonly kind: string;
    readonly name: string;
    readonly isService: boolean;
    readonly port: Located<number> | undefined;
    readonly failureMode: string | undefined;
}

/** `endpointPickerRef`; in the experimental group `extensionRef`, whose port is a plain number. */
export function pickerReference(pool: KubernetesObject): PickerReference {
    const alpha = pool.is(kinds.inferencePoolAlpha);
    const path = alpha ? "spec.extensionRef" : "spec.endpointPickerRef";
    const reference = record(alpha ? pool.spec.extensionRef : pool.spec.endpointPickerRef);
    const kind = text(reference.kind) ?? "Service";
    const port = integer(alpha ? reference.portNumber : record(reference.port).number);
    return {
        path,
        kind,
        name: text(reference.name) ?? "",
        isService: kind === "Service" && (text(reference.group) ?? "") === "",
        port:
            port === undefined
                ? undefined
                : { value: port, path: `${path}.${alpha ? "portNumber" : "port.number"}` },
        failureMode: text(reference.failureMode),
    };
}

/** The ports that a picker's container declares, for messages: `9002 (grpc-ext-proc), 9090`. */
export function declaredPorts({ container }: Picker): string {
    return declaredPortsOf(container)
        .map(({ name, number }) => (name ? `${String(number)} (${name})` : String(number)))
        .join(", ");
}
