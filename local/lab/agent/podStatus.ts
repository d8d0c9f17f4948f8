import type { V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import { nodeAddress } from "../addresses";
import type { Exit } from "./container";

/** What a container does. */
export type ContainerState =
    | { is: "waiting"; reason: string; message: string }
    | { is: "running"; startedAt: Date; pid: number | undefined };

/** How one of a pod's containers is. */
export interface ContainerStanding {
    name: string;
    state: ContainerState;
    ready: boolean;
    restarts: number;
    lastExit: Exit | undefined;
}

/** What a worker knows of its pod. */
export interface PodState {
    podIP: string;
    containers: ContainerStanding[];
}

/** A pod's status as a kubelet reports it. */
export function podStatus(pod: V1Pod, { podIP, containers }: PodState): V1PodStatus {
    const isReady = containers.every((container) => runsAndIsReady(container));
    const hasStarted = containers.every(({ state, restarts }) => state.is === "running" || restarts > 0);
    return {
        phase: hasStarted ? "Running" : "Pending",
        hostIP: nodeAddress,
        hostIPs: [{ ip: nodeAddress }],
        podIP,
        podIPs: [{ ip: podIP }],
        startTime: pod.status?.startTime ?? new Date(),
        conditions: [
            condition(pod, "PodScheduled", true),
            condition(pod, "PodReadyToStartContainers", true),
            condition(pod, "Initialized", true),
            condition(pod, "ContainersReady", isReady),
            condition(pod, "Ready", isReady),
        ],
        containerStatuses: containers.map((container) => containerStatus(pod, container)),
    };
}

function runsAndIsReady({ state, ready }: ContainerStanding): boolean {
    return state.is === "running" && ready;
}

function containerStatus(pod: V1Pod, container: ContainerStanding): V1ContainerStatus {
    const { name, state, restarts, lastExit } = container;
    const { image } = pod.spec!.containers.find((candidate) => candidate.name === name)!;
    const running = state.is === "running";
    return {
        name,
        image: image!,
        imageID: image!,
        ...(running && { containerID: `process://${String(state.pid)}` }),
        ready: runsAndIsReady(container),
        started: running,
        restartCount: restarts,
        state: running
            ? { running: { startedAt: state.startedAt } }
            : { waiting: { reason: state.reason, message: state.message } },
        lastState: lastExit === undefined ? {} : { terminated: terminated(lastExit) },
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
