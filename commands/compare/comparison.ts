import type { MeasuredRound, Rounds } from "./compare";
import { pairsOf, pooled } from "./compare";
import type { QueueReading } from "./counters";
import type { Rate, Statistic, Timing } from "./measures";
import { hitRateOf, rateOf, rates, statistics, summarizeTimings, timings, unevennessOf } from "./measures";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { Slo } from "./slo";
import type { Estimate } from "./statistics";
import { meanEstimate, pairedDifference, pairedRatio } from "./statistics";

/** One path's figures. Estimates are means over the rounds, with their intervals. */
export interface PathReport {
    label: string;
    url: string;
    /** Requests of the rounds that count. */
    requests: number;
    /** Of them, those with an answer of 2xx. */
    good: number;
    /** Answers with another status, by status, and requests without an answer, by why. */
    errors: { statuses: Record<string, number>; failures: Record<string, number> };
    /** In milliseconds; without what answers have not, such as the time between tokens of one. */
    timings: Partial<Record<Timing, Record<Statistic, Estimate>>>;
    /** Per second; goodput where limits were given. */
    rates: Partial<Record<Rate, Estimate>>;
    /** Good answers by pod. */
    pods: Record<string, number>;
    /** Answers of the busiest pod over a pod's fair share; where answers name their pods. */
    unevenness?: Estimate;
    /** Part of the prompts' tokens that pods had in their prefix caches; where their counters can be read. */
    hitRate?: Estimate;
    /** Requests in the pods over time, of each round; where their counters can be read. */
    queue?: QueueReading[][];
}

/** Both paths held against each other, at one load. */
export interface Comparison {
    paths: Record<PathName, PathReport>;
    /** Of the path through the Gateway over the direct path. */
    ratio: {
        timings: Partial<Record<Timing, Record<Statistic, Estimate>>>;
        rates: Partial<Record<Rate, Estimate>>;
        hitRate?: Estimate;
    };
    /** What the path through the Gateway adds to the direct path, in milliseconds. */
    addedMs: Record<"ttft" | "e2e", Partial<Record<"mean" | "p50", Estimate>>>;
}

/** How the intervals of a comparison are made. */
export const method =
    "95 % confidence: Student's t interval over the rounds, and of ratios and differences over the pairs of rounds, of the " +
    "logarithm of the ratio";

/** All figures of the rounds. */
export function comparisonOf(
    targets: Record<PathName, PathTarget>,
    rounds: Rounds,
    { slo, pods }: { slo?: Slo; pods: number },
): Comparison {
    const figuresOf = {
        timing: timingFigures(rounds),
        rate: (rate: Rate) => (round: MeasuredRound) => rateOf(round, rate, slo),
    };
    const added = (timing: Timing, statistic: Statistic) =>
        ifEnough(pairedDifference, pairsOf(rounds, figuresOf.timing(timing, statistic)));
    const both = (timing: Timing) => ({ mean: added(timing, "mean"), p50: added(timing, "p50") });
    const pathOf = (path: PathName): PathReport => {
        const estimate = (of: (round: MeasuredRound) => number | undefined) =>
            ifEnough(
                meanEstimate,
                rounds[path].flatMap((round) => of(round) ?? []),
            );
        const { samples, statuses, failures, pods: answers } = pooled(rounds[path]);
        const bad = [...Object.values(statuses), ...Object.values(failures)];
        const queue = rounds[path].flatMap(({ counted }) => (counted === undefined ? [] : [counted.queue]));
        return {
            label: targets[path].label,
            url: targets[path].url,
            requests: samples.length + bad.reduce((sum, times) => sum + times, 0),
            good: samples.length,
            errors: { statuses, failures },
            timings: eachTiming((timing, statistic) => estimate(figuresOf.timing(timing, statistic))),
            rates: eachRate((rate) => estimate(figuresOf.rate(rate))),
            pods: answers,
            unevenness: estimate((round) => unevennessOf(round.pods, pods)),
            hitRate: estimate(hitRateOf),
            ...(queue.length > 0 && { queue }),
        };
    };
    return {
        paths: { direct: pathOf("direct"), gateway: pathOf("gateway") },
        ratio: {
            timings: eachTiming((timing, statistic) =>
                ratioOf(pairsOf(rounds, figuresOf.timing(timing, statistic))),
            ),
            rates: eachRate((rate) => ratioOf(pairsOf(rounds, figuresOf.rate(rate)))),
            hitRate: ratioOf(pairsOf(rounds, hitRateOf)),
        },
        addedMs: { ttft: both("ttft"), e2e: both("e2e") },
    };
}

/** Of pairs of which a value is 0, there is no ratio. */
function ratioOf(pairs: [number, number][]): Estimate | undefined {
    return ifEnough(
        pairedRatio,
        pairs.filter(([first, second]) => first > 0 && second > 0),
    );
}

/** Nothing is estimated of fewer than two rounds that have a value, as of counters that nobody could read. */
function ifEnough<T>(estimate: (values: T[]) => Estimate, values: T[]): Estimate | undefined {
    return values.length < 2 ? undefined : estimate(values);
}

/** A round is summarized once, whatever is asked of it. */
function timingFigures(rounds: Rounds) {
    const known = new Map(
        pathNames.flatMap((path) =>
            rounds[path].map((round) => [round, summarizeTimings(round.samples)] as const),
        ),
    );
    return (timing: Timing, statistic: Statistic) => (round: MeasuredRound) =>
        known.get(round)?.[timing]?.[statistic];
}

function eachTiming(of: (timing: Timing, statistic: Statistic) => Estimate | undefined) {
    return Object.fromEntries(
        timings.flatMap((timing) => {
            const found = statistics.map((statistic) => [statistic, of(timing, statistic)] as const);
            return found.every(([, value]) => value !== undefined)
                ? [[timing, Object.fromEntries(found)] as const]
                : [];
        }),
    ) as Partial<Record<Timing, Record<Statistic, Estimate>>>;
}

function eachRate(of: (rate: Rate) => Estimate | undefined): Partial<Record<Rate, Estimate>> {
    return Object.fromEntries(
        rates.flatMap((rate) => {
            const value = of(rate);
            return value === undefined ? [] : [[rate, value] as const];
        }),
    );
}
