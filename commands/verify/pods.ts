import { conditionOf } from "../shared/conditions";
import type { Kinds } from "./kinds";
import type { Snapshot } from "./snapshot";

/** Why a pod is not Ready, as its status and the end of its log tell. */
export function whyNotReady(pod: Kinds["pod"], snapshot: Snapshot): string {
    const { name, deletionTimestamp } = pod.metadata;
    const why = deletionTimestamp !== undefined ? "it is being deleted" : reason(pod);
    const line = tellingLine(snapshot.logOf(name));
    return `${name}: ${why}${line === undefined ? "" : `; its log says: ${line}`}`;
}

function reason({ status = {} }: Kinds["pod"]): string {
    const scheduled = conditionOf(status.conditions, "PodScheduled");
    if (scheduled?.status === "False") {
        return `not scheduled (${scheduled.message ?? scheduled.reason ?? "no reason given"})`;
    }
    for (const { state, lastState, restartCount } of status.containerStatuses ?? []) {
        if (state?.waiting?.reason !== undefined) {
            const { reason: waiting, message } = state.waiting;
            const ended = lastState?.terminated;
            const exit = ended === undefined ? "" : `, exit code ${String(ended.exitCode)}`;
            const detail = message === undefined ? "" : ` (${message})`;
            return `${waiting}${detail}, ${String(restartCount)} restarts${exit}`;
        }
        if (state?.terminated) {
            const { reason: ended = "ended", exitCode } = state.terminated;
            return `${ended}, exit code ${String(exitCode)}`;
        }
    }
    return status.phase === "Running"
        ? "it runs, and its readiness probe fails"
        : `its phase is ${status.phase ?? "not known"}`;
}

/** The last line of a log that looks like a complaint, or the last line. */
export function tellingLine(log: string | undefined): string | undefined {
    const lines = (log ?? "").split("\n").filter((line) => line.trim() !== "");
    const complaint = /forbidden|unknown|not defined|invalid|fatal|panic|error|fail|refused/i;
    return (lines.findLast((line) => complaint.test(line)) ?? lines.at(-1))?.trim().slice(0, 400);
}
