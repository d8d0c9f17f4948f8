import { strict as assert } from "assert";
import { execa } from "execa";
import type { DeploymentOutput } from "../../../components/deploymentOutput";
import type { Comparison } from "../../../commands/compare/comparison";
import type { Estimate } from "../../../commands/compare/statistics";
import { differenceOf, hopPrice } from "../../../commands/scoring/hop";
import type { Measured, Point } from "../../../commands/scoring/measure";
import { measurePresets } from "../../../commands/scoring/measure";
import type { ScoringFlags } from "../../../commands/scoring/options";
import { scoringCommand } from "../../../commands/scoring/options";
import { scoringHtml, scoringReportOf } from "../../../commands/scoring/report";
import type { SettingValues, Stage } from "../../../commands/scoring/stage";
import { verdictsOf } from "../../../commands/scoring/verdict";
import { npmRun } from "../../../commands/shared/npmRun";

const about = (value: number, margin = 0.01): Estimate => ({
    value,
    low: value - margin,
    high: value + margin,
});

function point(rate: number, ratio: Estimate): Point {
    const four = (estimate: Estimate) => ({ mean: estimate, p50: estimate, p90: estimate, p99: estimate });
    const path = (label: string, ttft: number): Comparison["paths"]["direct"] => ({
        label,
        url: "http://127.0.0.1:1",
        requests: 10,
        good: 10,
        errors: { statuses: {}, failures: {} },
        timings: { ttft: four(about(ttft)), e2e: four(about(ttft)) },
        rates: {},
        pods: {},
        hitRate: about(0.5),
    });
    return {
        rate,
        paths: { direct: path("direct path", 100), gateway: path("scoring path", 100 * ratio.value) },
        ratio: { timings: { ttft: four(ratio) }, rates: {} },
        addedMs: { ttft: {}, e2e: {} },
    };
}

function measuredOf(presets: Record<string, Point[]>): Measured {
    return {
        seed: 7,
        release: "inference-scheduling",
        model: "random",
        versions: { epp: "epp:v1", simulator: "sim:v2", simulatorArguments: ["--mode=<random>"] },
        presets: Object.fromEntries(
            Object.entries(presets).map(([preset, points]) => [preset, { "shared-prefix": points }]),
        ),
        notes: [],
    };
}

describe("scoring: verdicts", () => {
    it("say which preset won, at the highest rate that all were measured at, and by how much", () => {
        const [verdict, ...others] = verdictsOf(
            measuredOf({
                default: [point(4, about(0.5)), point(8, about(0.4))],
                "prefix-cache": [point(4, about(0.6)), point(8, about(0.3)), point(16, about(0.9))],
            }),
        );
        assert.deepEqual(others, []);
        assert.deepEqual(
            [verdict!.rate, verdict!.winner, verdict!.second!.isBeaten],
            [8, "prefix-cache", true],
        );
        assert.equal(
            verdict!.text,
            "shared-prefix, 8 requests per second: prefix-cache won, with a p50 of TTFT 0.30 (0.29 to 0.31) times the direct " +
                "path's, less than the direct path by more than its interval; default comes second with 0.40 (0.39 to 0.41), " +
                "and the difference is larger than its 95 % interval.",
        );
    });

    it("do not take a difference within its interval for one", () => {
        const [verdict] = verdictsOf(
            measuredOf({ default: [point(8, about(0.4, 0.1))], "load-aware": [point(8, about(0.45, 0.1))] }),
        );
        assert.equal(verdict!.second!.isBeaten, false);
        assert.match(verdict!.text, /the difference is not larger than its 95 % interval\.$/);
    });

    it("say where the best is no better than the direct path", () => {
        const textAt = (ratio: Estimate) => verdictsOf(measuredOf({ default: [point(8, ratio)] }))[0]!.text;
        assert.match(textAt(about(1.3)), /times the direct path's, more than the direct path by more than/);
        assert.match(textAt(about(1, 0.2)), /no more than its interval from the direct path\.$/);
    });

    it("price the hop by what the same pod adds with and without it", () => {
        const { price } = hopPrice(about(1, 0.3), about(5, 0.4));
        assert.equal(price.value, 4);
        assert.ok(Math.abs(price.high - 4.5) < 1e-9);
        assert.deepEqual(differenceOf(about(2, 0), about(2, 0)), { value: 0, low: 0, high: 0 });
    });
});

describe("scoring: the report", () => {
    it("is one HTML file that loads nothing, with pictures, table, versions and the command", async () => {
        const measured = measuredOf({ default: [point(4, about(0.5)), point(8, about(0.4))] });
        const report = scoringReportOf(measured, verdictsOf(measured), ["make", "scoring", "ARGS=--seed 7"]);
        const html = await scoringHtml(report);
        for (const part of [
            /<svg/,
            /epp:v1/,
            /sim:v2/,
            /default won/,
            /make scoring .ARGS=--seed 7./,
            /prefix hit rate/,
        ]) {
            assert.match(html, part);
        }
        assert.match(html, /--mode=&#60;random&#62;/);
        assert.doesNotMatch(html, /NaN|undefined|<script|(src|href)="http/);
    });
});

describe("scoring: the stack", () => {
    const flagsOf = (...args: string[]) => {
        const command = scoringCommand();
        command.parse(args, { from: "user" });
        return { ...command.opts<ScoringFlags>(), seed: 1 };
    };

    /** A stack without a cluster: what it was asked for, and what is refused. */
    function stageOf(refused?: string) {
        const checked: unknown[] = [];
        const deployed: (SettingValues | "restored")[] = [];
        const stage: Stage = {
            callWith: () => [],
            check: (settings) => {
                checked.push(settings["epp.plugins"]);
                return settings["epp.plugins"] === refused
                    ? Promise.reject(new Error("epp.plugins: not with EPP 0.7.1."))
                    : Promise.resolve();
            },
            deploy: (settings) => {
                deployed.push(settings);
                return Promise.resolve({
                    deployment: {
                        mode: "scoring",
                        namespaces: { simulator: "sim" },
                        models: {},
                    } as unknown as DeploymentOutput,
                    bases: { direct: "", gateway: "" },
                    notes: [],
                    close: () => Promise.resolve(),
                });
            },
            openCluster: () => {
                throw new Error("no cluster");
            },
            restore: () => {
                deployed.push("restored");
                return Promise.resolve();
            },
        };
        return { stage, checked, deployed };
    }

    it("is left alone where one of the presets cannot be deployed", async () => {
        const { stage, checked, deployed } = stageOf("precise-prefix-cache");
        await assert.rejects(
            measurePresets(stage, flagsOf("--presets", "default,precise-prefix-cache,load-aware"), {
                progress: () => undefined,
                signal: new AbortController().signal,
            }),
            /^UsageError: --presets precise-prefix-cache: the stack cannot be deployed with it: epp\.plugins: not with/,
        );
        assert.deepEqual(checked, ["default", "precise-prefix-cache"]);
        assert.deepEqual(deployed, []);
    });

    it("gets each preset in turn with scoring that decides, and its own settings back though it fails", async () => {
        const { stage, checked, deployed } = stageOf();
        const lines: string[] = [];
        await assert.rejects(
            measurePresets(stage, flagsOf("--presets", "prefix-cache,default"), {
                progress: (line) => lines.push(line),
                signal: new AbortController().signal,
            }),
        );
        assert.deepEqual(deployed, [
            { "extProc.enabled": true, "routing.backend": "InferencePool", "epp.plugins": "prefix-cache" },
            "restored",
        ]);
        assert.deepEqual(checked, ["prefix-cache", "default"]);
        assert.match(lines[0]!, /preset prefix-cache: pulumi preview; in all \d+ min left/);
    });
});

describe("scoring: the command", function () {
    const bad: [string, string[], RegExp][] = [
        [
            "an unknown preset",
            ["--presets", "fast"],
            /--presets.*'fast'.*allowed: some of default, prefix-cache/,
        ],
        ["a preset twice", ["--presets", "default,default"], /--presets.*each once/],
        ["a trace", ["--workloads", "trace"], /--workloads.*'trace'.*uniform, shared-prefix, multi-turn/],
        ["rates that fall", ["--rates", "4,2"], /--rates.*'4,2'.*rates that rise/],
        ["a report of another kind", ["--out", "report.pdf"], /--out.*'report\.pdf'.*\.html/],
        ["no stack", [], /--stack: none is given/],
        [
            "a stack without settings",
            ["--stack", "nobody"],
            /--stack nobody: there is no Pulumi\.nobody\.yaml/,
        ],
        [
            "a folder that is not there",
            ["--stack", "dev", "--out", "no/report.html"],
            /--out no\/report\.html: there is no/,
        ],
    ];
    for (const [title, args, message] of bad) {
        it(`refuses ${title} with one line`, async () => {
            const { exitCode, stderr, stdout } = await execa(
                process.execPath,
                [...npmRun("commands/scoring/main.ts"), ...args],
                { reject: false },
            );
            assert.equal(exitCode, 2, stderr);
            assert.match(stderr, message);
            assert.equal(stdout, "");
        });
    }
});
