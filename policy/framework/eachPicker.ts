import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { Picker } from "../../objects/pickers";
import { pickersOf, recognise } from "../../objects/pickers";
import type { PodTemplate } from "../../objects/podIndex";
import type { StackIndex } from "../../objects/stackIndex";
import type { Finding, Findings } from "./finding";
import { each } from "./finding";

/** Runs a check on each endpoint picker; what cannot be checked in preview, and why, is about its workload. */
export function* eachPicker(index: StackIndex, check: (picker: Picker) => Findings): Findings {
    const { all, undecided } = pickersOf(index);
    yield* undecided;
    for (const picker of all) {
        yield* each([picker.owner], () => check(picker));
    }
}

/** The same for the pickers that one object alone shows to be some. */
export function* eachPickerIn(
    owner: KubernetesObject,
    templates: readonly PodTemplate[],
    check: (picker: Picker) => Findings,
): Findings {
    for (const template of templates) {
        yield* each([owner], function* (): Generator<Finding> {
            const picker = recognise(template);
            if (picker) {
                yield* check(picker);
            }
        });
    }
}
