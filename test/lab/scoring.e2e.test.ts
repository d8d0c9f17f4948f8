import { strict as assert } from "assert";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";
import { TestLab } from "./support/lab";
import type { Report } from "../../commands/compare/report";
import type { Explanation } from "../../commands/verify/explain";

/** A simulator that takes time for each token of a prompt that it has not in its cache, and pods enough to miss it. */
const cacheMatters = {
    replicas: { decode: 6 },
    simulator: { latency: { prefillTimePerToken: "500us" } },
    // What `verify --explain` reads.
    epp: { logLevel: 4 },
};

describe("the lab: what scoring gains", function () {
    // Beside other suites a round can be so short of time that nothing is told from it.
    this.retries(1);
    const lab = sharedLab;

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        await lab.deploy({ ...modes.scoring, ...cacheMatters }, { refresh: true, forceConflicts: true });
        await lab.askUntil("gateway", ({ status }) => status === 200);
    });

    it("finds shared prefixes in caches more often than the direct path, and answers sooner for it", async () => {
        const load = [
            "--workload",
            "shared-prefix",
            "--rate",
            "8",
            "--rounds",
            "3",
            "--warmup",
            "1",
            "--json",
        ];
        const { exitCode, stdout, stderr } = await lab.prove("compare", ...load);
        assert.equal(exitCode, 0, stderr);
        const { paths, ratio } = JSON.parse(stdout) as Report;
        const found = JSON.stringify({ paths, ratio });
        // Half, and twice, are what a quiet machine shows (docs/scoring.md); a busy one shows less of it.
        assert.ok(ratio.timings.ttft!.p50.value < 0.8, found);
        assert.ok(ratio.hitRate!.value > 1.3, found);
        assert.ok(paths.gateway.queue!.length === 3, found);
    });

    it("tells why a request went to its pod: the one whose cache has its prefix", async () => {
        const prompt = "Why is this pod the one. ".repeat(60);
        const explain = async () => {
            const { exitCode, stdout, stderr } = await lab.prove("verify", "--explain", prompt, "--json");
            assert.equal(exitCode, 0, stdout + stderr);
            return JSON.parse(stdout) as Explanation;
        };
        const first = await explain();
        const again = await explain();
        assert.equal(again.answer.pod, first.answer.pod);
        assert.equal(again.picked, again.answer.pod);
        const prefixScores = again.scores.map(
            ({ pod, byScorer }) => [pod, byScorer["prefix-cache-scorer"]] as const,
        );
        assert.equal(prefixScores.length, 6);
        for (const [pod, score] of prefixScores) {
            assert.equal(score! > 0, pod === again.picked, JSON.stringify(again));
        }
    });
});
