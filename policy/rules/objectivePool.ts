import { isPool } from "../../objects/chains";
import { record, text } from "../../objects/json";
import { kinds, ofPoolKinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { Picker, pickerReference, pickersOf } from "../../objects/pickers";
import type { StackIndex } from "../../objects/stackIndex";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { setField } from "../framework/fix";
import type { Rule } from "../framework/rule";

/** What is said about the requests of a pool reaches the endpoint picker that picks for them. */
export const objectivePool: Rule = {
    name: "objective-pool",
    description:
        "An InferenceObjective or InferenceModelRewrite names a pool that is there, and is of an API group that the pool's endpoint picker reads.",
    severity: "medium",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Name the pool in spec.poolRef by its name and API group, and put the object into the pool's namespace and into the group that the message names. An endpoint picker ignores any other without a word.",
    *checkStack(index) {
        yield* each(index.ofKind(...ofPoolKinds), function* (object) {
            const { poolRef } = object.spec;
            if (poolRef !== undefined) {
                yield* checkPool(object, poolRef, index);
            }
        });
    },
};

function* checkPool(object: KubernetesObject, poolRef: unknown, index: StackIndex): Findings {
    const reference = record(poolRef);
    // The defaults of the API (GIE 1.5.0 and router 0.9.0 `shared_types.go`).
    const target = {
        group: text(reference.group) ?? kinds.inferencePool.group,
        kind: text(reference.kind) ?? kinds.inferencePool.kind,
        namespace: object.namespace,
        name: text(reference.name) ?? "",
    };
    const names = `${object.toString()} is for ${target.kind} ${target.namespace}/${target.name} in group "${target.group}" (spec.poolRef)`;
    if (!isPool(target)) {
        yield { message: `${names}, which is no kind of pool.` };
        return;
    }
    const pool = index.find(target, target.namespace, target.name);
    if (!pool) {
        const pools = index.ofKind(...poolKinds);
        const meant =
            pools.find(({ name, namespace }) => name === target.name && namespace === target.namespace) ??
            pools.find(({ name }) => name === target.name);
        yield meant
            ? {
                  message: `${names}, but the program has ${meant.toString()} in group "${meant.group}".`,
                  fix: () =>
                      meant.namespace === target.namespace && meant.kind === target.kind
                          ? setField("spec.poolRef.group", meant.group)
                          : undefined,
              }
            : {
                  message: `${names}, which is not in this program: no endpoint picker of the program reads it.`,
                  absent: `${target.kind} ${target.namespace}/${target.name}`,
                  level: "advisory",
              };
        return;
    }
    yield* checkGroup(object, pool, index);
}

/** An endpoint picker reads these kinds of one API group, or of two, by its version. */
function* checkGroup(object: KubernetesObject, pool: KubernetesObject, index: StackIndex): Findings {
    const service = index.find(kinds.service, pool.namespace, pickerReference(pool).name);
    for (const picker of service ? pickersOf(index).behind(service) : []) {
        const { release } = picker;
        if (release && !release.objectiveGroups.some((group) => group === object.group)) {
            yield {
                message: `${object.toString()} is in group "${object.group}", which ${picker.owner.toString()} does not read: ${Picker.describe(release)} reads ${release.objectiveGroups.join(", ")}.`,
                // In every group they are of one version.
                fix: () =>
                    release.objectiveGroups.length === 1
                        ? setField("apiVersion", `${release.objectiveGroups[0]}/${object.version}`)
                        : undefined,
            };
        }
    }
}
