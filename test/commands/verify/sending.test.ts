import { strict as assert } from "assert";
import * as http from "http";
import type { AddressInfo } from "net";
import type { Cluster, ProxyTarget } from "../../../commands/shared/cluster";
import type { ModelTraffic, TrafficOptions } from "../../../commands/verify/traffic";
import { sendTraffic } from "../../../commands/verify/traffic";
import { eventually } from "../../support/eventually";
import { MemoryCluster } from "./support/memoryCluster";

interface Seen {
    url: string;
    headers: http.IncomingHttpHeaders;
    prompt?: string;
}

/** The simulators and their EPP, as far as requests and metrics tell. */
describe("verify's traffic", () => {
    const seen: Seen[] = [];
    let silent = false;
    let server: http.Server;
    let url: string;
    /** What the EPP has counted, by pod. */
    let picks: Record<string, number> = {};
    const podOf = new Map<string, string>();
    const pods = ["decode-a", "decode-b", "decode-c"];

    before(async () => {
        server = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                const { prompt } = (body === "" ? {} : JSON.parse(body)) as { prompt?: string };
                seen.push({ url: request.url ?? "", headers: request.headers, prompt });
                if (silent) {
                    return;
                }
                const pod = podOf.get(prompt ?? "") ?? pods[podOf.size % pods.length]!;
                if (prompt !== undefined) {
                    podOf.set(prompt, pod);
                    picks[pod] = (picks[pod] ?? 0) + 1;
                }
                response
                    .writeHead(200, { "x-inference-pod": pod, "x-went-into-resp-headers": "true" })
                    .end("{}");
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    });
    beforeEach(() => {
        seen.length = 0;
        silent = false;
        picks = {};
        podOf.clear();
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });

    /** Only metrics are asked of the cluster: requests go to the URLs. */
    const metrics = {
        way: "the API server",
        request: ({ path }: ProxyTarget) =>
            Promise.resolve({
                ...{ status: 200, headers: {}, durationMs: 1 },
                body:
                    path === "/v1/models"
                        ? '{"data":[{"id":"random"},{"id":"adapter"}]}'
                        : [
                              "# TYPE inference_objective_request_total counter",
                              `inference_objective_request_total ${String(Object.values(picks).reduce((a, b) => a + b, 0))}`,
                              "# TYPE inference_extension_scheduler_attempts_total counter",
                              ...Object.entries(picks).map(
                                  ([pod, count]) =>
                                      `inference_extension_scheduler_attempts_total{status="success",pod_name="${pod}"} ${String(count)}`,
                              ),
                              "",
                          ].join("\n"),
            }),
    } as unknown as Cluster;

    function send(golden: string, over: Partial<TrafficOptions> = {}): Promise<ModelTraffic> {
        const cluster = new MemoryCluster(golden);
        const { deployment, model } = cluster;
        return sendTraffic(
            metrics,
            { snapshot: cluster.snapshot(), deployment, model },
            {
                reach: metrics,
                ...{ requests: 20, gatewayUrl: url, directUrl: url, onGateway: true, onDirect: true },
                ...{ scoring: deployment.mode !== "scheduler", signal: new AbortController().signal },
                ...over,
            },
        );
    }

    it("asks for the models, and then for as many completions as it is told", async () => {
        const { direct, gateway, scoring } = await send("scheduler", { requests: 7 });
        assert.deepEqual(
            [direct?.completions.length, gateway?.completions.length, scoring],
            [7, 7, undefined],
        );
        assert.equal(direct?.models.status, 200);
        assert.ok(pods.includes(direct?.completions[0]?.pod ?? ""));
    });

    it("sends what the route asks for through the Gateway, and nothing of it on the direct path", async () => {
        await send("scoring-everything", { onDirect: false, scoring: false, requests: 1 });
        assert.equal(seen[0]?.headers.host, "llm.example.com");
        assert.equal(seen[0].headers["x-tenant"], "blue");
        seen.length = 0;
        await send("scoring-everything", { onGateway: false, scoring: false, requests: 1 });
        assert.notEqual(seen[0]?.headers.host, "llm.example.com");
        assert.equal(seen[0]?.headers["x-tenant"], undefined);
    });

    it("asks each ready pod that a request may reach which models it serves", async () => {
        const { served } = await send("scoring", { requests: 1, scoring: false });
        const names = Object.keys(served);
        assert.equal(names.length, 3);
        assert.ok(
            names.every((name) => name.startsWith("ms-sim-llm-d-modelservice-decode-")),
            String(names),
        );
        assert.deepEqual(served[names[0]!], { models: ["random", "adapter"] });
    });

    it("ends where no time is left, and says so", async () => {
        silent = true;
        const time = new AbortController();
        const sending = send("scheduler", { signal: time.signal });
        await eventually("a request", () => seen.length > 0);
        time.abort();
        const { stopped } = await sending;
        assert.equal(stopped?.problem, "out-of-time");
        assert.equal(seen.length, 1);
    });

    it("sends different long prompts in turn, and says of each whom the EPP picked", async () => {
        const { scoring } = await send("scoring");
        assert.equal(scoring?.attempts.length, 20);
        assert.equal(scoring.counted, 20);
        for (const { attempt, picked } of scoring.attempts) {
            assert.deepEqual(picked, [attempt.pod]);
        }
        // After the models, and the completion that tells whether there is any use in more, on either path.
        const prompts = seen.flatMap(({ prompt }) => prompt ?? []).slice(-20);
        assert.equal(new Set(prompts).size, 5);
        // The EPP's blocks are of 64 characters.
        assert.ok(prompts.every((prompt) => prompt.length >= 5 * 64));
        for (let round = 0; round < 4; round++) {
            assert.equal(new Set(prompts.slice(round * 5, round * 5 + 5)).size, 5, "each once a round");
        }
    });
});
