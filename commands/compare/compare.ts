import type { RoundOptions, RoundResult } from "./load";
import { runRound } from "./load";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { RequestShape } from "./prompts";
import { promptMaker } from "./prompts";
import { randomOf } from "./random";
import { interleave } from "./schedule";
import { summarize } from "./statistics";

/** How much is sent. */
export interface CompareOptions extends Omit<RoundOptions, "nextBody" | "limitSeconds"> {
    /** Rounds on each path that count. */
    rounds: number;
    /** Rounds on each path before them, which do not. */
    warmup: number;
    /** What the order of the rounds and the prompts are made of. */
    seed: number;
}

/** The rounds of both paths that count. Those of one index were run one after the other. */
export type Rounds = Record<PathName, RoundResult[]>;

/** A path gave no good answer in a whole round: there is nothing to compare. */
export class PathFailedError extends Error {
    override readonly name = "PathFailedError";

    constructor(
        readonly path: PathName,
        { label, url }: PathTarget,
        { statuses, failures }: RoundResult,
    ) {
        const answers = [
            ...Object.entries(statuses).map(([status, times]) => `${String(times)} x status ${status}`),
            ...Object.entries(failures).map(([why, times]) => `${String(times)} x ${why}`),
        ];
        super(
            `the ${label} (${url}) gave no good answer: ${answers.join(", ") || "nothing was sent"}; ` +
                "`npm run verify` says which part of it is at fault",
        );
    }
}

/** The comparison was ended before its time. */
export class InterruptedError extends Error {
    override readonly name = "InterruptedError";
}

/** A round may take this many times as long as one request may. */
const roundLimit = 6;

/**
 * Runs the rounds, one at a time.
 *
 * @param progress takes a line for each pair of rounds.
 * @throws PathFailedError as soon as a round of a path has no good answer; InterruptedError when the signal is given.
 */
export async function runRounds(
    targets: Record<PathName, PathTarget>,
    shape: RequestShape,
    options: CompareOptions,
    progress: (line: string) => void,
): Promise<Rounds> {
    const { rounds, warmup, seed, timeoutSeconds, signal } = options;
    const random = randomOf(seed);
    const order = [...interleave(warmup, random), ...interleave(rounds, random)];
    const nextBody = promptMaker(shape, random);
    const results: Rounds = { direct: [], gateway: [] };
    for (const [index, pair] of order.entries()) {
        const done: string[] = [];
        for (const path of pair) {
            const result = await runRound(targets[path], {
                ...options,
                nextBody,
                limitSeconds: roundLimit * timeoutSeconds,
            });
            if (signal?.aborted) {
                throw new InterruptedError("interrupted before the last round; nothing is reported");
            }
            if (result.latencies.length === 0) {
                throw new PathFailedError(path, targets[path], result);
            }
            if (index >= warmup) {
                results[path].push(result);
            }
            done.push(`${targets[path].label} p50 ${summarize(result.latencies).p50.toFixed(1)} ms`);
        }
        const name =
            index < warmup
                ? `warm-up ${String(index + 1)} of ${String(warmup)}`
                : `round ${String(index - warmup + 1)} of ${String(rounds)}`;
        progress(`${name}: ${done.join(", ")}`);
    }
    return results;
}

/** All rounds of a path as one. */
export function pooled(rounds: readonly RoundResult[]): RoundResult {
    const total: RoundResult = { good: 0, latencies: [], seconds: 0, statuses: {}, failures: {}, pods: {} };
    for (const round of rounds) {
        total.good += round.good;
        total.latencies.push(...round.latencies);
        total.seconds += round.seconds;
        for (const key of ["statuses", "failures", "pods"] as const) {
            for (const [name, times] of Object.entries(round[key])) {
                total[key][name] = (total[key][name] ?? 0) + times;
            }
        }
    }
    return total;
}

/** The rounds of both paths, pair by pair, each as one number. */
export function pairsOf(rounds: Rounds, of: (round: RoundResult) => number): [number, number][] {
    const [first, second] = pathNames.map((path) => rounds[path]) as [RoundResult[], RoundResult[]];
    return first.map((round, index) => [of(round), of(second[index]!)]);
}
