import { median, quantile } from "simple-statistics";
import type { Mode } from "../../components/deploymentOutput";
import { tableText } from "../shared/table";
import type { Affinity } from "./checks/traffic";
import { affinityOf, affinityText, obedience } from "./checks/traffic";
import type { CheckResult, ReportedFinding } from "./judge";
import { tally } from "./statistics";
import type { Attempt } from "./senders";
import { isOk } from "./senders";
import type { ModelTraffic } from "./traffic";

/** What requests on one path measured. */
export interface PathMeasures {
    model: string;
    path: "scheduler" | "direct";
    /** How they were sent. */
    via: string;
    sent: number;
    answered: number;
    /** Of the completions that were answered, in milliseconds; absent when none was. */
    medianMs?: number;
    p90Ms?: number;
    /** Answers by pod. */
    byPod: Record<string, number>;
}

/** What the EPP did with the requests through the Gateway. */
export interface ScoringMeasures {
    model: string;
    sent: number;
    /** Requests that the EPP counted meanwhile; others' are among them. Absent when it does not tell. */
    counted?: number;
    /** Requests of which both the pod that was picked and the pod that answered are known. */
    picksKnown: number;
    picksObeyed: number;
    affinity?: Affinity;
}

/** Everything that a run has to say. */
export interface Report {
    mode: Mode;
    outcome: "passed" | "broken" | "unknown";
    exitCode: number;
    source: string;
    context: string;
    /** What explains the rest, in the order in which it should be seen to. */
    roots: ReportedFinding[];
    /** What a root cause explains. */
    consequences: ReportedFinding[];
    warnings: ReportedFinding[];
    /** What could not be told. */
    unknown: ReportedFinding[];
    checks: CheckResult[];
    measures: PathMeasures[];
    scoring: ScoringMeasures[];
}

/** Exit codes; `--help` documents them. */
export const exitCodes = { passed: 0, broken: 1, unknown: 3 } as const;

/** Puts results and measures together. */
export function makeReport(
    about: Pick<Report, "mode" | "source" | "context">,
    results: readonly CheckResult[],
    traffic: ReadonlyMap<string, ModelTraffic>,
): Report {
    const findings = results.flatMap((result) => result.findings);
    const broken = findings.filter(({ severity }) => severity === "broken");
    const unknown = results.some(({ status }) => status === "unknown");
    const outcome = broken.length > 0 ? "broken" : unknown ? "unknown" : "passed";
    const sent = [...traffic];
    return {
        ...about,
        outcome,
        exitCode: exitCodes[outcome],
        roots: broken.filter(({ causes }) => causes.length === 0),
        consequences: broken.filter(({ causes }) => causes.length > 0),
        warnings: findings.filter(({ severity }) => severity === "warning"),
        unknown: [
            ...findings.filter(({ severity }) => severity === "unknown"),
            ...results
                .filter(({ status, findings: own }) => status === "unknown" && own.length === 0)
                .map(unreadable),
        ],
        checks: [...results],
        measures: sent.flatMap(([model, of]) => pathMeasures(model, of)),
        scoring: sent.flatMap(([model, of]) => scoringMeasures(model, of)),
    };
}

function unreadable({ check, model, because = "" }: CheckResult): ReportedFinding {
    return {
        id: "not-readable",
        severity: "unknown",
        message: because,
        fix: "ask for the right to `list` these objects in the stack's namespaces",
        check,
        ...(model !== undefined && { model }),
        causes: [],
    };
}

function pathMeasures(model: string, { direct, gateway, scoring }: ModelTraffic): PathMeasures[] {
    const measures: PathMeasures[] = [];
    if (gateway !== undefined) {
        const attempts = scoring?.attempts.map(({ attempt }) => attempt) ?? gateway.completions;
        measures.push({ model, path: "scheduler", via: gateway.via, ...measuresOf(attempts) });
    }
    if (direct !== undefined) {
        measures.push({ model, path: "direct", via: direct.via, ...measuresOf(direct.completions) });
    }
    return measures;
}

function measuresOf(
    attempts: readonly Attempt[],
): Pick<PathMeasures, "sent" | "answered" | "medianMs" | "p90Ms" | "byPod"> {
    const answered = attempts.filter(isOk);
    const durations = answered.map(({ durationMs }) => durationMs);
    const rounded = (value: number) => Math.round(value * 10) / 10;
    return {
        sent: attempts.length,
        answered: answered.length,
        ...(durations.length > 0 && {
            medianMs: rounded(median(durations)),
            p90Ms: rounded(quantile(durations, 0.9)),
        }),
        byPod: tally(answered.map(({ pod }) => pod ?? "not told")),
    };
}

function scoringMeasures(model: string, { scoring }: ModelTraffic): ScoringMeasures[] {
    if (scoring === undefined) {
        return [];
    }
    const { known, obeyed } = obedience(scoring);
    return [
        {
            model,
            sent: scoring.attempts.filter(({ attempt }) => isOk(attempt)).length,
            counted: scoring.counted,
            picksKnown: known,
            picksObeyed: obeyed,
            affinity: affinityOf(scoring),
        },
    ];
}

/** The whole report for a person. Plain text: no colours and no control codes. */
export function reportText(report: Report): string {
    const { roots, consequences, warnings, unknown, source, context, mode } = report;
    const several = new Set(report.checks.flatMap(({ model }) => model ?? [])).size > 1;
    const lines = (title: string, findings: readonly ReportedFinding[], number = false) =>
        findings.length === 0
            ? []
            : [
                  title,
                  ...findings.map((finding, index) => findingText(finding, several, number ? index + 1 : 0)),
                  "",
              ];
    return [
        `Stack: ${source}; cluster: context ${context}; mode: ${mode}`,
        "",
        ...lines("What is broken, root cause first:", roots, true),
        ...lines("What follows from it:", consequences),
        ...lines("What could not be told:", unknown),
        ...lines("Warnings:", warnings),
        hopTable(report.checks, several),
        "",
        ...measureText(report),
        resultLine(report),
    ].join("\n");
}

function findingText(finding: ReportedFinding, several: boolean, number: number): string {
    const { id, model, message, fix, causes } = finding;
    const mark = number > 0 ? `${String(number)}.` : "-";
    const of = several && model !== undefined ? `${model}: ` : "";
    return [
        `  ${mark} [${id}] ${of}${message}`,
        ...(causes.length > 0 ? [`     because of: ${causes.join(", ")}`] : [`     fix: ${fix}`]),
    ].join("\n");
}

function hopTable(checks: readonly CheckResult[], several: boolean): string {
    const rows = checks.map(({ status, model, check, title, because, findings }) => {
        const ids = [...new Set(findings.map(({ id }) => id))].join(", ");
        const detail =
            because !== undefined ? `${title}: ${because}` : ids === "" ? title : `${title}: ${ids}`;
        return [status, ...(several ? [model ?? "(all)"] : []), check, detail];
    });
    return tableText(
        ["result", ...(several ? ["model"] : []), "hop", "what is so when it passes, or why not"],
        rows,
        { wordWrap: true, colWidths: several ? [9, 20, 18, 80] : [9, 18, 90] },
    );
}

function measureText({ measures, scoring, mode }: Report): string[] {
    if (measures.length === 0) {
        return [];
    }
    const rows = measures.map(({ model, path, sent, answered, medianMs, p90Ms, byPod }) => {
        const pods = Object.entries(byPod).map(([pod, count]) => `${pod}: ${String(count)}`);
        return [
            model,
            path,
            `${String(answered)} of ${String(sent)}`,
            medianMs?.toFixed(1) ?? "-",
            p90Ms?.toFixed(1) ?? "-",
            pods.join("\n") || "-",
        ];
    });
    return [
        ...[...new Set(measures.map(({ path, via }) => `Sent on the ${path} path by way of ${via}`))],
        tableText(["model", "path", "answered", "median ms", "p90 ms", "answers by pod"], rows),
        ...scoring.flatMap((of) => scoringText(of, mode)),
        "",
    ];
}

function scoringText(of: ScoringMeasures, mode: Mode): string[] {
    const { model, sent, counted, picksKnown, picksObeyed, affinity } = of;
    return [
        `${model}: ${String(sent)} completions were answered through the Gateway, and the EPP counted ${counted === undefined ? "an unknown number of" : String(counted)} requests` +
            (counted !== undefined && counted > sent ? " (others send requests too)" : ""),
        ...(picksKnown > 0
            ? [
                  `${model}: the pod that the EPP picked answered ${String(picksObeyed)} of ${String(picksKnown)}`,
              ]
            : []),
        ...(affinity === undefined ? [] : [`${model}: ${affinityText(affinity)}`]),
        ...(mode === "scoring-not-obeyed"
            ? [`${model}: scores are computed and not obeyed: the route leads to the proxy Service`]
            : []),
    ];
}

function resultLine({ outcome, checks, roots, consequences }: Report): string {
    const count = (status: CheckResult["status"]) => checks.filter((check) => check.status === status).length;
    const hops = `${String(count("passed") + count("warned"))} of ${String(checks.length)} hops pass`;
    const rest = [
        ...(count("skipped") > 0 ? [`${String(count("skipped"))} skipped`] : []),
        ...(count("unknown") > 0 ? [`${String(count("unknown"))} could not be told`] : []),
    ];
    const tail = [hops, ...rest].join(", ");
    switch (outcome) {
        case "passed":
            return `Passed: ${tail}`;
        case "unknown":
            return `Not known: ${tail}`;
        case "broken":
            return `Broken: ${String(roots.length)} root causes, ${String(consequences.length)} consequences; ${tail}`;
    }
}
