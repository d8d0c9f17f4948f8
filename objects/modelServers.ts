import { labelSelector } from "./selectors";
import type { PodTemplate } from "./podIndex";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";
import { text } from "./json";
import { poolKinds } from "./kinds";
import { chainsOf } from "./chains";
import type { Container } from "./containers";
import { containersOf } from "./containers";
import type { Image } from "../releases";
import { isSimulator, parseImage } from "../releases";
import type { Picker } from "./pickers";

/** A simulator that an endpoint picker scores. */
export interface Simulator {
    readonly template: PodTemplate;
    readonly container: Container;
    readonly image: Image;
}

/** The simulators among the pods that an endpoint picker scores. */
export interface Simulators {
    readonly all: readonly Simulator[];
    /** Set if there may be more that preview does not show. */
    readonly undecided: UnknownInputError | undefined;
}

export function simulatorsOf(picker: Picker, index: StackIndex): Simulators {
    const { templates, undecided } = scoredBy(picker, index);
    const all = templates.flatMap((template) =>
        containersOf(template).flatMap((container): Simulator[] => {
            const image = parseImage(text(container.fields.image) ?? "");
            return isSimulator(image) ? [{ template, container, image }] : [];
        }),
    );
    return { all, undecided };
}

/** The pods that `--endpoint-selector` selects, or the pool that `--pool-name` names, in the pool's namespace. */
function scoredBy(
    picker: Picker,
    index: StackIndex,
): { templates: readonly PodTemplate[]; undecided?: UnknownInputError } {
    const { poolNamespace } = picker;
    const selector = picker.flag("endpoint-selector")?.value;
    if (selector) {
        const matchLabels = Object.fromEntries(
            selector.split(",").map((pair) => pair.split("=", 2) as [string, string | undefined]),
        );
        return index.pods.select(poolNamespace, labelSelector({ matchLabels }));
    }
    const name = picker.flag("pool-name")?.value ?? "";
    const chains = chainsOf(index);
    const [backend] = poolKinds.flatMap(
        (kind) => chains.backendAt({ ...kind, namespace: poolNamespace, name }) ?? [],
    );
    return backend?.selection ?? { templates: [] };
}
