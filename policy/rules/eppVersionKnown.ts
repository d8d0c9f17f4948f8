import { eachPickerIn } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { templatesOf } from "../../objects/podIndex";
import type { Rule } from "../framework/rule";
import { eppReleases } from "../../releases";
import type { Picker } from "../../objects/pickers";

/** Says so where the version of an endpoint picker is not one that the other rules know. */
export const eppVersionKnown: Rule = {
    name: "epp-version-known",
    description: "The endpoint picker's version is one whose flags and plugins the pack knows.",
    severity: "low",
    enforcementLevel: "advisory",
    remediationSteps:
        "Pin a released version by its tag. For a version that is newer than the pack, check flags and plugins against its release notes.",
    *checkResource(object) {
        yield* eachPickerIn(object, templatesOf(object), checkPicker);
    },
};

function* checkPicker(picker: Picker): Findings {
    const { image, release, owner } = picker;
    const at = `${owner.toString()}: image ${image.reference || "without a name"} (${picker.container.path}.image)`;
    const known = eppReleases.map(({ minor }) => minor).join(", ");
    if (!release) {
        yield {
            message: `${at} is no version of the endpoint picker that this pack knows (${known}), so its flags, plugins and metric names were not checked.`,
        };
    }
}
