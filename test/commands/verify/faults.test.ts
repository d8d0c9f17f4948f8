import { strict as assert } from "assert";
import type { CheckResult, ReportedFinding } from "../../../commands/verify/judge";
import { judge } from "../../../commands/verify/judge";
import { makeReport } from "../../../commands/verify/report";
import { everyFault } from "../../faults/stacks";
import { MemoryCluster } from "./support/memoryCluster";

function check(cluster: MemoryCluster): CheckResult[] {
    const { deployment } = cluster;
    return judge(cluster.snapshot(), { deployment, models: Object.keys(deployment.models) });
}

function findingsOf(results: readonly CheckResult[]): ReportedFinding[] {
    return results.flatMap(({ findings }) => findings);
}

describe("verify on a healthy stack", () => {
    const goldens = [
        ...["scheduler", "scoring-not-obeyed", "scoring-not-obeyed-replicated", "scoring"],
        ...["scoring-everything", "scoring-own-site", "scoring-pd-disaggregated", "scoring-oldest-versions"],
        ...["scoring-newest-read", "several-models"],
    ];
    for (const golden of goldens) {
        it(`has nothing to say of ${golden}`, () => {
            const results = check(new MemoryCluster(golden));
            assert.deepEqual(findingsOf(results), []);
            const passed = results.filter(({ status }) => status === "passed");
            assert.ok(passed.length > 15, `only ${String(passed.length)} checks passed`);
            const skipped = results.filter(({ status }) => status !== "passed");
            // Metrics that ask for a token are the only thing that cannot be seen from here.
            assert.deepEqual(
                skipped.map(({ check: id, because }) => [id, because]),
                ["scoring-everything", "scoring-own-site"].includes(golden)
                    ? [
                          [
                              "epp-sync",
                              "its metrics ask for a token, which the API server's proxy does not pass on",
                          ],
                      ]
                    : [],
            );
        });
    }
});

describe("verify on a broken stack", () => {
    const faults = everyFault();

    it("knows at least 80 ways to break one, each by a name of its own", () => {
        const titles = faults.map(({ mode, title, rule = "" }) => `${mode}: ${rule}: ${title}`);
        assert.ok(faults.length >= 80);
        assert.equal(new Set(titles).size, titles.length);
    });

    for (const fault of faults.filter(({ verdict }) => !verdict.byStatus)) {
        const { id, message, warning } = fault.verdict;
        it(`says ${id} when ${fault.title} (${fault.mode})`, () => {
            const cluster = new MemoryCluster(fault.mode);
            const { deployment } = cluster;
            cluster.apply(fault);
            const results = check(cluster);
            const report = makeReport(
                { mode: deployment.mode, source: "test", context: "test" },
                results,
                new Map(),
            );
            const all = findingsOf(results);
            const found = all.find((finding) => finding.id === id);
            assert.ok(
                found,
                `not found; found were ${all.map((finding) => finding.id).join(", ") || "none"}`,
            );
            assert.match(found.message, message);
            assert.ok(found.fix.length > 0);
            if (warning) {
                assert.equal(found.severity, "warning");
                assert.equal(report.exitCode, 0);
                return;
            }
            assert.equal(report.exitCode, 1);
            assert.deepEqual(found.causes, [], "the fault is the root cause");
            assert.equal(report.roots[0]?.id, id, "and nothing comes before it");
            for (const { id: consequence, causes } of report.consequences) {
                assert.ok(causes.length > 0, `${consequence} says what it follows from`);
            }
        });
    }
});
