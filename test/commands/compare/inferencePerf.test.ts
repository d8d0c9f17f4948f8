import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { inferencePerfVersion, writeInferencePerf } from "../../../commands/compare/inferencePerf";
import type { Arrival } from "../../../commands/compare/load";
import type { Workload } from "../../../commands/compare/workloads";
import { hasPip } from "../../../local/toolchain/python";

/** A configuration as inference-perf has read it, as far as it is held against ours. */
interface ReadConfig {
    api: { streaming: boolean; headers: Record<string, string> | null };
    data: {
        type: string;
        shared_prefix: {
            num_unique_system_prompts?: number;
            num_groups?: number;
            system_prompt_len: number;
        } | null;
        trace: { file: string } | null;
    };
    load: { type: string; stages: { rate?: number; duration?: number; concurrency_level?: number }[] };
    server: { base_url: string; model_name: string };
    report: { goodput: { constraints: Record<string, number> } | null };
}

const workloads: [Workload, Arrival, number[]?][] = [
    [
        { kind: "uniform", requests: 50, promptTokens: 16, sharedPrefix: 0, maxTokens: 8 },
        { kind: "closed", connections: 4 },
    ],
    [
        { kind: "uniform", requests: 50, promptTokens: 16, sharedPrefix: 100, maxTokens: 8 },
        { kind: "open", rate: 5 },
    ],
    [
        { kind: "shared-prefix", groups: 8, prompts: 6, prefixTokens: 600, questionTokens: 40, maxTokens: 8 },
        { kind: "open", rate: 2 },
        [2, 4, 8],
    ],
    [
        { kind: "multi-turn", conversations: 3, turns: 4, questionTokens: 30, maxTokens: 8 },
        { kind: "closed", connections: 3 },
    ],
    [
        { kind: "trace", file: "any.csv", rows: [{ at: 0.5, inputTokens: 10, outputTokens: 3 }] },
        { kind: "trace" },
    ],
];

describe("compare: configuration of inference-perf", function () {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-inference-perf-"));
    const packages = path.join(folder, "packages");

    before(async function () {
        // CI must not pass without the tool's own reader.
        if (process.env.CI !== "true" && !(await hasPip())) {
            console.log("      skipped: inference-perf cannot be had without Python's pip");
            this.skip();
        }
        const install = (args: string[]) =>
            execa("python3", ["-m", "pip", "install", "--quiet", "--target", packages, ...args]);
        // Its reader runs with an older Python than the package asks for.
        await install(["--no-deps", "--ignore-requires-python", `inference-perf==${inferencePerfVersion}`]);
        await install(["pydantic==2.13.4", "pyyaml==6.0.2"]);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    it("is what inference-perf reads, for every workload and way of sending", async () => {
        const files = workloads.flatMap(([workload, arrival, rates], index) =>
            writeInferencePerf(
                path.join(folder, String(index)),
                {
                    direct: {
                        label: "direct path",
                        url: "http://127.0.0.1:1/v1/completions",
                        headers: { "Content-Type": "application/json" },
                    },
                    gateway: {
                        label: "scoring path",
                        url: "http://127.0.0.1:2/prefix/v1/completions",
                        headers: { "Content-Type": "application/json", Host: "llm.example.com" },
                    },
                },
                { model: "random", workload, arrival, rounds: 10, seed: 7, timeoutSeconds: 15 },
                { slo: { ttft: 200, e2e: 1000 }, rates },
            ),
        );
        const script = path.join(__dirname, "support", "readConfigs.py");
        const { stdout } = await execa("python3", [script, packages, ...files]);
        const read = stdout.split("\n").map((line) => JSON.parse(line) as ReadConfig);
        assert.equal(read.length, 2 * workloads.length);
        assert.deepEqual(
            read.filter((_, index) => index % 2 === 0).map(({ data, load }) => [data.type, load.type]),
            [
                ["random", "concurrent"],
                ["shared_prefix", "poisson"],
                ["shared_prefix", "poisson"],
                ["conversation_replay", "concurrent"],
                ["random", "trace_replay"],
            ],
        );
        const [direct, gateway] = read;
        assert.deepEqual(direct!.api.headers, null);
        assert.deepEqual(gateway!.api.headers, { Host: "llm.example.com" });
        assert.equal(gateway!.server.base_url, "http://127.0.0.1:2/prefix");
        assert.equal(gateway!.api.streaming, true);
        assert.deepEqual(gateway!.report.goodput!.constraints, { ttft: 0.2, request_latency: 1 });
        // 480 requests at each rate.
        assert.deepEqual(
            read[4]!.load.stages.map(({ rate, duration }) => [rate, duration]),
            [
                [2, 240],
                [4, 120],
                [8, 60],
            ],
        );
        assert.equal(
            fs.readFileSync(read[8]!.data.trace!.file, "utf8"),
            "TIMESTAMP,ContextTokens,GeneratedTokens\n1970-01-01 00:00:00.500000,10,3\n",
        );
    });
});
