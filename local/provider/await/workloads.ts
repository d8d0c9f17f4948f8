import type { Cluster } from "../cluster";
import type { KubeObject } from "../objects";
import { at, kindOf, labelSelector, namespaceOf, nameOf, numberAt, objectsAt, stringAt } from "../objects";
import type { JsonObject } from "../values";
import { isMap } from "../values";
import type { Readiness } from "./readiness";
import { failed, ready, waitingFor } from "./readiness";

/** The condition of a type in `status.conditions`. */
export function conditionOf(live: JsonObject, type: string): JsonObject | undefined {
    return objectsAt(live, "status", "conditions").find((condition) => stringAt(condition, "type") === type);
}

function isTrue(condition: JsonObject | undefined): boolean {
    return stringAt(condition, "status") === "True";
}

function explain(condition: JsonObject | undefined): string {
    return [stringAt(condition, "reason"), stringAt(condition, "message")].filter(Boolean).join(": ");
}

function isObserved(live: KubeObject): boolean {
    return numberAt(live, 0, "status", "observedGeneration") >= numberAt(live, 0, "metadata", "generation");
}

const notObserved = "its controller has not seen the change yet";

/** Rolled out: every replica is of the last revision and available. */
export function checkDeployment(live: KubeObject): Readiness {
    if (!isObserved(live)) {
        return waitingFor([notObserved]);
    }
    const progressing = conditionOf(live, "Progressing");
    if (stringAt(progressing, "reason") === "ProgressDeadlineExceeded") {
        return failed(explain(progressing));
    }
    const wanted = numberAt(live, 1, "spec", "replicas");
    const updated = numberAt(live, 0, "status", "updatedReplicas");
    const all = numberAt(live, 0, "status", "replicas");
    const available = numberAt(live, 0, "status", "availableReplicas");
    const isAvailable = conditionOf(live, "Available");
    const replicaFailure = conditionOf(live, "ReplicaFailure");
    return waitingFor([
        updated < wanted && `${updated} of ${wanted} replicas are of the new revision`,
        all > updated && `${all - updated} replicas of the old revision are still there`,
        available < wanted && `${available} of ${wanted} replicas are available`,
        wanted > 0 &&
            !isTrue(isAvailable) &&
            `it is not Available: ${explain(isAvailable) || "no such condition"}`,
        isTrue(replicaFailure) && explain(replicaFailure),
    ]);
}

/** Every replica of the last revision is ready; with `OnDelete` or a partition, only as far as these reach. */
export function checkStatefulSet(live: KubeObject): Readiness {
    if (!isObserved(live)) {
        return waitingFor([notObserved]);
    }
    const wanted = numberAt(live, 1, "spec", "replicas");
    const readyReplicas = numberAt(live, 0, "status", "readyReplicas");
    const reasons: (string | false)[] = [
        readyReplicas < wanted && `${readyReplicas} of ${wanted} replicas are ready`,
    ];
    if (stringAt(live, "spec", "updateStrategy", "type") !== "OnDelete") {
        const partition = numberAt(live, 0, "spec", "updateStrategy", "rollingUpdate", "partition");
        const updated = numberAt(live, 0, "status", "updatedReplicas");
        const toUpdate = Math.max(wanted - partition, 0);
        reasons.push(updated < toUpdate && `${updated} of ${toUpdate} replicas are of the new revision`);
        reasons.push(
            partition === 0 &&
                wanted > 0 &&
                at(live, "status", "currentRevision") !== at(live, "status", "updateRevision") &&
                "the rollout of the new revision is not complete",
        );
    }
    return waitingFor(reasons);
}

/** Every node that should run the pod runs the last revision of it, available. */
export function checkDaemonSet(live: KubeObject): Readiness {
    if (!isObserved(live)) {
        return waitingFor([notObserved]);
    }
    const wanted = numberAt(live, 0, "status", "desiredNumberScheduled");
    const updated = numberAt(live, 0, "status", "updatedNumberScheduled");
    const available = numberAt(live, 0, "status", "numberAvailable");
    const rolls = stringAt(live, "spec", "updateStrategy", "type") !== "OnDelete";
    return waitingFor([
        rolls && updated < wanted && `${updated} of ${wanted} pods are of the new revision`,
        available < wanted && `${available} of ${wanted} pods are available`,
    ]);
}

/** Running and ready, or done. */
export function checkPod(live: KubeObject): Readiness {
    const phase = stringAt(live, "status", "phase");
    if (phase === "Succeeded") {
        return ready;
    }
    if (phase === "Failed") {
        return failed(
            ...podProblems(live),
            `pod failed: ${stringAt(live, "status", "message") ?? "no message"}`,
        );
    }
    const isReady = conditionOf(live, "Ready");
    return waitingFor([
        phase !== "Running" && `its phase is ${phase ?? "not set"}`,
        !isTrue(isReady) && `it is not Ready: ${explain(isReady) || "no such condition"}`,
        ...podProblems(live),
    ]);
}

/** Complete. */
export function checkJob(live: KubeObject): Readiness {
    const failure = conditionOf(live, "Failed");
    if (isTrue(failure)) {
        return failed(`the job failed: ${explain(failure)}`);
    }
    const active = numberAt(live, 0, "status", "active");
    const succeeded = numberAt(live, 0, "status", "succeeded");
    const suspended = at(live, "spec", "suspend") === true;
    return waitingFor([
        !suspended &&
            !isTrue(conditionOf(live, "Complete")) &&
            `${succeeded} pods succeeded, ${active} are active`,
    ]);
}

/** What keeps a pod from running, in its own words; empty if nothing does. */
export function podProblems(pod: JsonObject): string[] {
    const name = nameOf(pod);
    const problems: string[] = [];
    const scheduled = conditionOf(pod, "PodScheduled");
    if (scheduled !== undefined && !isTrue(scheduled)) {
        problems.push(`pod ${name} is not scheduled: ${explain(scheduled)}`);
    }
    for (const list of ["initContainerStatuses", "containerStatuses"]) {
        for (const status of objectsAt(pod, "status", list)) {
            for (const state of ["waiting", "terminated"] as const) {
                const detail = at(status, "state", state);
                const exitCode = numberAt(detail, 0, "exitCode");
                const normal = state === "waiting" ? isStarting(detail as JsonObject) : exitCode === 0;
                if (isMap<JsonObject>(detail) && !normal) {
                    const exit = state === "terminated" ? ` (exit code ${exitCode})` : "";
                    problems.push(
                        `pod ${name}, container ${stringAt(status, "name")}: ${explain(detail) || state}${exit}`,
                    );
                }
            }
        }
    }
    return problems;
}

function isStarting(waiting: JsonObject | undefined): boolean {
    return ["ContainerCreating", "PodInitializing"].includes(stringAt(waiting, "reason") ?? "");
}

/** What keeps the pods of a workload from running. Never throws: it only adds to another message. */
export async function workloadProblems(cluster: Cluster, workload: KubeObject): Promise<string[]> {
    const labels = at(workload, "spec", "selector", "matchLabels");
    if (!isMap<JsonObject>(labels)) {
        return kindOf(workload).kind === "Pod" ? podProblems(workload) : [];
    }
    const pods = await cluster
        .list({ group: "", version: "v1", kind: "Pod" }, namespaceOf(workload), {
            labelSelector: labelSelector(labels),
        })
        .catch(() => []);
    return pods.flatMap(podProblems);
}
