import type { Estimate } from "../compare/statistics";

/** What the EPP's hop alone costs, in milliseconds of the p50 of TTFT: the same pod, with and without the EPP. */
export interface HopPrice {
    /** What the Gateway adds to the direct path without an EPP. */
    without: Estimate;
    /** What it adds with one. */
    with: Estimate;
    price: Estimate;
}

/** @param without and `withEpp` were measured one after the other, each against the direct path. */
export function hopPrice(without: Estimate, withEpp: Estimate): HopPrice {
    return { without, with: withEpp, price: differenceOf(withEpp, without) };
}

/** The difference of two estimates that are independent; margins add up as their squares do. */
export function differenceOf(first: Estimate, second: Estimate): Estimate {
    const value = first.value - second.value;
    const margin = Math.hypot(first.high - first.value, second.high - second.value);
    return { value, low: value - margin, high: value + margin };
}
