import { strict as assert } from "assert";
import * as http from "http";
import type { AddressInfo } from "net";
import { setTimeout as sleep } from "timers/promises";
import type { RoundOptions, RoundRequest, RoundResult } from "../../../commands/compare/load";
import { runRound } from "../../../commands/compare/load";
import { randomOf } from "../../../commands/compare/random";
import type { Sample } from "../../../commands/compare/send";

/** What a server does with a request, once it has all of it. */
type Answer = (response: http.ServerResponse) => void;

const requests = (number: number): RoundRequest[] => Array.from({ length: number }, () => ({ body: "{}" }));
const closed = { kind: "closed", connections: 2 } as const;

/** A round against a server. */
async function roundAgainst(
    answer: Answer,
    round: RoundRequest[],
    options: Partial<RoundOptions>,
): Promise<RoundResult> {
    const server = http.createServer((request, response) => {
        request.resume().on("end", () => answer(response));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/completions`;
    try {
        return await runRound({ label: "path", url, headers: {} }, round, {
            arrival: closed,
            random: randomOf(1),
            timeoutSeconds: 60,
            limitSeconds: 60,
            ...options,
        });
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

/** A round of 20 requests on 2 connections against a server that misbehaves at every fifth, and answers the others at once. */
async function roundWith(misbehave: Answer, options: Partial<RoundOptions> = {}): Promise<RoundResult> {
    let number = 0;
    const answer = (response: http.ServerResponse) => {
        number++;
        if (number % 5 === 0) {
            misbehave(response);
        } else {
            response.writeHead(200, { "X-Inference-Pod": "pod" }).end("{}");
        }
    };
    return roundAgainst(answer, requests(20), options);
}

/** A round against a server that answers with a stream. */
async function streamed(
    answer: (response: http.ServerResponse) => Promise<void>,
    round: RoundRequest[] = requests(1),
    options: Partial<RoundOptions> = {},
): Promise<RoundResult> {
    const begin = (response: http.ServerResponse) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        void answer(response);
    };
    return roundAgainst(begin, round, options);
}

describe("compare: a round", () => {
    it("counts requests whose connection is closed instead of an answer", async () => {
        const { samples, failures, statuses } = await roundWith((response) => response.socket!.end());
        assert.deepEqual([samples.length, failures, statuses], [16, { "closed before an answer": 4 }, {}]);
    });

    it("counts requests whose answer breaks off", async () => {
        const { samples, failures } = await roundWith((response) => {
            response.writeHead(200, { "Content-Length": "100" });
            response.write("half", () => response.socket!.end());
        });
        assert.deepEqual([samples.length, failures], [16, { "closed before an answer": 4 }]);
    });

    it("counts requests that are not answered in time, once each, and asks on", async () => {
        const { samples, failures } = await roundWith(() => undefined, { timeoutSeconds: 4 });
        assert.deepEqual([samples.length, failures], [16, { "timed out": 4 }]);
    });

    it("ends when its time is over, and says what was not answered", async () => {
        const { samples, failures } = await streamed(() => new Promise(() => undefined), requests(20), {
            limitSeconds: 0.5,
        });
        assert.deepEqual([samples, failures], [[], { "not answered when the round was stopped": 2 }]);
    });

    it("ends when it is told to", async () => {
        const stop = new AbortController();
        let unanswered = 0;
        const stopAtBoth = () => {
            if (++unanswered === closed.connections) {
                stop.abort();
            }
        };
        const { failures } = await roundWith(stopAtBoth, { signal: stop.signal });
        assert.deepEqual(failures, { "not answered when the round was stopped": 2 });
    });

    it("counts connections that are refused, by why", async () => {
        const { samples, failures } = await runRound(
            // Port 1 is reserved, and nothing listens there.
            { label: "path", url: "http://127.0.0.1:1/", headers: {} },
            requests(6),
            { arrival: closed, random: randomOf(1), timeoutSeconds: 1, limitSeconds: 30 },
        );
        assert.deepEqual([samples, failures], [[], { ECONNREFUSED: 6 }]);
    });

    it("times the first token, and those after it, of a stream whose pieces are cut anywhere", async () => {
        const { samples } = await streamed(async (response) => {
            const event = (text: string) => `data: ${JSON.stringify({ choices: [{ text }] })}\n\n`;
            await sleep(40);
            response.write(event("a"));
            await sleep(40);
            const second = event("b");
            response.write(second.slice(0, 9));
            response.write(second.slice(9) + event(""));
            await sleep(40);
            response.write(event("c"));
            response.end(
                `data: ${JSON.stringify({ choices: [], usage: { completion_tokens: 3 } })}\n\ndata: [DONE]\n\n`,
            );
        });
        const [{ ttftMs, tpotMs, gapsMs, e2eMs, tokens } = { gapsMs: [] }] = samples as Partial<Sample>[];
        assert.equal(tokens, 3);
        // Timers are never early; how late they are is the machine's affair.
        assert.ok(ttftMs! >= 39, JSON.stringify(samples));
        assert.equal(gapsMs!.length, 2);
        assert.ok(ttftMs! + gapsMs![0]! + gapsMs![1]! <= e2eMs! + 1e-6, JSON.stringify(samples));
        assert.ok(Math.abs(tpotMs! - (gapsMs![0]! + gapsMs![1]!) / 2) < 1e-6);
    });

    it("sends in an open loop whatever the answers do, and at the rate", async () => {
        let arrived = 0;
        let allArrived: () => void;
        const all = new Promise<void>((resolve) => (allArrived = resolve));
        const { samples, seconds } = await streamed(
            async (response) => {
                if (++arrived === 20) {
                    allArrived();
                }
                // None is answered before the last has come: a loop that is closed would wait forever.
                await all;
                response.end("data: [DONE]\n\n");
            },
            requests(20),
            { arrival: { kind: "open", rate: 100 } },
        );
        assert.equal(samples.length, 20);
        // 20 requests at 100 per second take 200 ms, by the times that this seed gives; timers are never early.
        assert.ok(seconds > 0.1, String(seconds));
    });

    for (const arrival of [closed, { kind: "open", rate: 1000 } as const]) {
        it(`lets a request wait for the answer to another (${arrival.kind} loop)`, async () => {
            let answered = 0;
            const answeredBefore: number[] = [];
            await streamed(
                async (response) => {
                    answeredBefore.push(answered);
                    await sleep(20);
                    response.end("data: [DONE]\n\n", () => answered++);
                },
                [{ body: "1" }, { body: "2", after: 0 }, { body: "3", after: 1 }],
                { arrival },
            );
            assert.deepEqual(answeredBefore, [0, 1, 2]);
        });
    }
});
