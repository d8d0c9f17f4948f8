import { execFileSync, spawn } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { poll } from "../../commands/shared/poll";
import { isRunning, processIdentity } from "../toolchain/processIdentity";
import { readJson, writePrivateFile } from "./stateFolder";

/** A process that was started, as remembered on disk. */
export interface ProcessRecord {
    pid: number;
    /** See `processIdentity`: the pid alone may by now be somebody else's. */
    identity: string;
    /** Of everything it was started with; another one means that it must be started anew. */
    fingerprint: string;
}

/** What to start. */
export interface ProcessSpec {
    executable: string;
    args: string[];
    /** The whole environment. */
    env: Record<string, string>;
    cwd: string;
    /** Takes both output streams. */
    logFile: string;
    recordFile: string;
    fingerprint: string;
}

/** How long a process may take to vanish after SIGKILL, in milliseconds. */
const killLimit = 10_000;
const pollInterval = 25;

/** @returns the record of a process that is running now, or undefined. */
export function findRunning(recordFile: string): ProcessRecord | undefined {
    const record = readJson(recordFile) as Partial<ProcessRecord> | undefined;
    if (
        typeof record?.pid !== "number" ||
        typeof record.identity !== "string" ||
        typeof record.fingerprint !== "string" ||
        !isRunning(record.pid, record.identity)
    ) {
        return undefined;
    }
    return record as ProcessRecord;
}

/**
 * Starts a process that outlives this one. Its record is on disk before it runs its first instruction: the shell
 * that becomes the process waits for a line, and gives up when this process dies before having written it. So no
 * process ever runs that a later start or stop would not find.
 */
export async function launch(spec: ProcessSpec): Promise<ProcessRecord> {
    rotateLog(spec.logFile);
    const log = fs.openSync(spec.logFile, "a", 0o600);
    try {
        const child = spawn(
            "/bin/sh",
            ["-c", 'read -r go && exec "$@" </dev/null', "sh", spec.executable, ...spec.args],
            { cwd: spec.cwd, env: spec.env, detached: true, stdio: ["pipe", log, log] },
        );
        await new Promise((resolve, reject) => {
            child.once("spawn", resolve);
            child.once("error", reject);
        });
        const { pid, stdin } = child;
        const identity = pid === undefined ? undefined : processIdentity(pid);
        if (pid === undefined || identity === undefined || stdin === null) {
            throw new Error(`${spec.executable} ended before it could be recorded.`);
        }
        const record = { pid, identity, fingerprint: spec.fingerprint };
        writePrivateFile(spec.recordFile, JSON.stringify(record));
        // It may die at once; whoever waits for its health says so, with its log.
        stdin.on("error", () => undefined);
        stdin.end("go\n");
        child.unref();
        return record;
    } finally {
        fs.closeSync(log);
    }
}

/**
 * Ends a recorded process, if it still is the one recorded, and forgets it.
 *
 * @param grace how long it may take to end by itself after SIGTERM, in milliseconds, before SIGKILL.
 * @throws Error when it does not end.
 */
export async function end(recordFile: string, grace: number): Promise<void> {
    const record = findRunning(recordFile);
    if (record !== undefined) {
        signal(record, "SIGTERM");
        if (!(await hasEnded(record, grace))) {
            signal(record, "SIGKILL");
            if (!(await hasEnded(record, killLimit))) {
                throw new Error(`Process ${record.pid} (${path.basename(recordFile)}) does not end.`);
            }
        }
    }
    fs.rmSync(recordFile, { force: true });
}

function signal(record: ProcessRecord, name: NodeJS.Signals): void {
    if (isRunning(record.pid, record.identity)) {
        try {
            process.kill(record.pid, name);
        } catch (error) {
            // It ended between the look and the signal.
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
                throw error;
            }
        }
    }
}

function hasEnded(record: ProcessRecord, limit: number): Promise<boolean> {
    return poll(() => !isRunning(record.pid, record.identity), Boolean, {
        every: pollInterval,
        atMost: limit,
    });
}

/** Keeps one log of the run before, so that logs neither grow without end nor vanish when something is restarted. */
function rotateLog(file: string): void {
    if (fs.existsSync(file)) {
        fs.renameSync(file, `${file}.previous`);
    }
}

/** The last lines of a log, newest last; none where there is no log. */
export function lastLines(logFile: string, count: number): string[] {
    const text = fs.existsSync(logFile) ? fs.readFileSync(logFile, "utf8").trimEnd() : "";
    return text === "" ? [] : text.split("\n").slice(-count);
}

/** Resident memory of a process in bytes, or undefined where it cannot be told. */
export function residentMemory(pid: number): number | undefined {
    try {
        const kilobytes =
            process.platform === "linux"
                ? /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
                : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).trim();
        return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    } catch {
        return undefined;
    }
}
