import * as http from "http";
import { setTimeout as sleep } from "timers/promises";
import { sendHttp } from "../../commands/shared/http";

/** A request that was not answered as it should. Times are in milliseconds, of `performance.now()`. */
export interface Failure {
    sentAt: number;
    endedAt: number;
    /** What came instead: the status with the beginning of its body, or the error. */
    answer: string;
}

/** How much of a refusal's body is kept. */
const keptText = 120;

/** How long an answer may take, in milliseconds. */
const patience = 15_000;

/** Sends completions to one URL and remembers what became of them. */
export class Load {
    answered = 0;
    readonly failures: Failure[] = [];
    /** Answers since the last failure. */
    inARow = 0;
    private readonly agent = new http.Agent({ keepAlive: true });
    private readonly pending = new Set<Promise<void>>();
    private number = 0;

    constructor(private readonly url: string) {}

    /** How many answers a second there are when each of some connections sends its next request at once. */
    async measureCapacity(connections: number, seconds: number): Promise<number> {
        const [before, start] = [this.answered, performance.now()];
        const end = start + seconds * 1000;
        const send = async () => {
            while (performance.now() < end) {
                await this.send();
            }
        };
        await Promise.all(Array.from({ length: connections }, send));
        return ((this.answered - before) / (performance.now() - start)) * 1000;
    }

    /**
     * Sends so many requests a second, whatever becomes of them, until the signal says that it is enough; then waits for the
     * answers that are to come.
     */
    async steady(rate: number, signal: AbortSignal): Promise<void> {
        const start = performance.now();
        for (let sent = 0; !signal.aborted;) {
            for (const due = ((performance.now() - start) / 1000) * rate; sent < due; sent++) {
                const request: Promise<void> = this.send().finally(() => this.pending.delete(request));
                this.pending.add(request);
            }
            await sleep(10);
        }
        await Promise.all(this.pending);
    }

    close(): void {
        this.agent.destroy();
    }

    private async send(): Promise<void> {
        const sentAt = performance.now();
        const prompt = `Request ${String(this.number++)}`;
        const answer = await sendHttp(
            new URL("/v1/completions", this.url),
            {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ model: "random", prompt, max_tokens: 3 }),
                timeoutMs: patience,
            },
            { agent: this.agent },
        ).catch((error: NodeJS.ErrnoException) => error);
        if (!(answer instanceof Error) && answer.status === 200) {
            this.answered++;
            this.inARow++;
            return;
        }
        this.inARow = 0;
        this.failures.push({
            sentAt,
            endedAt: performance.now(),
            answer:
                answer instanceof Error
                    ? `no answer: ${answer.code ?? answer.message}`
                    : `${String(answer.status)}: ${answer.body.slice(0, keptText)}`,
        });
    }
}
