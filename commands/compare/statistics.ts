import { mean, quantileSorted, sampleStandardDeviation } from "simple-statistics";

/** Latencies in milliseconds. */
export interface LatencySummary {
    mean: number;
    p50: number;
    p90: number;
    p99: number;
    max: number;
}

/** An estimate with its confidence interval of 95 %. */
export interface Estimate {
    value: number;
    low: number;
    high: number;
}

/** @throws RangeError without a latency. */
export function summarize(latencies: readonly number[]): LatencySummary {
    if (latencies.length === 0) {
        throw new RangeError("a summary needs a latency");
    }
    const sorted = [...latencies].sort((a, b) => a - b);
    return {
        mean: mean(sorted),
        p50: quantileSorted(sorted, 0.5),
        p90: quantileSorted(sorted, 0.9),
        p99: quantileSorted(sorted, 0.99),
        max: sorted.at(-1)!,
    };
}

/**
 * How many times as large the second value of a pair is as the first: the geometric mean of the pairs' ratios, with
 * Student's t interval of the logarithms' mean. Pairing takes out what both values of a pair have in common.
 *
 * @param pairs two or more, of positive numbers.
 */
export function pairedRatio(pairs: readonly (readonly [number, number])[]): Estimate {
    const { value, low, high } = meanEstimate(pairs.map(([first, second]) => Math.log(second / first)));
    return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/** How much larger the second value of a pair is: the mean of the differences, with Student's t interval. */
export function pairedDifference(pairs: readonly (readonly [number, number])[]): Estimate {
    return meanEstimate(pairs.map(([first, second]) => second - first));
}

/**
 * The mean with its Student's t interval.
 *
 * @throws RangeError with fewer than two values, which say nothing about their spread.
 */
export function meanEstimate(values: readonly number[]): Estimate {
    if (values.length < 2) {
        throw new RangeError("a confidence interval needs two values");
    }
    const sample = [...values];
    const value = mean(sample);
    const margin =
        (tQuantile(sample.length - 1) * sampleStandardDeviation(sample)) / Math.sqrt(sample.length);
    return { value, low: value - margin, high: value + margin };
}

/** The 0.975 quantile of Student's t for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2). */
const tTable = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
    2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The 0.975 quantile of the normal distribution. */
const normal = 1.959964;

/** Above the table, the first two terms of its expansion by the normal quantile (Abramowitz and Stegun 26.7.5). */
export function tQuantile(degrees: number): number {
    return tTable[degrees - 1] ?? normal + (normal ** 3 + normal) / (4 * degrees);
}
