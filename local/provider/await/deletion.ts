import { annotationOf, annotations, deletionPropagationPolicy, timeoutMs } from "../annotations";
import type { ObjectRef } from "../cluster";
import { at, describe, objectsAt, stringAt, type KubeObject } from "../objects";
import type { JsonObject } from "../values";
import { lastWarnings } from "./events";
import { CancelledError, poll } from "./poll";
import type { Waiting } from "./waiter";

/** The most to wait for an object to go when the program does not say. */
const deletionTimeoutMs = 10 * 60_000;

/**
 * Deletes an object and waits until it is gone. An object that is not there, or that somebody has replaced by
 * another of the same name, counts as gone.
 *
 * @param inputs what the program asked for: its annotations say how to delete and how long to wait.
 * @param uid of the object that the state knows, if any.
 * @throws if the API server refuses, or the object is still there in the end; the message names its finalizers.
 */
export async function deleteAndWait(
    waiting: Waiting,
    ref: ObjectRef,
    inputs: JsonObject,
    uid: string | undefined,
    customTimeoutSeconds: number,
): Promise<void> {
    const { cluster, reporter, signal } = waiting;
    const isOurs = (object: KubeObject | undefined): object is KubeObject =>
        object !== undefined && (uid === undefined || stringAt(object, "metadata", "uid") === uid);
    let live = await cluster.get(ref);
    if (!isOurs(live)) {
        return;
    }
    await cluster.delete(ref, deletionPropagationPolicy(inputs));
    if (annotationOf(inputs, annotations.skipAwait)?.toLowerCase() === "true") {
        return;
    }
    const limitMs = timeoutMs(inputs, customTimeoutSeconds, deletionTimeoutMs);
    const isGone = async (): Promise<true | undefined> => {
        const current = await cluster.get(ref, signal);
        if (!isOurs(current)) {
            return true;
        }
        live = current;
        reporter.status(
            `waiting for its deletion: ${obstacles(current).join("; ") || "it is being deleted"}`,
        );
        return undefined;
    };
    let gone: true | undefined;
    try {
        gone = await poll(isGone, limitMs, signal);
    } catch (error) {
        if (signal.aborted || error instanceof CancelledError) {
            throw new Error(`${describe(live)}: waiting for its deletion was cancelled`);
        }
        throw error;
    }
    if (gone === undefined) {
        const reasons = [...obstacles(live), ...(await lastWarnings(cluster, live))];
        throw new Error(
            [`${describe(live)} was not gone within ${limitMs / 1000} s:`, ...reasons].join("\n    - "),
        );
    }
    reporter.status("");
}

/** What holds the deletion up, as far as the object tells. */
function obstacles(object: KubeObject): string[] {
    const finalizers = at(object, "metadata", "finalizers");
    const own = Array.isArray(finalizers) ? finalizers : [];
    const inSpec = at(object, "spec", "finalizers");
    const ofNamespace = object.kind === "Namespace" && Array.isArray(inSpec) ? inSpec : [];
    const all = [...own, ...ofNamespace].filter((name) => typeof name === "string");
    const remaining = objectsAt(object, "status", "conditions")
        .filter((condition) => object.kind === "Namespace" && stringAt(condition, "status") === "True")
        .map((condition) => stringAt(condition, "message") ?? "");
    return [...(all.length > 0 ? [`its finalizers are still there: ${all.join(", ")}`] : []), ...remaining];
}
