import type { Picker } from "../../objects/pickers";
import { templatesOf } from "../../objects/podIndex";
import { replacementOf } from "../../releases";
import { eachPickerIn } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import type { Rule } from "../framework/rule";

/** Says so where an endpoint picker's image is of a package that is closed. A cluster with credentials may still pull it. */
export const eppImagePullable: Rule = {
    name: "epp-image-pullable",
    description: "The endpoint picker's image is not of a package that is closed to anonymous pulls.",
    severity: "low",
    enforcementLevel: "advisory",
    remediationSteps: "Use the image that the message names, or a mirror of the old one.",
    *checkResource(object) {
        yield* eachPickerIn(object, templatesOf(object), checkPicker);
    },
};

function* checkPicker({ image, owner, container }: Picker): Findings {
    const replacement = replacementOf(image);
    if (replacement !== undefined) {
        yield {
            message: `${owner.toString()}: image ${image.reference} (${container.path}.image) is of a package that is closed to anonymous pulls; use ${replacement}, or a mirror.`,
        };
    }
}
