import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { integer, list, record } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { Backend } from "../../../objects/chains";
import type { Located } from "../../../objects/containers";
import { containersOf, declaredPortsOf } from "../../../objects/containers";
import type { Claim } from "./claim";
import { disagreement } from "./claim";

/** `spec.targetPorts` (up to 8 since GIE 1.2); `spec.targetPortNumber` in the experimental group. */
function targetPortsOf(pool: KubernetesObject): Located<number | undefined>[] {
    return pool.is(kinds.inferencePoolAlpha)
        ? [{ value: integer(pool.spec.targetPortNumber), path: "spec.targetPortNumber" }]
        : list(pool.spec.targetPorts).map((entry, position) => ({
              value: integer(record(entry).number),
              path: `spec.targetPorts.${String(position)}.number`,
          }));
}

function claimOf(pool: KubernetesObject, { value, path }: Located<number | undefined>): Claim {
    return { object: pool, what: "a target port", path, port: value };
}

/** The port is a pool's only target, or one of several. */
export function* checkPool(pool: KubernetesObject, port: number): Findings {
    const targets = targetPortsOf(pool);
    if (targets.length === 0) {
        yield {
            message: `${pool.toString()}: it has no target port (spec.targetPorts), but the inference port is ${String(port)} (\`port\` in this rule's config).`,
        };
    } else if (targets.every(({ value }) => value !== port)) {
        yield* targets.map((target) => disagreement(claimOf(pool, target), port));
    }
}

/** Each further target port of a pool is one that the pods declare, as data-parallel ranks do. */
export function* checkBackendPool({ object, selection }: Backend, port: number): Findings {
    const further = targetPortsOf(object).filter(({ value }) => value !== port);
    if (further.length === targetPortsOf(object).length) {
        return;
    }
    yield* each(further, function* (target) {
        for (const template of selection.templates) {
            const declared = containersOf(template).flatMap(declaredPortsOf);
            if (!declared.some(({ number }) => number === target.value)) {
                yield {
                    message: `${object.toString()}: a target port (${target.path}) is ${String(target.value)}, which the pods of ${template.owner.toString()} do not declare.`,
                };
            }
        }
    });
}
