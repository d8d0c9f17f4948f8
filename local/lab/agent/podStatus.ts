import type { V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import { nodeAddress } from "../addresses";
import type { Exit } from "./container";

/** How a pod's one container is. */
export type ContainerState =
    | { is: "waiting"; reason: string; message: string }
    | { is: "running"; startedAt: Date; pid: number | undefined };

/** What a worker knows of its pod. */
export interface PodState {
    podIP: string;
    container: ContainerState;
    ready: boolean;
    restarts: number;
    lastExit: Exit | undefined;
}

/** A pod's status as a kubelet reports it. */
export function podStatus(pod: V1Pod, state: PodState): V1PodStatus {
    const { container, ready } = state;
    const [spec] = pod.spec!.containers;
    const running = container.is === "running";
    const readyNow = running && ready;
    const containerStatus: V1ContainerStatus = {
        name: spec!.name,
        image: spec!.image!,
        imageID: spec!.image!,
        ...(running && { containerID: `process://${String(container.pid)}` }),
        ready: readyNow,
        started: running,
        restartCount: state.restarts,
        state: running
            ? { running: { startedAt: container.startedAt } }
            : { waiting: { reason: container.reason, message: container.message } },
        lastState: state.lastExit === undefined ? {} : { terminated: terminated(state.lastExit) },
    };
    return {
        phase: running || state.restarts > 0 ? "Running" : "Pending",
        hostIP: nodeAddress,
        hostIPs: [{ ip: nodeAddress }],
        podIP: state.podIP,
        podIPs: [{ ip: state.podIP }],
        startTime: pod.status?.startTime ?? new Date(),
        conditions: [
            condition(pod, "PodScheduled", true),
            condition(pod, "PodReadyToStartContainers", true),
            condition(pod, "Initialized", true),
            condition(pod, "ContainersReady", readyNow),
            condition(pod, "Ready", readyNow),
        ],
        containerStatuses: [containerStatus],
    };
}

function terminated({ code, signal, at }: Exit) {
    return {
        exitCode: code,
        reason: code === 0 ? "Completed" : "Error",
        finishedAt: at,
        ...(signal !== undefined && { message: `ended by ${signal}` }),
    };
}

/** Keeps the time of the last change where nothing changes. */
function condition({ status }: V1Pod, type: string, isTrue: boolean): V1PodCondition {
    const value = isTrue ? "True" : "False";
    const before = status?.conditions?.find((candidate) => candidate.type === type);
    return {
        type,
        status: value,
        lastTransitionTime: before?.status === value ? before.lastTransitionTime : new Date(),
        ...(!isTrue && { reason: "ContainersNotReady", message: "containers with unready status" }),
    };
}
