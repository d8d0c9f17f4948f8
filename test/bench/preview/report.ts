import { median } from "simple-statistics";
import { pairedRatio } from "../../../commands/compare/statistics";
import { programs, type ProgramName } from "./programs";
import type { Run } from "./runs";

/** The runs of each program; those with the same index are of one round. */
export type Rounds = Record<ProgramName, Run[]>;

const head = [
    "program",
    "resources",
    "preview",
    "times the first program",
    "launch",
    "load",
    "of it SDK",
    "of it compile",
    "register",
    "pack launch",
    "pack load",
];

/**
 * A Markdown table of medians, with the paired ratios to the first program and their 95 % confidence intervals; and
 * below it, what the packs cost.
 *
 * @param rounds two or more.
 */
export function renderReport(rounds: Rounds): string {
    const rows = (Object.keys(programs) as ProgramName[]).map((name) => {
        const runs = rounds[name];
        const of = (value: (run: Run) => number | undefined): string => {
            const values = runs.flatMap((run) => value(run) ?? []);
            return values.length === 0 ? "" : `${(median(values) / 1000).toFixed(2)} s`;
        };
        return [
            programs[name],
            String(median(runs.map(({ resources }) => resources))),
            of(({ total }) => total),
            name === "empty" ? "" : ratio(rounds.empty, runs),
            of(({ program }) => program.started),
            of(({ program }) => program.loaded - program.started),
            of(({ program }) => program.sdk),
            of(({ program }) => program.compile),
            of(({ program }) => program.ended - program.loaded),
            of(({ pack }) => pack?.started),
            of(({ pack }) => pack && pack.loaded - pack.started),
        ];
    });
    const table = [head, head.map((_, index) => (index === 0 ? "---" : "--:")), ...rows];
    return [
        ...table.map((cells) => `| ${cells.join(" | ")} |`),
        "",
        `With its pack, the preview of this project takes ${ratio(rounds.project, rounds.pack)} times as long as ` +
            `without, with an empty one ${ratio(rounds.project, rounds.emptyPack)} times.`,
    ].join("\n");
}

/** How many times as long the second runs take as the first: estimate, and interval. */
function ratio(first: readonly Run[], second: readonly Run[]): string {
    const { value, low, high } = pairedRatio(
        first.map(({ total }, round) => [total, second[round]!.total] as const),
    );
    return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
