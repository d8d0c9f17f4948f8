import { execFileSync } from "child_process";

/** A process that runs, with its command line. */
export interface RunningProcess {
    pid: number;
    command: string;
}

/** Processes whose command line has `text`. */
export function processesWith(text: string): RunningProcess[] {
    return listed("axww").filter(({ command }) => command.includes(text));
}

/** Processes whose command line or environment has `text`; other users' environments are not seen. */
export function processesKnowing(text: string): RunningProcess[] {
    const knowing = new Set(
        listed("axeww")
            .filter(({ command }) => command.includes(text))
            .map(({ pid }) => pid),
    );
    // Told without their environments, which may hold secrets.
    return listed("axww").filter(({ pid }) => knowing.has(pid));
}

/** @param flags of ps, as BSD has them: with "e", the environment follows the command line. */
function listed(flags: string): RunningProcess[] {
    return execFileSync("ps", [flags, "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 64 * 2 ** 20 })
        .split("\n")
        .flatMap((line) => {
            const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
            return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
        });
}
