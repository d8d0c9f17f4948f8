import type { Mode } from "../../components/deploymentOutput";
import { tableText } from "../shared/table";
import type { CompareOptions, Rounds } from "./compare";
import type { Comparison, PathReport } from "./comparison";
import { comparisonOf, method } from "./comparison";
import type { Arrival } from "./load";
import { rates, statistics, timings } from "./measures";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { Slo } from "./slo";
import { sloText } from "./slo";
import type { Estimate } from "./statistics";
import type { SweepPoint } from "./sweep";
import { kneeFactor, kneeOf } from "./sweep";
import type { Workload } from "./workloads";
import { requestsOf } from "./workloads";

/** What is compared, and how the load was made, to make it again. */
export interface Subject {
    mode: Mode;
    release: string;
    model: string;
    load: {
        workload: Exclude<Workload, { kind: "trace" }> | { kind: "trace"; file: string };
        arrival: Arrival | { kind: "sweep"; rates: readonly number[] };
        rounds: number;
        requestsPerRound: number;
        warmupRounds: number;
        seed: number;
        slo?: Slo;
    };
    /** What to know before the figures are believed. */
    notes: string[];
    /** How the intervals are made. */
    method: string;
}

/** What `npm run compare -- --json` prints. */
export type Report = Subject & Comparison;

/** What it prints of a sweep of rates. */
export type SweepReport = Subject & {
    comparisons: (Comparison & { rate: number; past: Record<PathName, boolean> })[];
    /** The highest rate of each path before its knee; null where none was past it. */
    knee: Record<PathName, number | null>;
};

/** What is known before anything is sent. */
export function subjectOf(
    { mode, release, notes }: { mode: Mode; release: string; notes: string[] },
    { model, workload, arrival, rounds, warmup, seed, counters }: CompareOptions,
    { slo, sweep }: { slo?: Slo; sweep?: readonly number[] },
): Subject {
    return {
        mode,
        release,
        model,
        load: {
            workload: workload.kind === "trace" ? { kind: "trace", file: workload.file } : workload,
            arrival: sweep === undefined ? arrival : { kind: "sweep", rates: sweep },
            rounds,
            requestsPerRound: requestsOf(workload),
            warmupRounds: warmup,
            seed,
            ...(slo && { slo }),
        },
        notes: [
            ...notes,
            ...(counters.problem === undefined
                ? []
                : [
                      `Prefix caches and queues are not shown: the pods' counters cannot be read (${counters.problem}).`,
                  ]),
        ],
        method,
    };
}

/** Everything that is reported of a sweep. */
export function sweepReportOf(
    subject: Subject,
    targets: Record<PathName, PathTarget>,
    points: readonly SweepPoint[],
    figures: { slo?: Slo; pods: number },
): SweepReport {
    return {
        ...subject,
        comparisons: points.map(({ rate, rounds, past }) => ({
            rate,
            past,
            ...comparisonOf(targets, rounds, figures),
        })),
        knee: { direct: kneeOf(points, "direct"), gateway: kneeOf(points, "gateway") },
    };
}

/** Everything that is reported of a comparison at one load. */
export function reportOf(
    subject: Subject,
    targets: Record<PathName, PathTarget>,
    rounds: Rounds,
    figures: { slo?: Slo; pods: number },
): Report {
    return { ...subject, ...comparisonOf(targets, rounds, figures) };
}

/** Rows of text under a heading. */
export interface TextTable {
    head: string[];
    rows: string[][];
}

export const timingNames = {
    ttft: "TTFT",
    tpot: "TPOT",
    itl: "time between pieces",
    e2e: "end-to-end latency",
} as const;

const rateNames = { throughput: "answers /s", tokens: "tokens /s", goodput: "goodput /s" } as const;

/** The figures as tables: the paths with their ratio, and the pods. */
export function tablesOf({ paths, ratio, addedMs }: Comparison): TextTable[] {
    const labels = pathNames.map((name) => paths[name].label);
    const row = (
        name: string,
        cell: (path: PathReport) => Estimate | undefined,
        of: Estimate | undefined,
        digits = 2,
    ) => {
        const cells = pathNames.map((path) => estimateText(cell(paths[path]), digits));
        return cells.every((text) => text === "") ? [] : [[name, ...cells, estimateText(of, 3)]];
    };
    const pods = [...new Set(pathNames.flatMap((name) => Object.keys(paths[name].pods)))].sort();
    return [
        {
            head: ["with 95 % confidence", ...labels, "ratio"],
            rows: [
                ...timings.flatMap((timing) =>
                    statistics.flatMap((statistic) =>
                        row(
                            `${timingNames[timing]} ${statistic} (ms)`,
                            (path) => path.timings[timing]?.[statistic],
                            ratio.timings[timing]?.[statistic],
                        ),
                    ),
                ),
                ...rates.flatMap((rate) =>
                    row(rateNames[rate], (path) => path.rates[rate], ratio.rates[rate]),
                ),
                ...row("prefix hit rate", ({ hitRate }) => hitRate, ratio.hitRate, 3),
                ...row("busiest pod over fair share", ({ unevenness }) => unevenness, undefined),
                ...(["ttft", "e2e"] as const).flatMap((timing) =>
                    (["mean", "p50"] as const).map((statistic) => [
                        `added to ${timingNames[timing]} ${statistic} (ms)`,
                        "",
                        estimateText(addedMs[timing][statistic], 2),
                        "",
                    ]),
                ),
                [
                    "most requests waiting in the pods",
                    ...pathNames.map((name) => mostWaiting(paths[name])),
                    "",
                ],
                ["requests", ...pathNames.map((name) => String(paths[name].requests)), ""],
                ["errors", ...pathNames.map((name) => errorsText(paths[name])), ""],
            ],
        },
        {
            head: ["answers by pod", ...labels],
            rows:
                pods.length === 0
                    ? [["(the answers name no pod)", "", ""]]
                    : pods.map((pod) => [
                          pod,
                          ...pathNames.map((name) => share(paths[name].pods[pod] ?? 0, paths[name].good)),
                      ]),
        },
    ];
}

/** An estimate and its interval; nothing for none. */
export function estimateText(estimate: Estimate | undefined, digits: number): string {
    if (estimate === undefined) {
        return "";
    }
    const { value, low, high } = estimate;
    return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

function mostWaiting({ queue }: PathReport): string {
    const readings = (queue ?? []).flat().map(({ waiting }) => waiting);
    return readings.length === 0 ? "" : String(Math.max(...readings));
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
export function remarksOf({ release, model, load, notes, method: how }: Subject): string[] {
    const { kind } = load.workload;
    return [
        `Model ${release} (${model}), workload ${kind}, ${String(load.rounds)} pairs of rounds of ` +
            `${String(load.requestsPerRound)} requests, ${String(load.warmupRounds)} to warm up, seed ${String(load.seed)}.`,
        `Load: ${loadText(load.arrival)}.`,
        ...(load.slo ? [`Goodput: answers that keep ${sloText(load.slo)}.`] : []),
        `${how}.`,
        ...notes,
    ];
}

function loadText(arrival: Subject["load"]["arrival"]): string {
    switch (arrival.kind) {
        case "closed":
            return (
                `a closed loop of ${String(arrival.connections)} connections; each sends its next request when it has its answer, ` +
                "so a slow path is asked less often, and no waiting of requests that were not sent is counted"
            );
        case "open":
            return `an open loop of ${String(arrival.rate)} requests per second (Poisson), whatever the answers do`;
        case "trace":
            return "an open loop at the times of the trace, whatever the answers do";
        case "sweep":
            return (
                `an open loop (Poisson) at ${arrival.rates.join(", ")} requests per second, until both paths are past their knee: ` +
                `p90 of TTFT above ${String(kneeFactor)} times what it is at the lowest rate`
            );
    }
}

/** The report for a terminal. */
export function terminalText(report: Report): string {
    return `${[...tablesOf(report).map(drawn), ...remarksOf(report)].join("\n")}\n`;
}

/** The report of a sweep for a terminal. */
export function sweepText(report: SweepReport): string {
    const tables = report.comparisons.flatMap((comparison) => [
        `${String(comparison.rate)} requests per second`,
        ...tablesOf(comparison).map(drawn),
    ]);
    const knees = pathNames.map((path) => {
        const knee = report.knee[path];
        const { label } = report.comparisons[0]!.paths[path];
        return knee === null
            ? `The ${label} has no knee up to ${String(report.comparisons.at(-1)!.rate)} requests per second.`
            : `The ${label} has its knee above ${String(knee)} requests per second.`;
    });
    return `${[...tables, ...knees, ...remarksOf(report)].join("\n")}\n`;
}

function drawn({ head, rows }: TextTable): string {
    return tableText(head, rows);
}
