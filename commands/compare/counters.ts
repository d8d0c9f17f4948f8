import type { V1Pod } from "@kubernetes/client-node";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import { requirementsOf } from "../../objects/selectors";
import { vllmMetrics } from "../../releases";
import type { Cluster, KubeObjectOf } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import { messageOf } from "../shared/errors";
import { Metrics } from "../shared/metrics";

/** What the pods counted during one round. */
export interface CountedRound {
    /** Tokens of prompts that were looked for in prefix caches. */
    queried: number;
    /** Of them, those that were found. */
    hit: number;
    /** Requests that waited in the pods and ran there, of all pods, over time. */
    queue: QueueReading[];
}

/** The pods' queues at one moment. */
export interface QueueReading {
    /** In seconds after the round's beginning. */
    at: number;
    waiting: number;
    running: number;
}

/** Counters of tokens, as vLLM names them, and as the simulator does (0.10.2 `pkg/llm-d-inference-sim/metrics.go`). */
const cacheMetrics = {
    queried: ["vllm:prefix_cache_queries_total", "vllm:prefix_cache_queries"],
    hit: ["vllm:prefix_cache_hits_total", "vllm:prefix_cache_hits"],
} as const;

/** How often queues are looked at, in milliseconds; each look asks every pod. */
const lookInterval = 500;

/** How long a pod's metrics may take, in milliseconds. */
const scrapeTimeoutMs = 5_000;

/** What one look at all pods gives. */
interface Look {
    queried: number;
    hit: number;
    waiting: number;
    running: number;
}

/**
 * Reads the counters of the pods of one model, through the API server. A first reading that fails is the last: why it
 * did is told, and nothing is counted.
 */
export class PodCounters {
    /** Why nothing is counted; undefined while it is. */
    problem: string | undefined;
    /** The pods that can answer. */
    pods: string[] = [];

    private constructor(
        private readonly cluster: Cluster | undefined,
        private readonly namespace: string,
        private readonly port: number,
    ) {}

    /** @param open gives the cluster, or throws when there is none to be asked. */
    static async open(
        open: () => Cluster,
        { namespaces }: DeploymentOutput,
        { pods, proxy }: ModelDeploymentOutput,
    ): Promise<PodCounters> {
        const namespace = namespaces.simulator;
        try {
            const cluster = open();
            const counters = new PodCounters(cluster, namespace, proxy.port);
            const selector = requirementsOf(pods.decode.selector).join(",");
            const found = await cluster.list<KubeObjectOf<V1Pod>>("v1", "Pod", namespace, selector);
            counters.pods = found.filter(isReady).map(({ metadata }) => metadata.name);
            await counters.look();
            return counters;
        } catch (error) {
            const counters = new PodCounters(undefined, namespace, proxy.port);
            counters.problem = messageOf(error);
            return counters;
        }
    }

    /** Runs a round, and counts meanwhile; undefined where nothing can be counted. */
    async during<T>(round: () => Promise<T>): Promise<[T, CountedRound | undefined]> {
        const before = await this.tryLook();
        if (before === undefined) {
            return [await round(), undefined];
        }
        const startedAt = performance.now();
        const queue: QueueReading[] = [];
        let looking: Promise<void> | undefined;
        const timer = setInterval(() => {
            // A look that takes long is not doubled.
            looking ??= this.tryLook().then((seen) => {
                if (seen !== undefined) {
                    const at = (performance.now() - startedAt) / 1000;
                    queue.push({ at, waiting: seen.waiting, running: seen.running });
                }
                looking = undefined;
            });
        }, lookInterval);
        try {
            const result = await round();
            clearInterval(timer);
            await looking;
            const after = await this.tryLook();
            return [
                result,
                after && { queried: after.queried - before.queried, hit: after.hit - before.hit, queue },
            ];
        } finally {
            clearInterval(timer);
        }
    }

    close(): void {
        this.cluster?.close();
    }

    private async tryLook(): Promise<Look | undefined> {
        if (this.problem !== undefined) {
            return undefined;
        }
        try {
            return await this.look();
        } catch (error) {
            this.problem = messageOf(error);
            return undefined;
        }
    }

    private async look(): Promise<Look> {
        const scrapes = await Promise.all(this.pods.map((pod) => this.scrape(pod)));
        const total = (names: readonly string[]) =>
            scrapes.reduce((sum, metrics) => sum + metrics.sum(metrics.firstOf(names) ?? names[0]!), 0);
        return {
            queried: total(cacheMetrics.queried),
            hit: total(cacheMetrics.hit),
            waiting: total([vllmMetrics.queuedRequestsSpec]),
            running: total([vllmMetrics.runningRequestsSpec]),
        };
    }

    private async scrape(pod: string): Promise<Metrics> {
        const { status, apiServerError, body } = await this.cluster!.request(
            { namespace: this.namespace, target: { pod, port: this.port }, path: "/metrics" },
            { timeoutMs: scrapeTimeoutMs },
        );
        if (status !== 200) {
            throw new Error(`the metrics of pod ${pod}: ${apiServerError ?? `status ${String(status)}`}`);
        }
        return new Metrics(body);
    }
}
