import { shuffle } from "simple-statistics";
import type { PathName } from "./paths";
import type { Random } from "./random";

/**
 * The order of the rounds: pairs of one round on each path, so that what changes over time falls on both. Half of the
 * pairs begin with each path, in random order, so that being second costs neither.
 */
export function interleave(pairs: number, random: Random): [PathName, PathName][] {
    const gatewayFirst = Array.from({ length: pairs }, (_, index) => index % 2 === 0);
    return shuffle(gatewayFirst, random).map((first) =>
        first ? ["gateway", "direct"] : ["direct", "gateway"],
    );
}
