import type { Findings } from "../../framework/finding";
import { text } from "../../../objects/json";
import type { PodTemplate } from "../../../objects/podIndex";
import type { StackIndex } from "../../../objects/stackIndex";
import { Unknowns } from "../../../objects/unknown";
import type { Container } from "../../../objects/containers";
import { containersOf, flagValues } from "../../../objects/containers";
import type { Picker } from "../../../objects/pickers";
import { endpointsOf } from "../../../objects/pickers";
import type { Claim } from "./claim";
import { disagreement } from "./claim";
import { checkFurtherTargets } from "./pools";

/** The EPP of llm-d, by the names its image has had. */
const pickerImage = /inference-scheduler|endpoint-picker|\/epp\b/;

const flag = "endpoint-target-ports";

/** `--endpoint-target-ports` of an EPP that picks endpoints without a pool: the port is among them, as among a pool's. */
export function* checkPickerPorts(template: PodTemplate, port: number): Findings {
    const unknowns = new Unknowns();
    for (const container of containersOf(template)) {
        const isPicker = pickerImage.test(text(container.fields.image) ?? "");
        const reading = isPicker ? unknowns : new Unknowns();
        let claims: Claim[] = [];
        reading.attempt(() => {
            claims = claimsOf(template, container);
        });
        if (claims.every((claim) => claim.port !== port)) {
            yield* claims.map((claim) => disagreement(claim, port));
        }
    }
    yield* unknowns.errors.map((unknown) => ({ unknown }));
}

/** The further ones are ports of the pods that it picks from. */
export function* checkPickerTargets(picker: Picker, index: StackIndex, port: number): Findings {
    const endpoints = endpointsOf(picker, index);
    const claims = endpoints ? claimsOf(picker.template, picker.container) : [];
    if (endpoints && claims.some((claim) => claim.port === port)) {
        yield* checkFurtherTargets(claims, endpoints.templates, port);
    }
}

function claimsOf({ owner }: PodTemplate, container: Container): Claim[] {
    return flagValues(container, flag).flatMap(({ value, path }) =>
        value.split(",").map((part) => ({
            object: owner,
            what: `\`--${flag}\` of container ${container.name}`,
            path,
            port: /^\d+$/.test(part.trim()) ? Number(part) : undefined,
        })),
    );
}
