import { setMaxListeners } from "events";
import type { Agent } from "http";
import { setTimeout as sleep } from "timers/promises";
import type { PathTarget } from "./paths";
import type { Random } from "./random";
import type { Sample } from "./send";
import { agentFor, NoAnswerError, send } from "./send";

/**
 * When requests are sent. `closed`: each connection sends its next request when it has its answer. `open`: as a Poisson
 * process, whatever the answers do. `trace`: when the requests themselves say.
 */
export type Arrival =
    | { kind: "closed"; connections: number }
    /** @param rate requests per second. */
    | { kind: "open"; rate: number }
    | { kind: "trace" };

/** One request of a round. */
export interface RoundRequest {
    body: string;
    /** When it comes, in seconds after the round's beginning; read with the arrival `trace`. */
    at?: number;
    /** The request, by its index, that it waits for. Default: none. */
    after?: number;
}

/** How a round is sent. */
export interface RoundOptions {
    arrival: Arrival;
    /** Makes the times of an open loop. */
    random: Random;
    /** Longest wait for one answer, in seconds. */
    timeoutSeconds: number;
    /** Longest time for the round, in seconds; what is not answered by then counts as an error. */
    limitSeconds: number;
    /** Ends the round early. */
    signal?: AbortSignal;
}

/** What a round on one path gave. */
export interface RoundResult {
    /** The good answers (2xx). */
    samples: Sample[];
    /** From the first request to the last answer, in seconds. */
    seconds: number;
    /** Answers with another status, by status. */
    statuses: Record<string, number>;
    /** Requests without an answer, by why. */
    failures: Record<string, number>;
    /** Good answers by the pod that gave them, where they say it. */
    pods: Record<string, number>;
}

/** Sends one round of requests to one URL. */
export async function runRound(
    target: PathTarget,
    requests: readonly RoundRequest[],
    options: RoundOptions,
): Promise<RoundResult> {
    const { arrival, limitSeconds, signal } = options;
    const limit = AbortSignal.timeout(limitSeconds * 1000);
    const stop = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    // Every request under way listens to it.
    setMaxListeners(0, stop);
    const round = new Round(target, requests, options.timeoutSeconds * 1000, stop);
    if (arrival.kind === "closed") {
        await round.sendClosed(arrival.connections);
    } else {
        await round.sendOpen(arrivals(requests, arrival, options.random));
    }
    return round.result;
}

/**
 * When the requests of an open loop come, in seconds; undefined for one that comes when another was answered. Those that
 * wait for none are as much rarer, so that the rate is that of all of them.
 */
function arrivals(
    requests: readonly RoundRequest[],
    arrival: Exclude<Arrival, { kind: "closed" }>,
    random: Random,
): (number | undefined)[] {
    if (arrival.kind === "trace") {
        return requests.map(({ at }) => at ?? 0);
    }
    const first = requests.filter(({ after }) => after === undefined).length;
    const rate = (arrival.rate * first) / requests.length;
    let at = 0;
    return requests.map(({ after }) => {
        if (after !== undefined) {
            return undefined;
        }
        at += -Math.log(1 - random()) / rate;
        return at;
    });
}

class Round {
    readonly result: RoundResult = { samples: [], seconds: 0, statuses: {}, failures: {}, pods: {} };
    private readonly startedAt = performance.now();
    private readonly done: Promise<void>[];
    private readonly settle: (() => void)[] = [];

    constructor(
        private readonly target: PathTarget,
        private readonly requests: readonly RoundRequest[],
        private readonly timeoutMs: number,
        private readonly stop: AbortSignal,
    ) {
        this.done = requests.map((_, index) => new Promise((resolve) => (this.settle[index] = resolve)));
    }

    /** A connection for each sender; whoever is free takes the next request, and waits for the one before it. */
    async sendClosed(connections: number): Promise<void> {
        let next = 0;
        const sender = async () => {
            const agent = agentFor(this.target.url, { keepAlive: true, maxSockets: 1 });
            while (next < this.requests.length && !this.stop.aborted) {
                const index = next++;
                await this.sendOne(index, agent);
            }
            agent.destroy();
        };
        await Promise.all(Array.from({ length: connections }, sender));
    }

    /** As many connections as there are requests under way, each in its turn: the last one used would get them all. */
    async sendOpen(times: readonly (number | undefined)[]): Promise<void> {
        const agent = agentFor(this.target.url, { keepAlive: true, scheduling: "fifo" });
        await Promise.all(
            this.requests.map(async (_, index) => {
                const wait = (times[index] ?? 0) * 1000 - (performance.now() - this.startedAt);
                await sleep(Math.max(wait, 0), undefined, { signal: this.stop }).catch(() => undefined);
                await this.sendOne(index, agent);
            }),
        );
        agent.destroy();
    }

    private async sendOne(index: number, agent: Agent): Promise<void> {
        const { body, after } = this.requests[index]!;
        if (after !== undefined) {
            await this.done[after];
        }
        if (!this.stop.aborted) {
            const { timeoutMs, stop: signal } = this;
            try {
                this.count(await send(this.target, body, { agent, timeoutMs, signal }));
            } catch (error) {
                if (!(error instanceof NoAnswerError)) {
                    throw error;
                }
                countIn(this.result.failures, error.message);
            }
            this.result.seconds = (performance.now() - this.startedAt) / 1000;
        }
        this.settle[index]!();
    }

    private count({ status, pod, sample }: Awaited<ReturnType<typeof send>>): void {
        if (sample === undefined) {
            countIn(this.result.statuses, String(status));
            return;
        }
        this.result.samples.push(sample);
        if (pod !== undefined) {
            countIn(this.result.pods, pod);
        }
    }
}

function countIn(counts: Record<string, number>, key: string): void {
    counts[key] = (counts[key] ?? 0) + 1;
}
