import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { version } from "../../../package.json";
import { standardInput } from "../manifests";
import { judgedBy } from "../rules";
import type { Judgement, Report } from "./report";

/** For code scanning: SARIF 2.1.0. */
export function sarifReport({ judgements }: Report): string {
    const run = new SarifRunBuilder().initSimple({
        toolDriverName: "llm-d-inference judge",
        toolDriverVersion: version,
    });
    for (const rule of judgedBy) {
        run.addRule(
            new SarifRuleBuilder().initSimple({
                ruleId: rule.name,
                shortDescriptionText: rule.description,
                fullDescriptionText: rule.remediationSteps,
            }),
        );
    }
    for (const judgement of judgements) {
        run.addResult(result(judgement));
    }
    const sarif = new SarifBuilder();
    sarif.addRun(run);
    return sarif.buildSarifJsonString({ indent: true });
}

function result({ rule, level, message, at }: Judgement): SarifResultBuilder {
    const place =
        at === undefined || at.file === standardInput
            ? {}
            : { fileUri: at.file, startLine: at.line, startColumn: at.column };
    return new SarifResultBuilder().initSimple({
        ruleId: rule.name,
        level: level === "mandatory" ? "error" : "warning",
        messageText: message,
        ...place,
    });
}
