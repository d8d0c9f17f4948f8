import { estimateText } from "../compare/report";
import type { Estimate } from "../compare/statistics";
import { differenceOf } from "./hop";
import type { Measured, Point } from "./measure";
import type { WorkloadName } from "./options";

/** Which preset won with a workload. */
export interface Verdict {
    workload: WorkloadName;
    /** The highest rate at which all presets were measured. */
    rate: number;
    winner: string;
    /** Its p50 of TTFT over the direct path's. */
    ratio: Estimate;
    /** The next best, and whether the difference to it is larger than its 95 % interval. */
    second?: { preset: string; ratio: Estimate; isBeaten: boolean };
    /** One sentence. */
    text: string;
}

/** A verdict for each workload. */
export function verdictsOf({ presets }: Pick<Measured, "presets">): Verdict[] {
    const names = Object.values(presets).flatMap((byWorkload) => Object.keys(byWorkload) as WorkloadName[]);
    return [...new Set(names)].flatMap((workload) => verdictOf(workload, presets) ?? []);
}

function verdictOf(workload: WorkloadName, presets: Measured["presets"]): Verdict | undefined {
    const all = Object.entries(presets).map(([preset, points]) => ({
        preset,
        points: points[workload] ?? [],
    }));
    const rates = all.map(({ points }) => new Set(points.map(({ rate }) => rate)));
    const common = [...(rates[0] ?? [])].filter((rate) => rates.every((some) => some.has(rate)));
    if (common.length === 0) {
        return undefined;
    }
    const rate = Math.max(...common);
    const ranked = all
        .flatMap(({ preset, points }) => {
            const ratio = ratioAt(points, rate);
            return ratio === undefined ? [] : [{ preset, ratio }];
        })
        .sort((a, b) => a.ratio.value - b.ratio.value);
    const [first, next] = ranked;
    if (first === undefined) {
        return undefined;
    }
    const second = next && { ...next, isBeaten: isSmaller(first.ratio, next.ratio) };
    const { preset: winner, ratio } = first;
    return {
        workload,
        rate,
        winner,
        ratio,
        second,
        text: sentence({ workload, rate, winner, ratio, second }),
    };
}

function ratioAt(points: readonly Point[], rate: number): Estimate | undefined {
    return points.find((point) => point.rate === rate)?.ratio.timings.ttft?.p50;
}

/** Whether a ratio is smaller than another by more than the interval of their difference, as logarithms. */
function isSmaller(first: Estimate, second: Estimate): boolean {
    const logarithm = ({ value, low, high }: Estimate) => ({
        value: Math.log(value),
        low: Math.log(low),
        high: Math.log(high),
    });
    return differenceOf(logarithm(first), logarithm(second)).high < 0;
}

function sentence({ workload, rate, winner, ratio, second }: Omit<Verdict, "text">): string {
    const against =
        ratio.high < 1
            ? "less than the direct path by more than its interval"
            : ratio.low > 1
              ? "more than the direct path by more than its interval"
              : "no more than its interval from the direct path";
    const next =
        second &&
        `; ${second.preset} comes second with ${estimateText(second.ratio, 2)}, and the difference is ` +
            `${second.isBeaten ? "" : "not "}larger than its 95 % interval`;
    return (
        `${workload}, ${String(rate)} requests per second: ${winner} won, with a p50 of TTFT ${estimateText(ratio, 2)} times the ` +
        `direct path's, ${against}${next ?? ""}.`
    );
}
