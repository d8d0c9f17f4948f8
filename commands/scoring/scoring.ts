import { randomInt } from "crypto";
import * as fs from "fs";
import * as path from "path";
import { InterruptedError, PathFailedError } from "../compare/compare";
import { UsageError } from "../shared/errors";
import { untilInterrupted } from "../shared/interruption";
import { tableText } from "../shared/table";
import { measurePresets } from "./measure";
import type { ScoringFlags } from "./options";
import { scoringHtml, scoringReportOf, scoringTable, sentencesOf } from "./report";
import type { Stage } from "./stage";
import { verdictsOf } from "./verdict";

/**
 * Measures a stack's presets, and reports.
 *
 * @param stageOf makes what is measured, once the flags can be used.
 * @param words the flags as they were given.
 * @returns the exit code.
 */
export async function runScoring(
    flags: ScoringFlags,
    stageOf: (signal: AbortSignal, progress: (line: string) => void) => Stage,
    words: readonly string[],
): Promise<number> {
    const folder = path.dirname(path.resolve(flags.out));
    if (!fs.existsSync(folder)) {
        throw new UsageError(`--out ${flags.out}: there is no folder ${folder}`);
    }
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    return untilInterrupted(async (signal) => {
        const stage = stageOf(signal, progress);
        const seed = flags.seed ?? randomInt(2 ** 31);
        const measured = await measurePresets(stage, { ...flags, seed }, { progress, signal });
        const seeded = flags.seed === undefined ? ["--seed", String(seed)] : [];
        const call = stage.callWith([...words, ...seeded]);
        const report = scoringReportOf(measured, verdictsOf(measured), call);
        fs.writeFileSync(flags.out, await scoringHtml(report));
        progress(`Written: ${flags.out}`);
        const { head, rows } = scoringTable(measured);
        process.stdout.write(
            flags.json
                ? `${JSON.stringify(report, undefined, 2)}\n`
                : `${[tableText(head, rows), ...sentencesOf(report)].join("\n")}\n`,
        );
        return 0;
    });
}

/** The exit codes of what may go wrong here. */
export function scoringCodeOf(error: unknown): number | undefined {
    if (error instanceof PathFailedError) {
        return 1;
    }
    return error instanceof InterruptedError ? 3 : undefined;
}
