import { type ChildProcessByStdio, spawn } from "child_process";
import * as fs from "fs";
import type { Readable } from "stream";

/** How often to look at the processes of an operation, in milliseconds. */
const sampleInterval = 100;

/** Both in seconds. */
export interface Duration {
    elapsed: number;
    /**
     * Of the processors, by what was started and by what that started in turn. It hardly depends on what else the
     * machine does. Zero where the system has no `/proc`.
     */
    processor: number;
}

/** What one command took. */
export interface Operation {
    duration: Duration;
    /**
     * The most memory that each process had resident, in bytes, by what {@link OperationOptions.nameOf} calls it; of
     * several with one name, the most of any. Empty where the system has no `/proc`.
     */
    memory: Record<string, number>;
    stdout: string;
}

export interface OperationOptions {
    cwd: string;
    env: NodeJS.ProcessEnv;
    /** What a process is to be called, by its command line. Default: none is looked at. */
    nameOf?: (commandLine: string) => string | undefined;
}

/** How long some work takes, which must be the only one of this process to start others meanwhile. */
export async function timed<T>(work: () => Promise<T>): Promise<{ duration: Duration; result: T }> {
    const [started, used] = [performance.now(), usedByChildren()];
    const result = await work();
    const duration = {
        elapsed: (performance.now() - started) / 1000,
        processor: usedByChildren() - used,
    };
    return { duration, result };
}

/**
 * Seconds of processor time of all processes that this one has started and that have ended, and of those that they
 * have seen the end of. Linux counts them in hundredths of a second.
 */
function usedByChildren(): number {
    // After the command in parentheses; the fields are numbered from 3 there (man 5 proc: cutime 16, cstime 17).
    const fields = read(process.pid, "stat").split(") ").at(-1)!.split(" ");
    return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / 100;
}

/** A duration as people read it. */
export function durationText({ elapsed, processor }: Duration): string {
    return `${elapsed.toFixed(1)} s (${processor.toFixed(1)} s)`;
}

/**
 * Runs a command to its end, and looks meanwhile at it and at what it started.
 *
 * @throws Error with what it printed, when it fails.
 */
export async function operate(
    command: string,
    args: readonly string[],
    { cwd, env, nameOf = () => undefined }: OperationOptions,
): Promise<Operation> {
    const memory: Record<string, number> = {};
    const { duration, result: stdout } = await timed(async () => {
        const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
        const sampling = setInterval(() => {
            for (const pid of withDescendants(child.pid)) {
                const name = nameOf(read(pid, "cmdline").replaceAll("\0", " "));
                if (name !== undefined) {
                    memory[name] = Math.max(memory[name] ?? 0, peakMemory(pid));
                }
            }
        }, sampleInterval);
        try {
            return await outputOf(child, `${command} ${args.join(" ")}`);
        } finally {
            clearInterval(sampling);
        }
    });
    return { duration, memory, stdout };
}

async function outputOf(child: ChildProcessByStdio<null, Readable, Readable>, what: string): Promise<string> {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const status = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    if (status !== 0) {
        throw new Error(`${what} failed:\n${stdout}${stderr}`);
    }
    return stdout;
}

function withDescendants(pid: number | undefined): number[] {
    if (pid === undefined) {
        return [];
    }
    const children = threads(pid).flatMap((thread) =>
        read(pid, `task/${thread}/children`).split(" ").filter(Boolean).map(Number),
    );
    return [pid, ...children.flatMap(withDescendants)];
}

/** Any of a process's threads may have started another process. */
function threads(pid: number): string[] {
    try {
        return fs.readdirSync(`/proc/${String(pid)}/task`);
    } catch {
        return [];
    }
}

/** The kernel keeps a process's peak itself, so that nothing is missed between two looks. */
function peakMemory(pid: number): number {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, "status"))?.[1] ?? 0) * 1024;
}

/** A file of a process; empty where the process has ended. */
function read(pid: number, file: string): string {
    try {
        return fs.readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
    } catch {
        return "";
    }
}
