import { execFileSync } from "child_process";
import * as fs from "fs";

/**
 * Tells one life of a process id from another: a pid alone is reused, a pid with its start time (and, on Linux,
 * with the boot it started in) is not.
 *
 * @returns undefined when no such process runs; a zombie all of whose threads have ended, which holds nothing any
 *     more, counts as not running.
 */
export function processIdentity(pid: number): string | undefined {
    return process.platform === "linux" ? linuxIdentity(pid) : posixIdentity(pid);
}

/** Whether the process that `identity` was taken of still runs. */
export function isRunning(pid: number, identity: string): boolean {
    return processIdentity(pid) === identity;
}

function linuxIdentity(pid: number): string | undefined {
    let stat: string;
    try {
        stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
        return undefined;
    }
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, threads, startTime] = [fields[0], fields[17], fields[19]];
    // A zombie of several threads is one of which some have not ended yet: they still hold its ports and files.
    const hasEnded = state === "X" || (state === "Z" && Number(threads) <= 1);
    if (state === undefined || startTime === undefined || hasEnded) {
        return undefined;
    }
    return `${bootId()} ${startTime}`;
}

function bootId(): string {
    try {
        return fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    } catch {
        // Some sandboxes hide it; the start time alone still tells lives of one boot apart.
        return "unknown-boot";
    }
}

function posixIdentity(pid: number): string | undefined {
    try {
        const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
            encoding: "utf8",
            env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
            stdio: ["ignore", "pipe", "ignore"],
        }).trim();
        const [state = "", ...started] = line.split(/\s+/);
        return state === "" || state.startsWith("Z") ? undefined : started.join(" ");
    } catch {
        return undefined;
    }
}
