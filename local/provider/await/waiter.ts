import { annotationOf, annotations, timeoutMs } from "../annotations";
import type { Cluster } from "../cluster";
import { refTo } from "../cluster";
import type { KubeObject } from "../objects";
import { describe } from "../objects";
import type { JsonObject } from "../values";
import { kindCheckFor } from "./checks";
import { lastWarnings } from "./events";
import { CancelledError, poll } from "./poll";
import type { Readiness, ReadinessCheck } from "./readiness";
import { checkWaitFor, waitForOf } from "./waitFor";
import { workloadProblems } from "./workloads";

/** The object is there, but not what its owner waits for. */
export class NotReadyError extends Error {
    /**
     * @param object as last seen.
     * @param reasons why it is not ready, one a line.
     */
    constructor(
        headline: string,
        readonly object: KubeObject,
        readonly reasons: string[],
    ) {
        super([headline, ...reasons.map((reason) => `- ${reason}`)].join("\n    "));
        this.name = "NotReadyError";
    }
}

/** Who hears of the progress. */
export interface WaitReporter {
    /** One line that replaces the one before. */
    status(message: string): void;
    warn(message: string): void;
}

/** What waiting needs. */
export interface Waiting {
    cluster: Cluster;
    reporter: WaitReporter;
    /** Fires when the operation is cancelled. */
    signal: AbortSignal;
}

/** For what, and how long at most. */
interface Plan {
    check: ReadinessCheck;
    timeoutMs: number;
    onRefresh: boolean;
}

/** The most to wait for a `pulumi.com/waitFor` when the program does not say: the official provider's default. */
const waitForTimeoutMs = 10 * 60_000;

function planFor(waiting: Waiting, inputs: JsonObject, object: KubeObject): Plan | undefined {
    if (["true", "ready"].includes(annotationOf(inputs, annotations.skipAwait)?.toLowerCase() ?? "")) {
        return undefined;
    }
    const conditions = waitForOf(inputs);
    if (conditions !== undefined) {
        return {
            check: (live) => checkWaitFor(conditions, live),
            timeoutMs: waitForTimeoutMs,
            onRefresh: true,
        };
    }
    return kindCheckFor(waiting.cluster, object, (message) => waiting.reporter.warn(message));
}

/**
 * Waits until an object that was just applied is ready, and gives it as it then is.
 *
 * @param inputs what the program asks for: its annotations say whether and for what to wait.
 * @param customTimeoutSeconds the resource's `customTimeouts`, 0 for none.
 * @throws {NotReadyError} when it fails, does not become ready in time, or the operation is cancelled.
 */
export async function waitUntilReady(
    waiting: Waiting,
    inputs: JsonObject,
    applied: KubeObject,
    customTimeoutSeconds: number,
): Promise<KubeObject> {
    const { cluster, reporter, signal } = waiting;
    const plan = planFor(waiting, inputs, applied);
    if (plan === undefined) {
        return applied;
    }
    const limitMs = timeoutMs(inputs, customTimeoutSeconds, plan.timeoutMs);
    let live = applied;
    let readiness: Readiness = { state: "waiting", reasons: [] };
    const settle = async (): Promise<boolean | undefined> => {
        const current = await cluster.get(refTo(applied), signal);
        if (current === undefined) {
            readiness = { state: "failed", reasons: ["it was deleted while it was waited for"] };
            return true;
        }
        live = current;
        readiness = await plan.check(live);
        if (readiness.state === "waiting") {
            reporter.status(`waiting: ${readiness.reasons.join("; ")}`);
            return undefined;
        }
        return true;
    };
    const fail = async (headline: string, reasons: string[]): Promise<never> => {
        const details = [...(await workloadProblems(cluster, live)), ...(await lastWarnings(cluster, live))];
        throw new NotReadyError(headline, live, [...new Set([...reasons, ...details])]);
    };
    try {
        await poll(settle, limitMs, signal);
    } catch (error) {
        if (signal.aborted || error instanceof CancelledError) {
            throw new NotReadyError(
                `${describe(live)}: waiting for it was cancelled`,
                live,
                reasonsOf(readiness),
            );
        }
        throw error;
    }
    switch (readiness.state as Readiness["state"]) {
        case "ready":
            reporter.status("");
            return live;
        case "failed":
            return fail(`${describe(live)} failed:`, reasonsOf(readiness));
        case "waiting":
            return fail(`${describe(live)} was not ready within ${limitMs / 1000} s:`, reasonsOf(readiness));
    }
}

/**
 * Looks once, without waiting, as a refresh does.
 *
 * @throws {NotReadyError} if the object is not ready.
 */
export async function checkNow(waiting: Waiting, inputs: JsonObject, live: KubeObject): Promise<void> {
    const plan = planFor(waiting, inputs, live);
    if (plan === undefined || !plan.onRefresh) {
        return;
    }
    const readiness = await plan.check(live);
    if (readiness.state !== "ready") {
        throw new NotReadyError(`${describe(live)} is not ready:`, live, reasonsOf(readiness));
    }
}

function reasonsOf(readiness: Readiness): string[] {
    return readiness.state === "ready" ? [] : readiness.reasons;
}
