import type { V1Pod } from "@kubernetes/client-node";
import { shuffle } from "simple-statistics";
import { setTimeout as sleep } from "timers/promises";
import { randomOf } from "../../commands/compare/random";
import { poll } from "../../commands/shared/poll";
import { labels } from "../../components/contract";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { requirementsOf } from "../../objects/selectors";
import { startControlPlane } from "../controlplane";
import { recordFile } from "../controlplane/components";
import { findRunning, residentMemory } from "../controlplane/processes";
import { stateLayout } from "../controlplane/stateFolder";
import { Cluster } from "../lab/agent/cluster";
import { istioNamespace } from "../lab/istio";
import type { Toolchain } from "../toolchain";
import type { Fault, Places, Target } from "./faults";
import { explain, targetsOf } from "./faults";
import type { Failure } from "./load";
import { Load } from "./load";
import { findAgent, MemorySeries, memoryOfTrees } from "./memory";

/** What is soaked: a deployed stack in pool mode, in a running lab. */
export interface SoakOptions {
    toolchain: Toolchain;
    stateDir: string;
    kubeconfig: string;
    deployment: DeploymentOutput;
    /** Of the Gateway, on this machine. */
    url: string;
    /** How long, in seconds. */
    seconds: number;
    /** Decides what is killed when. */
    seed: number;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
    signal?: AbortSignal;
}

/** What came of it. */
export interface SoakResult {
    /** Requests a second: what the lab can do, and what it was sent. */
    capacity: number;
    rate: number;
    answered: number;
    faults: Fault[];
    /** How many requests failed, by the reason, and those that no fault explains. */
    explained: Record<string, number>;
    unexplained: string[];
    memory: Record<"node" | "EPP", ReturnType<MemorySeries["summary"]>>;
}

/** How long the lab's capacity is measured, in seconds, and with how many connections. */
const measurement = { seconds: 5, connections: 8 };

/** However much the lab can do: more load would find no more faults. */
const highestRate = 200;

/** Rest between a recovery and the next fault, in milliseconds. */
const rest = 3_000;

/**
 * How long it may take until all is well again, in milliseconds, once the API server is there. The EPP needs most: a leader
 * that cannot renew its lease ends, and the next one waits until the lease has run out; on a busy machine that is a minute.
 */
const recoveryLimit = 180_000;

/** How many answers in a row, with no failure between, tell that requests are answered again. */
const enoughInARow = 20;

const pollInterval = 250;
const sampleInterval = 2_000;

/**
 * Sends requests at half of what the lab can do, while one part after the other is killed (SIGKILL) and comes back. Load goes
 * to the loopback interface alone.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
    const { url, seconds, seed, report, signal } = options;
    const load = new Load(url);
    const capacity = await load.measureCapacity(measurement.connections, measurement.seconds);
    const rate = Math.min(capacity / 2, highestRate);
    report(
        `Capacity ${capacity.toFixed(0)} requests a second; sending ${rate.toFixed(0)} for ${String(seconds)} s`,
    );
    const [answeredBefore, failedBefore] = [load.answered, load.failures.length];
    const end = performance.now() + seconds * 1000;
    const isOver = () => performance.now() >= end || signal?.aborted === true;
    const enough = new AbortController();
    const sending = load.steady(rate, enough.signal);
    const memory = { node: new MemorySeries(), EPP: new MemorySeries() };
    const cluster = new Cluster(options.kubeconfig);
    const faults: Fault[] = [];
    let sampler: NodeJS.Timeout | undefined;
    try {
        const places = await placesOf(cluster, options.deployment);
        const targets = targetsOf(places);
        sampler = setInterval(() => void sample(cluster, places, options, memory), sampleInterval);
        const random = randomOf(seed);
        let round: Target[] = [];
        await pause(rest, signal);
        while (!isOver()) {
            // Each in turn, in another order each time.
            round = round.length > 0 ? round : shuffle(targets, random);
            const fault = await strike(cluster, options, round.shift()!, load, random);
            faults.push(fault);
            if (fault.recoveredAt === undefined) {
                break;
            }
            await pause(rest, signal);
        }
    } finally {
        clearInterval(sampler);
        enough.abort();
        await sending;
        load.close();
    }
    const explained: Record<string, number> = {};
    const unexplained: string[] = [];
    for (const failure of load.failures.slice(failedBefore)) {
        const reason = explain(failure, faults);
        if (reason === undefined) {
            unexplained.push(`${failure.answer}, ${moment(failure, faults)}`);
        } else {
            explained[reason] = (explained[reason] ?? 0) + 1;
        }
    }
    return {
        ...{ capacity, rate, answered: load.answered - answeredBefore, faults, explained, unexplained },
        memory: { node: memory.node.summary(), EPP: memory.EPP.summary() },
    };
}

/** When a request failed, for whoever looks for the reason. */
function moment({ sentAt, endedAt }: Failure, faults: Fault[]): string {
    const last = faults.findLast(({ at }) => at <= endedAt);
    const sent = last === undefined ? 0 : (sentAt - last.at) / 1000;
    return last === undefined ? "before any fault" : `sent ${sent.toFixed(0)} s after: ${last.target.name}`;
}

/** Kills one target and waits until all is well again. */
async function strike(
    cluster: Cluster,
    options: SoakOptions,
    target: Target,
    load: Load,
    random: () => number,
): Promise<Fault> {
    const { stateDir, report } = options;
    const before = load.failures.length;
    const { pods } = target;
    const victim = pods === "api-server" ? undefined : await chooseVictim(cluster, pods, random);
    const at = performance.now();
    if (victim === undefined) {
        process.kill(findRunning(recordFile(stateLayout(stateDir), "kube-apiserver"))!.pid, "SIGKILL");
        await bringBack(options, at + recoveryLimit);
    } else {
        process.kill(pidOf(victim), "SIGKILL");
    }
    load.inARow = 0;
    const isWell = async () =>
        load.inARow >= enoughInARow &&
        (victim === undefined || (await hasRestarted(cluster, target, victim).catch(() => false)));
    if (!(await poll(isWell, Boolean, { every: pollInterval, atMost: recoveryLimit }))) {
        report(`${target.name} killed: not well again within ${String(recoveryLimit / 1000)} s`);
        return { target, at, recoveredAt: undefined };
    }
    const recoveredAt = performance.now();
    const taken = ((recoveredAt - at) / 1000).toFixed(1);
    const failed = String(load.failures.length - before);
    report(`${target.name} killed: well again after ${taken} s, ${failed} requests failed`);
    return { target, at, recoveredAt };
}

/** On a machine that is busy with the load, the API server may need more than one wait for its health. */
async function bringBack(options: SoakOptions, deadline: number): Promise<void> {
    for (;;) {
        try {
            await startControlPlane({ ...options, report: () => undefined });
            return;
        } catch (error) {
            if (performance.now() > deadline) {
                throw error;
            }
        }
    }
}

async function podsOf(cluster: Cluster, { namespace, labels: labelSelector }: PodGroup): Promise<V1Pod[]> {
    return (await cluster.core.listNamespacedPod({ namespace, labelSelector })).items;
}

type PodGroup = Exclude<Target["pods"], "api-server">;

const serves = ({ status }: V1Pod) => status?.containerStatuses?.[0]?.ready === true;

/** A pod that serves; of the EPP's, that is the leader. */
async function chooseVictim(cluster: Cluster, group: PodGroup, random: () => number): Promise<V1Pod> {
    const serving = (await podsOf(cluster, group)).filter(serves);
    const victim = serving[Math.floor(random() * serving.length)];
    if (victim === undefined) {
        throw new Error(`No pod of ${group.labels} serves.`);
    }
    return victim;
}

/** The victim runs again, and as many pods as before serve: of the EPP's, the leader alone. */
async function hasRestarted(
    cluster: Cluster,
    { pods, servingPods }: Target,
    victim: V1Pod,
): Promise<boolean> {
    const restarts = (pod: V1Pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
    const group = await podsOf(cluster, pods as PodGroup);
    const after = group.find(({ metadata }) => metadata!.uid === victim.metadata!.uid);
    return (
        after !== undefined &&
        restarts(after) > restarts(victim) &&
        group.filter(serves).length === (servingPods ?? group.length)
    );
}

/** The process that plays a pod's container. */
function pidOf({ metadata, status }: V1Pod): number {
    const pid = /^process:\/\/(\d+)$/.exec(status?.containerStatuses?.[0]?.containerID ?? "")?.[1];
    if (pid === undefined) {
        throw new Error(`${metadata!.name!} has no process.`);
    }
    return Number(pid);
}

async function placesOf(cluster: Cluster, deployment: DeploymentOutput): Promise<Places> {
    const { namespaces, gateway, models } = deployment;
    const [model] = Object.values(models);
    // The Service of the EPP selects its pods.
    const { spec } = await cluster.core.readNamespacedService(model!.epp);
    return {
        ...namespaces,
        istio: istioNamespace,
        decode: selectorText(model!.pods.decode.selector),
        epp: selectorText(spec!.selector!),
        gateway: selectorText({ [labels.gatewayName]: gateway.name }),
    };
}

function selectorText(selector: Record<string, string>): string {
    return requirementsOf(selector).join(",");
}

/** While the API server is away nothing can be told of pods, and nothing is added. */
async function sample(
    cluster: Cluster,
    { simulator, epp }: Places,
    { kubeconfig }: SoakOptions,
    memory: Record<"node" | "EPP", MemorySeries>,
): Promise<void> {
    const agent = findAgent(kubeconfig);
    const pickers = await podsOf(cluster, { namespace: simulator, labels: epp }).catch(() => []);
    if (agent !== undefined) {
        memory.node.add(residentMemory(agent) ?? 0);
    }
    if (pickers.length > 0 && pickers.every(({ status }) => status?.containerStatuses?.[0]?.state?.running)) {
        memory.EPP.add(memoryOfTrees(pickers.map(pidOf)));
    }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
