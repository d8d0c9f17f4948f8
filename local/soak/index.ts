import { Command } from "commander";
import { untilInterrupted } from "../../commands/shared/interruption";
import { inDeployedLab, poolMode } from "../deployedLab";
import { isSound, soakTables } from "./report";
import type { SoakResult } from "./soak";
import { soak } from "./soak";

/** How a soak is run. */
export interface SoakRun {
    /** How long, in seconds. */
    seconds: number;
    seed: number;
    report: (line: string) => void;
    signal?: AbortSignal;
}

/** Settings of the stack that is soaked: the pool path, with a second EPP that takes over from the first. */
const config = { ...poolMode, replicas: { epp: 2 } };

/** Soaks the dev stack in a lab of its own. */
export function soakInLab({ report, signal, ...run }: SoakRun): Promise<SoakResult> {
    return inDeployedLab(config, { report, signal }, (lab) => soak({ ...lab, ...run, report, signal }));
}

/**
 * `make soak`: load and faults on the pool path.
 *
 * @param args flags of the user's own.
 * @returns the exit code: 0 when nothing stayed broken, each failed request is explained, and memory is flat.
 */
export async function soakCommand(args: string[], report: (line: string) => void): Promise<number> {
    const { minutes, seed } = new Command("soak")
        .option("--minutes <number>", "how long", positive, 15)
        .option("--seed <number>", "decides what is killed when", positive, 1)
        .parse(args, { from: "user" })
        .opts<{ minutes: number; seed: number }>();
    const result = await untilInterrupted((signal) =>
        soakInLab({ seconds: minutes * 60, seed, report, signal }),
    );
    report(soakTables(result));
    return isSound(result) ? 0 : 1;
}

/** @throws Error when it is no number above zero. */
function positive(text: string): number {
    const value = Number(text);
    if (!(value > 0)) {
        throw new Error(`"${text}" is not allowed; allowed: a number above zero.`);
    }
    return value;
}
