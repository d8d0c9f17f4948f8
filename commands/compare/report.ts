import Table from "cli-table3";
import type { Mode } from "../../components/deploymentOutput";
import type { CompareOptions, Rounds } from "./compare";
import { pairsOf, pooled } from "./compare";
import type { RoundResult } from "./load";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { RequestShape } from "./prompts";
import type { Estimate, LatencySummary } from "./statistics";
import { pairedDifference, pairedRatio, summarize } from "./statistics";

/** One path's figures. */
export interface PathReport {
    label: string;
    url: string;
    /** Requests of the rounds that count. */
    requests: number;
    /** Of them, those with an answer of 2xx. */
    good: number;
    /** Answers with another status, by status, and requests without an answer, by why. */
    errors: { statuses: Record<string, number>; failures: Record<string, number> };
    latencyMs: LatencySummary;
    /** Good answers per second. */
    throughput: number;
    /** Good answers by pod. */
    pods: Record<string, number>;
}

/** What is held against each other. */
export type Measure = "mean" | "p50" | "p90" | "p99" | "throughput";

/** Each measure, in the order in which it is reported. */
export const measures: readonly Measure[] = ["mean", "p50", "p90", "p99", "throughput"];

/** What `npm run compare --json` prints. */
export interface Report {
    mode: Mode;
    release: string;
    model: string;
    /** How the load was made, to make it again. */
    load: {
        kind: "closed loop";
        connections: number;
        rounds: number;
        requestsPerRound: number;
        warmupRounds: number;
        maxTokens: number;
        sharedPrefix: number;
        seed: number;
    };
    /** What to know before the figures are believed. */
    notes: string[];
    paths: Record<PathName, PathReport>;
    /** Of the path through the Gateway over the direct path, by measure. */
    ratio: Record<Measure, Estimate>;
    /** What the path through the Gateway adds to the direct path, in milliseconds. */
    addedMs: Record<"mean" | "p50", Estimate>;
    /** How the intervals are made. */
    method: string;
}

const method =
    "95 % confidence: Student's t interval over the pairs of rounds, of the logarithm of the ratio, and of the difference";

/** Everything that is reported of a comparison. */
export function reportOf(
    subject: { mode: Mode; release: string; notes: string[] },
    targets: Record<PathName, PathTarget>,
    shape: RequestShape,
    options: CompareOptions,
    rounds: Rounds,
): Report {
    const ratioOf = (measure: Measure) => pairedRatio(pairsOf(rounds, (round) => figure(round, measure)));
    return {
        mode: subject.mode,
        release: subject.release,
        model: shape.model,
        load: {
            kind: "closed loop",
            connections: options.connections,
            rounds: options.rounds,
            requestsPerRound: options.requests,
            warmupRounds: options.warmup,
            maxTokens: shape.maxTokens,
            sharedPrefix: shape.sharedPrefix,
            seed: options.seed,
        },
        notes: subject.notes,
        paths: {
            direct: pathReport(targets.direct, rounds.direct),
            gateway: pathReport(targets.gateway, rounds.gateway),
        },
        ratio: {
            mean: ratioOf("mean"),
            p50: ratioOf("p50"),
            p90: ratioOf("p90"),
            p99: ratioOf("p99"),
            throughput: ratioOf("throughput"),
        },
        addedMs: {
            mean: pairedDifference(pairsOf(rounds, (round) => figure(round, "mean"))),
            p50: pairedDifference(pairsOf(rounds, (round) => figure(round, "p50"))),
        },
        method,
    };
}

function figure(round: RoundResult, measure: Measure): number {
    return measure === "throughput" ? round.good / round.seconds : summarize(round.latencies)[measure];
}

function pathReport({ label, url }: PathTarget, rounds: readonly RoundResult[]): PathReport {
    const { good, latencies, seconds, statuses, failures, pods } = pooled(rounds);
    const bad = [...Object.values(statuses), ...Object.values(failures)].reduce(
        (sum, times) => sum + times,
        0,
    );
    return {
        label,
        url,
        requests: good + bad,
        good,
        errors: { statuses, failures },
        latencyMs: summarize(latencies),
        throughput: good / seconds,
        pods,
    };
}

/** Rows of text under a heading. */
export interface TextTable {
    head: string[];
    rows: string[][];
}

/** The report as tables: the paths, the overhead, and the pods. */
export function tablesOf({ paths, ratio, addedMs }: Report): TextTable[] {
    const both = (cell: (path: PathReport) => string) => pathNames.map((name) => cell(paths[name]));
    const ms = (value: number) => `${value.toFixed(2)} ms`;
    const figures: Record<Measure, (path: PathReport) => string> = {
        mean: ({ latencyMs }) => ms(latencyMs.mean),
        p50: ({ latencyMs }) => ms(latencyMs.p50),
        p90: ({ latencyMs }) => ms(latencyMs.p90),
        p99: ({ latencyMs }) => ms(latencyMs.p99),
        throughput: ({ throughput }) => `${throughput.toFixed(1)} /s`,
    };
    const labels = both(({ label }) => label);
    const pods = [...new Set(pathNames.flatMap((name) => Object.keys(paths[name].pods)))].sort();
    return [
        {
            head: ["", ...labels, "ratio", "95 % confidence"],
            rows: [
                ...measures.map((measure) => [
                    measure === "throughput" ? measure : `latency ${measure}`,
                    ...both(figures[measure]),
                    ratio[measure].value.toFixed(3),
                    `${ratio[measure].low.toFixed(3)} to ${ratio[measure].high.toFixed(3)}`,
                ]),
                ...(["mean", "p50"] as const).map((measure) => [
                    `added to ${measure}`,
                    "",
                    "",
                    ms(addedMs[measure].value),
                    `${addedMs[measure].low.toFixed(2)} to ${addedMs[measure].high.toFixed(2)} ms`,
                ]),
                ["requests", ...both(({ requests }) => String(requests)), "", ""],
                ["errors", ...both(errorsText), "", ""],
            ],
        },
        {
            head: ["answers by pod", ...labels],
            rows:
                pods.length === 0
                    ? [["(the answers name no pod)", "", ""]]
                    : pods.map((pod) => [pod, ...both((path) => share(path.pods[pod] ?? 0, path.good))]),
        },
    ];
}

function errorsText({ errors: { statuses, failures } }: PathReport): string {
    const kinds = [
        ...Object.entries(statuses).map(([status, times]) => `${String(times)} x ${status}`),
        ...Object.entries(failures).map(([why, times]) => `${String(times)} x ${why}`),
    ];
    return kinds.join("\n") || "0";
}

function share(part: number, whole: number): string {
    return `${String(part)} (${((100 * part) / whole).toFixed(0)} %)`;
}

/** What the report is of, and what to know of it, one sentence a line. */
export function remarksOf({ release, model, load, notes, method: how }: Report): string[] {
    return [
        `Model ${release} (${model}), ${String(load.rounds)} pairs of rounds of ${String(load.requestsPerRound)} requests, ` +
            `${String(load.warmupRounds)} to warm up, seed ${String(load.seed)}.`,
        `Load: a closed loop of ${String(load.connections)} connections; each sends its next request when it has its answer, ` +
            "so a slow path is asked less often, and no waiting of requests that were not sent is counted.",
        `${how}.`,
        ...notes,
    ];
}

/** The report for a terminal. */
export function terminalText(report: Report): string {
    const tables = tablesOf(report).map(({ head, rows }) => {
        const table = new Table({ head, style: { head: [], border: [], compact: true } });
        table.push(...rows);
        return table.toString();
    });
    return `${[...tables, ...remarksOf(report)].join("\n")}\n`;
}
