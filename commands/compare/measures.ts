import type { MeasuredRound } from "./compare";
import type { Sample } from "./send";
import type { Slo } from "./slo";
import { keeps } from "./slo";
import type { LatencySummary } from "./statistics";
import { summarize } from "./statistics";

/**
 * What is timed. `ttft`: until the first token; `tpot`: for each token after it, one value a request; `itl`: between one
 * piece of text and the next; `e2e`: until the last byte.
 */
export const timings = ["ttft", "tpot", "itl", "e2e"] as const;
export type Timing = (typeof timings)[number];

export const statistics = ["mean", "p50", "p90", "p99"] as const;
export type Statistic = (typeof statistics)[number];

/** What is counted per second: answers, tokens of answers, and answers that keep the limits that were given. */
export const rates = ["throughput", "tokens", "goodput"] as const;
export type Rate = (typeof rates)[number];

const valuesOf: Record<Timing, (samples: readonly Sample[]) => number[]> = {
    ttft: (samples) => samples.map(({ ttftMs }) => ttftMs),
    tpot: (samples) => samples.flatMap(({ tpotMs }) => tpotMs ?? []),
    itl: (samples) => samples.flatMap(({ gapsMs }) => gapsMs),
    e2e: (samples) => samples.map(({ e2eMs }) => e2eMs),
};

/** Summaries in milliseconds; answers of one token have no time between tokens. */
export function summarizeTimings(samples: readonly Sample[]): Partial<Record<Timing, LatencySummary>> {
    return Object.fromEntries(
        timings.flatMap((timing) => {
            const values = valuesOf[timing](samples);
            return values.length === 0 ? [] : [[timing, summarize(values)] as const];
        }),
    );
}

/** A round's rate, per second; undefined for the goodput where no limits were given. */
export function rateOf(
    { samples, seconds }: MeasuredRound,
    rate: Rate,
    slo: Slo | undefined,
): number | undefined {
    switch (rate) {
        case "throughput":
            return samples.length / seconds;
        case "tokens":
            return samples.reduce((sum, { tokens }) => sum + tokens, 0) / seconds;
        case "goodput":
            return slo && samples.filter((sample) => keeps(slo, sample)).length / seconds;
    }
}

/** The part of the prompts' tokens that pods had in their prefix caches; undefined where they count none. */
export function hitRateOf({ counted }: MeasuredRound): number | undefined {
    return counted === undefined || counted.queried === 0 ? undefined : counted.hit / counted.queried;
}

/**
 * How unevenly answers are spread: those of the busiest pod over a pod's fair share. 1: all pods gave as many.
 *
 * @param pods how many pods there are.
 */
export function unevennessOf(answers: Record<string, number>, pods: number): number | undefined {
    const counts = Object.values(answers);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total === 0 ? undefined : (Math.max(...counts) * Math.max(pods, counts.length)) / total;
}
