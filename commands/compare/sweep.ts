import type { CompareOptions, Rounds } from "./compare";
import { pooled, runRounds } from "./compare";
import { summarizeTimings } from "./measures";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";

/** The rounds at one rate. */
export interface SweepPoint {
    /** Requests per second on each path. */
    rate: number;
    rounds: Rounds;
    /** Whether each path is past its knee. */
    past: Record<PathName, boolean>;
}

/** A path is past its knee where its p90 of TTFT is so many times what it is at the lowest rate: requests queue. */
export const kneeFactor = 3;

/**
 * Runs the rounds at one rate after the other, from the lowest up, and ends with the first at which both paths are past
 * their knee.
 *
 * @param rates rising.
 */
export async function runSweep(
    targets: Record<PathName, PathTarget>,
    options: CompareOptions,
    rates: readonly number[],
    progress: (line: string) => void,
): Promise<SweepPoint[]> {
    const points: SweepPoint[] = [];
    for (const rate of rates) {
        progress(
            `${String(rate)} requests per second (${String(points.length + 1)} of ${String(rates.length)} rates)`,
        );
        const label = `${options.label ?? ""}/${String(rate)}`;
        const rounds = await runRounds(
            targets,
            { ...options, arrival: { kind: "open", rate }, label },
            progress,
        );
        const first = points[0]?.rounds ?? rounds;
        const past = Object.fromEntries(
            pathNames.map((path) => [path, ttftOf(rounds, path) > kneeFactor * ttftOf(first, path)]),
        ) as Record<PathName, boolean>;
        points.push({ rate, rounds, past });
        if (pathNames.every((path) => past[path])) {
            break;
        }
    }
    return points;
}

function ttftOf(rounds: Rounds, path: PathName): number {
    return summarizeTimings(pooled(rounds[path]).samples).ttft!.p90;
}

/** The highest rate of a path before its knee; null where it never was past it. */
export function kneeOf(points: readonly Pick<SweepPoint, "rate" | "past">[], path: PathName): number | null {
    const past = points.findIndex((point) => point.past[path]);
    return past < 0 ? null : points[past - 1]!.rate;
}
