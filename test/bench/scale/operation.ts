import { spawn } from "child_process";
import * as fs from "fs";

/** How often to look at the processes of an operation, in milliseconds. */
const sampleInterval = 100;

/** What one command took. */
export interface Operation {
    /** In seconds. */
    seconds: number;
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
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const memory: Record<string, number> = {};
    const sampling = setInterval(() => {
        for (const pid of withDescendants(child.pid)) {
            const name = nameOf(read(pid, "cmdline").replaceAll("\0", " "));
            if (name !== undefined) {
                memory[name] = Math.max(memory[name] ?? 0, peakMemory(pid));
            }
        }
    }, sampleInterval);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    try {
        const status = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        if (status !== 0) {
            throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
        }
        return { seconds: (performance.now() - started) / 1000, memory, stdout };
    } finally {
        clearInterval(sampling);
    }
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
