import { execFileSync } from "child_process";
import * as fs from "fs";

/** A process that runs, with its command line. */
export interface RunningProcess {
    pid: number;
    command: string;
}

/** Processes whose command line has `text`. */
export function processesWith(text: string): RunningProcess[] {
    return listed("cmdline").filter(({ command }) => command.includes(text));
}

/** Processes whose command line or environment has `text`; other users' environments are not seen. */
export function processesKnowing(text: string): RunningProcess[] {
    const having = (all: RunningProcess[]) =>
        all.filter(({ command }) => command.includes(text)).map(({ pid }) => pid);
    const knowing = new Set([...having(listed("cmdline")), ...having(listed("environ"))]);
    // Told without their environments, which may hold secrets.
    return listed("cmdline").filter(({ pid }) => knowing.has(pid));
}

/** Every process with what the system has of it in a file of this name; small systems have no ps, others no /proc. */
function listed(file: "cmdline" | "environ"): RunningProcess[] {
    return fs.existsSync("/proc/self") ? fromProc(file) : fromPs(file);
}

function fromProc(file: string): RunningProcess[] {
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
            try {
                const command = fs.readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ").trim();
                return command === "" ? [] : [{ pid: Number(pid), command }];
            } catch {
                // It has ended meanwhile, or is another user's.
                return [];
            }
        });
}

function fromPs(file: string): RunningProcess[] {
    const flags = file === "environ" ? "axeww" : "axww";
    return execFileSync("ps", [flags, "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 64 * 2 ** 20 })
        .split("\n")
        .flatMap((line) => {
            const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
            return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
        });
}
