import builder from "junit-report-builder";
import { judgedBy } from "../rules";
import type { Report } from "./report";

/** For whatever shows test results: a case for each rule, which fails by its violations; advice is its output. */
export function junitReport({ judgements }: Report): string {
    const report = builder.newBuilder();
    const suite = report.testSuite().name("llm-d-inference judge");
    for (const rule of judgedBy) {
        const own = judgements.filter((judgement) => judgement.rule === rule);
        const test = suite.testCase().className("judge").name(rule.name);
        const lines = (level: "mandatory" | "advisory") =>
            own
                .filter((judgement) => judgement.level === level)
                .map(({ message, at }) =>
                    at === undefined ? message : `${at.file}:${String(at.line)}: ${message}`,
                );
        const violations = lines("mandatory");
        if (violations.length > 0) {
            test.failure(violations.join("\n"), rule.description);
        }
        const advice = lines("advisory");
        if (advice.length > 0) {
            test.standardOutput(advice.join("\n"));
        }
    }
    return report.build().trimEnd();
}
