import type { Image } from "../releases";
import { isSimulator, parseImage, simulatorSwitches, simulatorVersionOf } from "../releases";
import type { Container, Located } from "./containers";
import { containersOf, expand } from "./containers";
import { text } from "./json";
import { pickerArguments } from "./pickerArguments";
import type { PodTemplate } from "./podIndex";

/** The label that says what a model server pod does: `decode`, `prefill`, `both` (llm-d modelservice chart). */
export const roleLabel = "llm-d.ai/role";

/** Labels by which llm-d's charts mark model server pods; the last is the newer spelling of the second. */
export const inferenceLabels = [roleLabel, "llm-d.ai/inferenceServing", "llm-d.ai/inference-serving"];

/** Whether labels, or the `matchLabels` of a selector, are those of model servers. */
export function marksInference(labels: Readonly<Record<string, string>>): boolean {
    return inferenceLabels.some((label) => label in labels);
}

/** Whether a pod template alone tells that its pods serve models: by llm-d's labels, or by the simulator's image. */
export function servesModels(template: PodTemplate): boolean {
    return marksInference(template.labels) || simulatorsIn(template).length > 0;
}

/** A simulator in a pod. */
export interface Simulator {
    readonly template: PodTemplate;
    readonly container: Container;
    readonly image: Image;
    /** Of the image, known or not; `undefined` where neither it nor anybody else tells. */
    readonly version: string | undefined;
}

/** The containers of a pod that run the simulator. */
export function simulatorsIn(template: PodTemplate): Simulator[] {
    return containersOf(template).flatMap((container) => {
        const image = parseImage(text(container.fields.image) ?? "");
        const version = simulatorVersionOf(image, template.owner.assumed);
        return isSimulator(image) ? [{ template, container, image, version }] : [];
    });
}

/**
 * The names that a container answers to as a model: `--served-model-name`, which takes several, or else `--model`, as
 * vLLM and the simulator read them. `undefined` where its arguments do not tell, as a configuration file may.
 */
export function servedModelsOf(container: Container): Located<readonly string[]> | undefined {
    const { flags, stray } = pickerArguments(container, simulatorSwitches);
    for (const name of ["served-model-name", "model"]) {
        const flag = flags.findLast((candidate) => candidate.name === name);
        if (flag) {
            const further = stray.filter(({ after }) => after === name).map(({ value }) => value);
            const names = [flag.value, ...further].map((value) => expand(value, container));
            return names.some((value) => value.includes("$("))
                ? undefined
                : { value: names, path: flag.path };
        }
    }
    return undefined;
}
