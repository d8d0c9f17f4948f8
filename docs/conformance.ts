import { findKnown } from "../local/conformance/known";
import type { ConformanceRecord, SuiteRecord } from "../local/conformance/record";
import { recordFile } from "../local/conformance/record";
import { suites } from "../local/conformance/suites";

/** The page of what the conformance suites came to, made of the record of a run. */
export function conformancePage({ istio, suites: ran }: ConformanceRecord): string {
    return [
        "# The conformance suites in the lab",
        `<!-- Made by \`npm run docs\` of ${recordFile}, which \`make conformance ARGS=--record\` writes. -->`,
        "`make conformance` runs the conformance suites of the Gateway API and of its Inference Extension (GIE), as they are, " +
            "against the lab: its API server, Istio and Envoy. [lab.md](lab.md) says how.",
        `Istio: ${istio}.`,
        ...ran.flatMap(suiteSection),
    ].join("\n\n");
}

function suiteSection({ name, version, tests }: SuiteRecord): string[] {
    const count = (result: string) => tests.filter((test) => test.result === result).length;
    const ran = tests.filter(({ result }) => result !== "skipped");
    const left = tests.filter(({ result }) => result === "skipped").map(({ name: test }) => `\`${test}\``);
    return [
        `## ${suites[name].title} ${version}`,
        `${String(count("passed"))} passed, ${String(count("failed"))} failed; ` +
            `${String(count("skipped"))} are of features that the run leaves out.`,
        [
            "| test | result | reason | whose |",
            "| --- | --- | --- | --- |",
            ...ran.map(({ name: test, result }) => {
                const { reason = "", whose = "" } = (result === "failed" && findKnown(name, test)) || {};
                return `| \`${test}\` | ${result} | ${reason} | ${whose} |`;
            }),
        ].join("\n"),
        ...(left.length === 0 ? [] : [`Left out: ${suites[name].leavesOut} These are ${left.join(", ")}.`]),
    ];
}
