import { strict as assert } from "assert";
import * as http from "http";
import type { AddressInfo } from "net";
import type { RoundOptions, RoundResult } from "../../../commands/compare/load";
import { runRound } from "../../../commands/compare/load";

/** What a server does with every fifth request; the others it answers at once. */
type Misbehaviour = (response: http.ServerResponse) => void;

/** A round of 20 requests (and one that opens each of 2 connections) against a server that misbehaves. */
async function roundWith(misbehave: Misbehaviour, options: Partial<RoundOptions> = {}): Promise<RoundResult> {
    let number = 0;
    const server = http.createServer((request, response) => {
        request.resume().on("end", () => {
            number++;
            if (number % 5 === 0) {
                misbehave(response);
            } else {
                response.writeHead(200, { "X-Inference-Pod": "pod" }).end("{}");
            }
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/completions`;
    try {
        return await runRound(
            { label: "path", url, headers: {} },
            {
                connections: 2,
                requests: 20,
                timeoutSeconds: 2,
                limitSeconds: 60,
                nextBody: () => "{}",
                ...options,
            },
        );
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

describe("compare: a round", () => {
    it("counts requests whose connection is closed instead of an answer", async () => {
        const { good, failures, statuses } = await roundWith((response) => response.socket!.end());
        assert.deepEqual([good, failures, statuses], [18, { "closed before an answer": 4 }, {}]);
    });

    it("counts requests whose answer breaks off", async () => {
        const { good, failures } = await roundWith((response) => {
            response.writeHead(200, { "Content-Length": "100" });
            response.write("half", () => response.socket!.end());
        });
        assert.deepEqual([good, failures], [18, { "closed before an answer": 4 }]);
    });

    it("counts requests that are not answered in time, once each, and asks on", async () => {
        const { good, failures } = await roundWith(() => undefined);
        assert.deepEqual([good, failures], [18, { "timed out": 4 }]);
    });

    it("ends when its time is over, and says what was not answered", async () => {
        const { good, failures } = await roundWith(() => undefined, {
            timeoutSeconds: 60,
            limitSeconds: 0.5,
        });
        assert.deepEqual(failures, { "not answered when the round was stopped": 2 });
        assert.ok(good < 18);
    });

    it("ends when it is told to", async () => {
        const { failures } = await roundWith(() => undefined, {
            timeoutSeconds: 60,
            signal: AbortSignal.timeout(500),
        });
        assert.deepEqual(failures, { "not answered when the round was stopped": 2 });
    });

    it("counts connections that are refused, by why", async () => {
        const { good, failures, latencies } = await runRound(
            // Port 1 is reserved, and nothing listens there.
            { label: "path", url: "http://127.0.0.1:1/", headers: {} },
            { connections: 2, requests: 6, timeoutSeconds: 1, limitSeconds: 30, nextBody: () => "{}" },
        );
        assert.deepEqual([good, latencies, failures], [0, [], { ECONNREFUSED: 8 }]);
    });
});
