import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { setTimeout as sleep } from "timers/promises";
import { runProbe } from "./probes";

/** What a kubelet takes where a probe does not say (Kubernetes API, `Probe`). */
const defaults = { periodSeconds: 10, failureThreshold: 3 };

/**
 * Asks a running container what its probes ask, as often as they say: the startup probe until it succeeds, then the
 * others. A container without a readiness probe is ready once it has started.
 *
 * @param over ends the asking.
 * @param setReady is told each answer that counts of the readiness probe.
 * @returns once the asking has ended, or the startup or liveness probe has failed so often that the container must end.
 */
export async function probeContainer(
    container: V1Container,
    podIP: string,
    over: AbortSignal,
    setReady: (ready: boolean) => Promise<void>,
): Promise<void> {
    const failed = new AbortController();
    const ended = AbortSignal.any([over, failed.signal]);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    /** @param answered is told each answer that counts, and says whether to ask again. */
    const ask = async (
        probe: V1Probe | undefined,
        answered: (succeeded: boolean) => boolean | Promise<boolean>,
    ): Promise<void> => {
        if (probe === undefined) {
            return;
        }
        const { periodSeconds, failureThreshold } = { ...defaults, ...probe };
        await pause(probe.initialDelaySeconds ?? 0, ended);
        for (let failures = 0; !ended.aborted; await pause(periodSeconds, ended)) {
            const succeeded = await runProbe(probe, container, podIP);
            failures = succeeded ? 0 : failures + 1;
            const counts = succeeded || failures >= failureThreshold;
            if (ended.aborted || (counts && !(await answered(succeeded)))) {
                return;
            }
        }
    };
    const endOnFailure = (succeeded: boolean): void => {
        if (!succeeded) {
            failed.abort();
        }
    };
    const askAll = async (): Promise<void> => {
        await ask(startupProbe, (succeeded) => {
            endOnFailure(succeeded);
            return false;
        });
        if (readinessProbe === undefined && !ended.aborted) {
            await setReady(true);
        }
        await Promise.all([
            ask(readinessProbe, async (succeeded) => {
                await setReady(succeeded);
                return true;
            }),
            ask(livenessProbe, (succeeded) => {
                endOnFailure(succeeded);
                return true;
            }),
        ]);
    };
    // An answer that is still awaited when the asking ends is of no use.
    void askAll();
    await new Promise<void>((resolve) => {
        if (ended.aborted) {
            resolve();
        }
        ended.addEventListener("abort", () => resolve(), { once: true });
    });
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
