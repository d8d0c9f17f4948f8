import * as http from "http";
import { setTimeout as sleep } from "timers/promises";
import { eventually } from "../../support/eventually";

/** A request that was not answered as it should. */
export interface Failure {
    /** When it was sent, in seconds after the first request. */
    at: number;
    /** What came instead: the status with its body, or the error. */
    answer: string;
}

/** What became of the requests. */
export interface TrafficResult {
    answered: number;
    /** How many answers came from each pod, by its name. */
    byPod: Map<string, number>;
    failed: Failure[];
}

/** Rests between two requests of a connection, in milliseconds: the load is there to find faults, not limits. */
const rest = 10;

/** How many requests must have been answered for a change to have been tried. */
const enough = 50;

/** How long an answer may take, in milliseconds. */
const patience = 60_000;

/**
 * Sends completions to the Gateway until it is stopped, on connections that are kept, each with one request at a time
 * and the next one soon after the answer.
 */
export class Traffic {
    /** Complete once it has ended. */
    readonly result: TrafficResult = { answered: 0, byPod: new Map(), failed: [] };
    private readonly startedAt = performance.now();
    private readonly agent: http.Agent;
    private readonly connections: Promise<void>[];
    private stopped = false;

    constructor(
        private readonly url: string,
        connections = 4,
    ) {
        this.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
        this.connections = Array.from({ length: connections }, (_, index) => this.send(index));
    }

    /**
     * Goes on until {@link enough} requests have been answered, because on a busy machine few come in the time of a change,
     * and ends once every request that is under way has its answer.
     */
    async finish(): Promise<TrafficResult> {
        await eventually("enough answers", () => this.result.answered > enough);
        await this.stop();
        return this.result;
    }

    /** Ends the traffic once every request that is under way has its answer. */
    async stop(): Promise<void> {
        this.stopped = true;
        await Promise.all(this.connections);
        this.agent.destroy();
    }

    private async send(connection: number): Promise<void> {
        for (let number = 0; !this.stopped; number++) {
            const sentAt = performance.now();
            const prompt = `Request ${String(number)} of connection ${String(connection)}.`;
            const { status, pod, text } = await this.ask(prompt).catch((error: Error) => ({
                status: undefined,
                pod: "",
                text: error.message,
            }));
            if (status === 200) {
                this.result.answered++;
                this.result.byPod.set(pod, (this.result.byPod.get(pod) ?? 0) + 1);
            } else {
                const at = Math.round(sentAt - this.startedAt) / 1000;
                this.result.failed.push({ at, answer: `${String(status ?? "no answer")}: ${text}` });
            }
            await sleep(rest);
        }
    }

    private ask(prompt: string): Promise<{ status: number; pod: string; text: string }> {
        return new Promise((resolve, reject) => {
            const request = http.request(
                `${this.url}/v1/completions`,
                {
                    method: "POST",
                    agent: this.agent,
                    timeout: patience,
                    headers: { "Content-Type": "application/json" },
                },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.once("error", reject);
                    response.once("end", () => {
                        resolve({
                            status: response.statusCode ?? 0,
                            pod: String(response.headers["x-inference-pod"]),
                            text: Buffer.concat(chunks).toString("utf8"),
                        });
                    });
                },
            );
            request.once("timeout", () => request.destroy(new Error("timed out")));
            request.once("error", reject);
            request.end(JSON.stringify({ model: "random", prompt, max_tokens: 3 }));
        });
    }
}
