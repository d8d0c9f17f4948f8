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
    const rows = tests.filter(({ name: test, result }) => result !== "skipped" || findKnown(name, test));
    const others = tests.filter((test) => !rows.includes(test)).map(({ name: test }) => `\`${test}\``);
    return [
        `## ${suites[name].title} ${version}`,
        `${String(count("passed"))} passed, ${String(count("failed"))} failed.`,
        [
            "| test | result | whose it is, and why |",
            "| --- | --- | --- |",
            ...rows.map(({ name: test, result, again = false }) => {
                const found = result === "passed" ? undefined : findKnown(name, test);
                const why = found === undefined ? "" : `${found.whose} ${found.reason}`;
                const shown = result === "skipped" ? "left out" : `${result}${again ? ", run again" : ""}`;
                return `| \`${test}\` | ${shown} | ${why} |`;
            }),
        ].join("\n"),
        ...(others.length === 0 ? [] : [`Not run, for they are of other profiles: ${others.join(", ")}.`]),
    ];
}
