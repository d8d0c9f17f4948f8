import { createHash } from "crypto";
import type { CountedRound, PodCounters } from "./counters";
import type { Arrival, RoundOptions, RoundRequest, RoundResult } from "./load";
import { runRound } from "./load";
import { summarizeTimings } from "./measures";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { Random } from "./random";
import { randomOf } from "./random";
import { interleave } from "./schedule";
import type { PlannedRequest, Workload } from "./workloads";
import { requestsOf, roundPlanner } from "./workloads";

/** How much is sent, and how. */
export interface CompareOptions extends Omit<RoundOptions, "random" | "limitSeconds"> {
    /** Name that requests must give in `model`. */
    model: string;
    workload: Workload;
    /** Rounds on each path that count. */
    rounds: number;
    /** Rounds on each path before them, which do not. */
    warmup: number;
    /** What the requests, their times and the order of the rounds are made of. */
    seed: number;
    /** Sets the requests apart from those of other runs with the same seed. Default: nothing. */
    label?: string;
    /** Reads what the pods count. */
    counters: PodCounters;
}

/** A round, and what the pods counted meanwhile, where they could be asked. */
export interface MeasuredRound extends RoundResult {
    counted?: CountedRound;
}

/** The rounds of both paths that count. Those of one index were run one after the other, with the same requests. */
export type Rounds = Record<PathName, MeasuredRound[]>;

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

/** A round may take this many times as long as one request may, on top of the time over which its requests come. */
const roundLimit = 6;

/** How long a round's requests take to come, in seconds; undefined where the answers decide. */
export function roundSeconds(workload: Workload, arrival: Arrival): number | undefined {
    if (arrival.kind === "open") {
        return requestsOf(workload) / arrival.rate;
    }
    return workload.kind === "trace" ? workload.rows.at(-1)!.at : undefined;
}

/**
 * Runs the rounds, one at a time.
 *
 * @param progress takes a line for each pair of rounds.
 * @throws PathFailedError as soon as a round of a path has no good answer; InterruptedError when the signal is given.
 */
export async function runRounds(
    targets: Record<PathName, PathTarget>,
    options: CompareOptions,
    progress: (line: string) => void,
): Promise<Rounds> {
    const { rounds, warmup, seed, label = "", timeoutSeconds, signal, workload, arrival, counters } = options;
    const random = randomOf(seed);
    const order = [...interleave(warmup, random), ...interleave(rounds, random)];
    const planRound = roundPlanner(workload, random);
    const limitSeconds = roundLimit * timeoutSeconds + 3 * (roundSeconds(workload, arrival) ?? 0);
    const results: Rounds = { direct: [], gateway: [] };
    const startedAt = performance.now();
    for (const [index, pair] of order.entries()) {
        const plan = planRound();
        const times = newSeed(random);
        const done: string[] = [];
        for (const path of pair) {
            const requests = bodiesOf(plan, options, `${String(seed)}/${label}/${path}`);
            const [result, counted] = await counters.during(() =>
                runRound(targets[path], requests, { ...options, random: randomOf(times), limitSeconds }),
            );
            if (signal?.aborted) {
                throw new InterruptedError("interrupted before the last round; nothing is reported");
            }
            if (result.samples.length === 0) {
                throw new PathFailedError(path, targets[path], result);
            }
            if (index >= warmup) {
                results[path].push({ ...result, counted });
            }
            const { ttft, e2e } = summarizeTimings(result.samples);
            done.push(`${targets[path].label} p50 TTFT ${ttft!.p50.toFixed(1)} of ${e2e!.p50.toFixed(1)} ms`);
        }
        const name =
            index < warmup
                ? `warm-up ${String(index + 1)} of ${String(warmup)}`
                : `round ${String(index - warmup + 1)} of ${String(rounds)}`;
        const each = (performance.now() - startedAt) / (index + 1);
        progress(`${name}: ${done.join(", ")}; ${timeLeft(each * (order.length - index - 1))}`);
    }
    return results;
}

/** @param milliseconds until the end, as far as can be told. */
export function timeLeft(milliseconds: number): string {
    const seconds = Math.round(milliseconds / 1000);
    return seconds < 120 ? `${String(seconds)} s left` : `${String(Math.round(seconds / 60))} min left`;
}

function newSeed(random: Random): number {
    return Math.floor(random() * 2 ** 32);
}

/**
 * The bodies of a round's requests on one path. Every path is sent the same, but for a first word of its own: pods would
 * answer one path's prompts from what they kept of the other's.
 */
function bodiesOf(plan: readonly PlannedRequest[], { model }: CompareOptions, salt: string): RoundRequest[] {
    const word = firstWord(salt);
    return plan.map(({ prompt, maxTokens, at, after }) => ({
        body: JSON.stringify({
            model,
            prompt: `${word} ${prompt}`,
            max_tokens: maxTokens,
            // Answers of one length, so that paths do the same work.
            ignore_eos: true,
            stream: true,
            stream_options: { include_usage: true },
        }),
        at,
        after,
    }));
}

/** Eight letters, and so one word of one length, that follow from a text. */
function firstWord(text: string): string {
    const digest = createHash("sha256").update(text).digest();
    return Array.from(digest.subarray(0, 8), (byte) => String.fromCharCode(97 + (byte % 26))).join("");
}

/** All rounds of a path as one. */
export function pooled(rounds: readonly MeasuredRound[]): RoundResult {
    const total: RoundResult = { samples: [], seconds: 0, statuses: {}, failures: {}, pods: {} };
    for (const round of rounds) {
        total.samples.push(...round.samples);
        total.seconds += round.seconds;
        for (const key of ["statuses", "failures", "pods"] as const) {
            for (const [name, times] of Object.entries(round[key])) {
                total[key][name] = (total[key][name] ?? 0) + times;
            }
        }
    }
    return total;
}

/** The rounds of both paths, pair by pair, each as one number; pairs of which one has none are left out. */
export function pairsOf(
    rounds: Rounds,
    of: (round: MeasuredRound) => number | undefined,
): [number, number][] {
    const [first, second] = pathNames.map((path) => rounds[path].map(of)) as [
        (number | undefined)[],
        (number | undefined)[],
    ];
    return first.flatMap((value, index) => {
        const other = second[index];
        return value === undefined || other === undefined ? [] : [[value, other] as [number, number]];
    });
}
