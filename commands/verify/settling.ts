import { conditionOf, isReady } from "../shared/conditions";
import { poll } from "../shared/poll";
import { pathsOf } from "./checks/check";
import { eppSync } from "./checks/pickerRunning";
import type { Scope } from "./judge";
import { modelsOf } from "./judge";
import type { Snapshot } from "./snapshot";
import { podsOf, UnreadableError } from "./snapshot";

/** How long an EPP may take, from when it is Ready, until it sees the pods and says so, in milliseconds. */
const syncLimitMs = 30_000;

/** How long between two looks, in milliseconds. */
const pollMs = 1_000;

/**
 * A snapshot in which no EPP has only just started: one that is Ready, and does not yet see the pods that it may pick, is
 * looked at again until it does, for {@link syncLimitMs} at most.
 *
 * @param take takes a snapshot.
 * @param progress is told once that this waits.
 */
export async function settledSnapshot(
    take: () => Promise<Snapshot>,
    scope: Scope,
    { progress, signal }: { progress: (line: string) => void; signal: AbortSignal },
): Promise<Snapshot> {
    let announced = false;
    const isSettled = (snapshot: Snapshot) => {
        const starting = startingEpps(snapshot, scope);
        if (starting.length === 0 || signal.aborted) {
            return true;
        }
        if (!announced) {
            progress(
                `Waiting up to ${String(syncLimitMs / 1000)} s for ${starting.join(", ")}, which has just started and does not yet see the pods ...`,
            );
            announced = true;
        }
        return false;
    };
    return poll(take, isSettled, { every: pollMs, atMost: syncLimitMs });
}

/** Pods of EPPs that became Ready within the limit and that the check of what they see is not content with. */
function startingEpps(snapshot: Snapshot, scope: Scope): string[] {
    const wanted = scope.path === undefined ? pathsOf(scope.deployment.mode) : [scope.path];
    if (!wanted.includes("scoring")) {
        return [];
    }
    const { deployment } = scope;
    return modelsOf(scope).flatMap((model) => {
        try {
            const outcome = eppSync.scope === "model" ? eppSync.run({ snapshot, deployment, model }) : [];
            if ("skipped" in outcome || outcome.length === 0) {
                return [];
            }
            return podsOf(snapshot, model.epp.namespace, model.epp.name)
                .filter((pod) => {
                    const since = conditionOf(pod.status?.conditions, "Ready")?.lastTransitionTime;
                    return (
                        isReady(pod) && since !== undefined && Date.now() - Date.parse(since) < syncLimitMs
                    );
                })
                .map(({ metadata }) => metadata.name);
        } catch (error) {
            if (error instanceof UnreadableError) {
                return [];
            }
            throw error;
        }
    });
}
