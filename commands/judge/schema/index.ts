import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { Violation } from "../../../policy/framework/finding";
import type { Rule } from "../../../policy/framework/rule";
import { schemaOf } from "./kinds";
import { misspeltLabels } from "./labels";
import { kubernetes, packedOf } from "./packed";
import type { SchemaProblem } from "./validate";
import { validate } from "./validate";

/**
 * Objects are what the API server takes. Of `judge` alone: the engine asks an API server before the policy pack judges, and
 * what is read from a cluster has passed one.
 */
export const schema: Rule = {
    name: "schema",
    description:
        "Objects have the fields that their kind has in their version, with values of the right type and within bounds; llm-d's labels are spelt as llm-d does.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Write the field as the message says: kubectl refuses one that the API does not know, and Helm has it dropped. Exempt objects of releases whose fields are others.",
    *checkResource(object) {
        const found = schemaOf(object);
        if (found && "message" in found) {
            yield violation(object, { path: [found.field], message: found.message }, found.isCertain);
        } else if (found) {
            const content = contentOf(object);
            const core = packedOf(kubernetes)!;
            yield* [
                ...validate(found.packed, found.place, content),
                ...validate(core, core.metadata!, content.metadata, ["metadata"]),
            ].map((problem) => violation(object, problem));
        }
        yield* [...misspeltLabels(contentOf(object))].map((problem) => violation(object, problem));
    },
};

function contentOf(object: KubernetesObject): Record<string, unknown> {
    return Object.fromEntries(object.keys.map((key) => [key, object.field(key)]));
}

function violation(object: KubernetesObject, { path, message }: SchemaProblem, isCertain = true): Violation {
    const field = path.join(".");
    return {
        path,
        message: `${object.toString()}: ${field === "" ? "it" : field} ${message}.`,
        ...(!isCertain && { level: "advisory" }),
    };
}
