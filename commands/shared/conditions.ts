import type { V1Pod, V1PodCondition } from "@kubernetes/client-node";
import type { AsJson, KubeObjectOf } from "./cluster";

/** A condition of an object of any kind: of none but its type and status is it certain that they are there. */
export type Condition = AsJson<V1PodCondition>;

/** A condition of an object, by its type. */
export function conditionOf(conditions: Condition[] | undefined, type: string): Condition | undefined {
    return conditions?.find((condition) => condition.type === type);
}

/** Whether a pod says that it is Ready, and is not on its way out. */
export function isReady({ metadata, status }: KubeObjectOf<V1Pod>): boolean {
    return (
        metadata.deletionTimestamp === undefined &&
        conditionOf(status?.conditions, "Ready")?.status === "True"
    );
}
