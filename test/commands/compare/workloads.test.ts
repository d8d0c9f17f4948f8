import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { randomOf } from "../../../commands/compare/random";
import { readTrace } from "../../../commands/compare/trace";
import type { Workload } from "../../../commands/compare/workloads";
import { requestsOf, roundPlanner } from "../../../commands/compare/workloads";

function roundsOf(workload: Workload, rounds: number, seed = 1) {
    const next = roundPlanner(workload, randomOf(seed));
    return Array.from({ length: rounds }, () => next());
}

const lengthOf = (prompt: string) => prompt.split(" ").length;
const uniform = { kind: "uniform", requests: 50, promptTokens: 16, sharedPrefix: 0, maxTokens: 4 } as const;

describe("compare: workloads", () => {
    it("makes the same requests for a seed, and others for another", () => {
        for (const workload of [
            uniform,
            {
                kind: "shared-prefix",
                groups: 3,
                prompts: 4,
                prefixTokens: 30,
                questionTokens: 5,
                maxTokens: 4,
            },
            { kind: "multi-turn", conversations: 3, turns: 4, questionTokens: 5, maxTokens: 4 },
        ] as const) {
            const rounds = roundsOf(workload, 2);
            assert.deepEqual(rounds, roundsOf(workload, 2));
            assert.notDeepEqual(rounds, roundsOf(workload, 2, 2));
            assert.equal(rounds[0]!.length, requestsOf(workload));
        }
    });

    it("makes no prompt twice, and a common beginning only when asked for", () => {
        const prompts = (sharedPrefix: number) =>
            roundsOf({ ...uniform, sharedPrefix }, 4)
                .flat()
                .map(({ prompt }) => prompt);
        const apart = prompts(0);
        assert.equal(new Set(apart).size, 200);
        const beginnings = (texts: string[]) => new Set(texts.map((text) => text.slice(0, 60)));
        assert.ok(beginnings(apart).size > 190);
        assert.equal(beginnings(prompts(100)).size, 1);
    });

    it("has as many prefixes as groups, each with its prompts, and none of an earlier round", () => {
        const rounds = roundsOf(
            {
                kind: "shared-prefix",
                groups: 5,
                prompts: 4,
                prefixTokens: 100,
                questionTokens: 10,
                maxTokens: 3,
            },
            2,
        );
        const prefixes = rounds.map((round) => {
            const counts = new Map<string, number>();
            for (const { prompt } of round) {
                assert.equal(lengthOf(prompt), 110);
                const prefix = prompt.split(" ").slice(0, 100).join(" ");
                counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
            }
            assert.deepEqual([...counts.values()], [4, 4, 4, 4, 4]);
            return [...counts.keys()];
        });
        assert.equal(new Set(prefixes.flat()).size, 10);
    });

    it("repeats in each turn of a conversation what was said before, once that was answered", () => {
        const [round] = roundsOf(
            { kind: "multi-turn", conversations: 3, turns: 3, questionTokens: 5, maxTokens: 4 },
            1,
        );
        for (const [index, { prompt, after }] of round!.entries()) {
            assert.equal(after, index < 3 ? undefined : index - 3);
            if (after !== undefined) {
                const before = round![after]!.prompt;
                assert.ok(prompt.startsWith(`${before} `));
                assert.equal(lengthOf(prompt), lengthOf(before) + 4 + 5);
            }
        }
    });
});

describe("compare: traces", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-trace-"));
    after(() => fs.rmSync(folder, { recursive: true }));

    function read(text: string) {
        const file = path.join(folder, "trace.csv");
        fs.writeFileSync(file, text);
        return readTrace(file);
    }

    it("reads the documented form, in any order of columns, and sends what it says", () => {
        const rows = read("output_tokens,arrival,input_tokens\n8,10,100\n9,10.5,200\n");
        assert.deepEqual(rows, [
            { at: 0, inputTokens: 100, outputTokens: 8 },
            { at: 0.5, inputTokens: 200, outputTokens: 9 },
        ]);
        const [round] = roundsOf({ kind: "trace", file: "trace.csv", rows }, 1);
        assert.deepEqual(
            round!.map(({ prompt, maxTokens, at }) => [lengthOf(prompt), maxTokens, at]),
            [
                [100, 8, 0],
                [200, 9, 0.5],
            ],
        );
    });

    it("reads Azure's public traces", () => {
        const rows = read(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.0319600,3180,8\r\n",
        );
        assert.deepEqual(
            rows.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens]),
            [
                [4808, 10],
                [3180, 8],
            ],
        );
        assert.ok(Math.abs(rows[1]!.at - 0.052) < 0.002);
    });

    const bad: [string, string, RegExp][] = [
        [
            "a missing column",
            "arrival,input_tokens\n0,1\n",
            /line 1 has no column output_tokens or GeneratedTokens/,
        ],
        ["no request", "arrival,input_tokens,output_tokens\n", /it has 0 requests; allowed: 1 to/],
        [
            "a length of nothing",
            "arrival,input_tokens,output_tokens\n0,0,1\n",
            /line 2: "0"; allowed: a number of tokens/,
        ],
        [
            "a time that is none",
            "arrival,input_tokens,output_tokens\nsoon,1,1\n",
            /line 2: "soon"; allowed: seconds/,
        ],
        [
            "a time before the last",
            "arrival,input_tokens,output_tokens\n5,1,1\n4,1,1\n",
            /line 3: "4"; allowed: no arrival before/,
        ],
    ];
    for (const [title, text, message] of bad) {
        it(`refuses ${title}, naming file and line`, () => {
            assert.throws(() => read(text), message);
        });
    }
});
