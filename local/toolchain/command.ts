import { spawn } from "child_process";
import { shellCommand } from "../../components/shell";

/** How many of a failed command's last lines its error repeats. */
const linesInError = 20;

/** A step that failed, with enough to see why without running it again. */
export class StepError extends Error {
    /**
     * @param step what was being done, in words.
     * @param command the command line that failed.
     * @param output all it wrote; the message repeats the last lines.
     */
    constructor(
        readonly step: string,
        readonly command: string,
        readonly output: string,
        cause: string,
    ) {
        const lines = output.trimEnd().split("\n").slice(-linesInError);
        const shown = lines.map((line) => `    ${line}`).join("\n");
        super(`${step} failed: ${cause}\n  command: ${command}\n  last lines of its output:\n${shown}`);
        this.name = "StepError";
    }
}

/** How to run a command of a step. */
export interface CommandOptions {
    /** What is being done, for the error. */
    step: string;
    /** Working folder. Default: this process's own. */
    cwd?: string;
    /** The whole environment. Default: this process's own. */
    env?: NodeJS.ProcessEnv;
    /** Written to the command's standard input, which is empty by default. */
    input?: string;
}

/**
 * Runs a command to its end.
 *
 * @returns its standard output.
 * @throws {@link StepError} when it cannot be started or does not exit with 0.
 */
export async function runCommand(command: string, args: string[], options: CommandOptions): Promise<string> {
    const shown = shellCommand([command, ...args]);
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: "pipe" });
        let stdout = "";
        let everything = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
            stdout += chunk;
            everything += chunk;
        });
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
            everything += chunk;
        });
        // A command that ends without reading its input is judged by its exit code, not by the broken pipe.
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input ?? "");
        child.on("error", (error) => {
            reject(new StepError(options.step, shown, everything, error.message));
        });
        child.on("close", (code, signal) => {
            if (code === 0) {
                resolve(stdout);
            } else {
                const cause = signal === null ? `exit code ${code}` : `ended by ${signal}`;
                reject(new StepError(options.step, shown, everything, cause));
            }
        });
    });
}
