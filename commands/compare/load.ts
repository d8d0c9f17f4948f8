import autocannon from "autocannon";
import type { EventEmitter } from "events";
import type { PathTarget } from "./paths";

/** How much load a round is. */
export interface RoundOptions {
    /** Connections, each with one request at a time: the next is sent when the answer is there (a closed loop). */
    connections: number;
    /** Requests that are measured. Each connection's first comes on top: it waits for the connection, too. */
    requests: number;
    /** Longest wait for one answer, in seconds. */
    timeoutSeconds: number;
    /** Longest time for the round, in seconds; what is not answered by then counts as an error. */
    limitSeconds: number;
    /** Body of the next request. */
    nextBody: () => string;
    /** Ends the round early. */
    signal?: AbortSignal;
}

/** What a round on one path gave. */
export interface RoundResult {
    /** Good answers (2xx), with those that opened connections. */
    good: number;
    /** How long each measured good answer took, from sending to its last byte, in milliseconds. */
    latencies: number[];
    /** From the first request to the last answer, in seconds. */
    seconds: number;
    /** Answers with another status, by status. */
    statuses: Record<string, number>;
    /** Requests without an answer, by why. */
    failures: Record<string, number>;
    /** Good answers by the pod that gave them, where they say it. */
    pods: Record<string, number>;
}

/** The header by which the simulator says which pod answered. */
const podHeader = "x-inference-pod";

/** How often autocannon looks whether it is done, in milliseconds. Its default of a second would idle between rounds. */
const sampleInterval = 20;

/**
 * Sends one round of requests to one URL. Latencies are this module's own: autocannon's histogram is in whole
 * milliseconds, and its clock of a request goes wrong after a connection was closed under it.
 */
export async function runRound({ url, headers }: PathTarget, options: RoundOptions): Promise<RoundResult> {
    const { connections, requests, timeoutSeconds, limitSeconds, nextBody, signal } = options;
    const round = new Round();
    const instance = autocannon({
        url,
        method: "POST",
        headers,
        connections,
        amount: requests + connections,
        timeout: timeoutSeconds,
        sampleInt: sampleInterval,
        requests: [{ setupRequest: (request) => ({ ...request, body: nextBody() }) }],
        setupClient: (client) => round.watch(client as EventEmitter),
    });
    // Without a callback it gives its instance, too, which the types do not know of.
    let stopped = false;
    const stop = () => {
        stopped = true;
        (instance as unknown as autocannon.Instance).stop();
    };
    const limit = setTimeout(stop, limitSeconds * 1000);
    signal?.addEventListener("abort", stop);
    try {
        await instance;
    } finally {
        clearTimeout(limit);
        signal?.removeEventListener("abort", stop);
    }
    return round.finish(stopped);
}

/** Why a request has no answer when its connection was closed. */
const closed = "closed before an answer";

/** Counts what the connections of one round do. */
class Round {
    private readonly result: RoundResult = {
        good: 0,
        latencies: [],
        seconds: 0,
        statuses: {},
        failures: {},
        pods: {},
    };
    private readonly pending: (() => boolean)[] = [];
    private started: number | undefined;
    private ended = 0;

    /** Follows one connection by autocannon's events; they come one request after the other. */
    watch(client: EventEmitter): void {
        let sentAt: number | undefined;
        let opening = true;
        let pod: string | undefined;
        /** A request that was sent while another had no answer yet. */
        let replaced = false;
        this.pending.push(() => sentAt !== undefined);
        client.on("request", () => {
            // autocannon connects again, and sends the next request, when a connection is closed or timed out.
            replaced = sentAt !== undefined;
            if (replaced) {
                this.fail(closed);
            }
            sentAt = performance.now();
            this.started ??= sentAt;
        });
        client.on("headers", ({ headers }: { headers: string[] }) => {
            pod = headerOf(headers, podHeader);
        });
        client.on("response", (status: number) => {
            const now = performance.now();
            this.ended = now;
            if (status >= 200 && status < 300) {
                this.result.good++;
                if (pod !== undefined) {
                    count(this.result.pods, pod);
                }
                if (!opening && sentAt !== undefined) {
                    this.result.latencies.push(now - sentAt);
                }
            } else {
                count(this.result.statuses, String(status));
            }
            opening = false;
            sentAt = undefined;
        });
        client.on("connError", ({ code, message }: NodeJS.ErrnoException) => {
            this.fail(code ?? message);
            sentAt = undefined;
        });
        client.on("timeout", () => {
            // The event comes after the next request, if there is one: that is the request that is waiting now.
            if (replaced) {
                count(this.result.failures, closed, -1);
                replaced = false;
            } else {
                sentAt = undefined;
            }
            this.fail("timed out");
        });
    }

    /** @param stopped whether the round was ended before its last answer. */
    finish(stopped: boolean): RoundResult {
        for (const isPending of this.pending) {
            if (isPending()) {
                // A connection that is closed over its last request is not opened again, so no event tells it.
                this.fail(stopped ? "not answered when the round was stopped" : closed);
            }
        }
        return { ...this.result, seconds: (this.ended - (this.started ?? this.ended)) / 1000 };
    }

    private fail(why: string): void {
        this.ended = performance.now();
        count(this.result.failures, why);
    }
}

/** Adds to a count, and forgets a count of nothing. */
function count(counts: Record<string, number>, key: string, by = 1): void {
    counts[key] = (counts[key] ?? 0) + by;
    if (counts[key] === 0) {
        delete counts[key];
    }
}

/** A header of a list of names and values. */
function headerOf(headers: readonly string[], name: string): string | undefined {
    for (let index = 0; index + 1 < headers.length; index += 2) {
        if (headers[index]!.toLowerCase() === name) {
            return headers[index + 1];
        }
    }
    return undefined;
}
