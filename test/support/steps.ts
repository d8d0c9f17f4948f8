import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { npmRun } from "../../commands/shared/npmRun";
import { endLeftovers, killLeftovers } from "./leftovers";
import type { Outcome, StepOutcome } from "./outcome";

/** A tool or a program of the project's that says by its exit code whether all is well, or Mocha with its arguments. */
export type Step = { gate: string[] } | { program: string[] } | { mocha: string[] };

const projectRoot = path.resolve(__dirname, "../..");

/** How often steps whose output comes at their end are said to be running, in milliseconds. */
const progressInterval = 60_000;

/** Steps that take turns. */
export interface Pool {
    steps: Readonly<Record<string, Step>>;
    /** How many run at the same time, begun in their order. */
    lanes: number;
    /** Of their processes, as the operating system has it: 0 to 19, the higher the later. Default: 0. */
    niceness?: number;
}

/**
 * Runs the steps of every pool, whatever the others give, and says what each came to as soon as it has ended: in the
 * order in which they end, and never one within another. A step that runs alone shows what it prints at once.
 *
 * @param interruption ends what runs, with the servers that it started, and starts no more.
 */
export async function runSteps(pools: readonly Pool[], interruption: AbortSignal): Promise<StepOutcome[]> {
    const names = pools.flatMap(({ steps }) => Object.keys(steps));
    const sideBySide = names.length > 1;
    const outcomes: StepOutcome[] = [];
    const underWay = new Map<string, number>();
    const lane = async (waiting: [string, Step][], niceness: number) => {
        for (
            let next = waiting.shift();
            next !== undefined && !interruption.aborted;
            next = waiting.shift()
        ) {
            const [name, step] = next;
            const header = `\n== ${name}`;
            if (!sideBySide) {
                console.log(header);
            }
            const started = Date.now();
            underWay.set(name, started);
            const { outcome, printed } = await runStep(step, {
                collect: sideBySide,
                niceness,
                cancelSignal: interruption,
            });
            underWay.delete(name);
            if (interruption.aborted) {
                return;
            }
            const milliseconds = Date.now() - started;
            outcomes.push({ ...outcome, name, milliseconds });
            const counts = `${String(outcome.passed)} passed, ${String(outcome.failed)} failed`;
            const footer = `== ${name}: ${counts} in ${(milliseconds / 1000).toFixed(0)} s`;
            console.log(
                [...(sideBySide ? [header, printed].filter((text) => text !== "") : []), footer].join("\n"),
            );
        }
    };
    const running = pools.flatMap(({ steps, lanes, niceness = 0 }) => {
        const waiting = Object.entries(steps);
        return Array.from({ length: lanes }, () => lane(waiting, niceness));
    });
    if (!sideBySide) {
        await Promise.all(running);
        return outcomes;
    }
    console.log(`\nSide by side: ${names.join(", ")}`);
    const ticker = setInterval(() => {
        const minutes = (since: number) => ((Date.now() - since) / 60_000).toFixed(0);
        const running = [...underWay].map(([name, since]) => `${name} (${minutes(since)} min)`);
        console.log(`Still running: ${running.join(", ")}`);
    }, progressInterval);
    await Promise.all(running).finally(() => clearInterval(ticker));
    return outcomes;
}

interface RunOptions {
    /** Whether what is printed is kept for the end, instead of shown at once. */
    collect: boolean;
    niceness: number;
    cancelSignal: AbortSignal;
}

interface Ran {
    outcome: Outcome;
    /** Nothing, if it was shown at once. */
    printed: string;
}

async function runStep(step: Step, options: RunOptions): Promise<Ran> {
    if ("mocha" in step) {
        return runMocha(step.mocha, options);
    }
    const [first = "", ...args] = "gate" in step ? step.gate : step.program;
    const command = "gate" in step ? [tool(first)] : [process.execPath, ...npmRun(first)];
    const { succeeded, printed } = await run([...command, ...args], {}, options);
    const counts = succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    const failures = succeeded ? [] : [[first, ...args].join(" ")];
    return { outcome: { ...counts, skipped: 0, failures, tests: [] }, printed };
}

async function runMocha(args: string[], options: RunOptions): Promise<Ran> {
    // Holds everything temporary of the suite, so that what it leaves behind is found.
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-test-"));
    try {
        const file = path.join(scratch, "outcome.json");
        const command = [tool("mocha"), "--reporter", path.join(__dirname, "reporter.ts"), ...args];
        const env = { TEST_OUTCOME: file, TMPDIR: scratch };
        const { succeeded, printed } = await run(command, env, options);
        // A suite that dies before its end leaves no outcome, and must not pass for a suite without tests.
        const outcome: Outcome = fs.existsSync(file)
            ? (JSON.parse(fs.readFileSync(file, "utf8")) as Outcome)
            : { passed: 0, failed: 1, skipped: 0, failures: ["died before its end"], tests: [] };
        if (!succeeded && outcome.failed === 0) {
            outcome.failures.push("failed, though none of its tests did");
        }
        outcome.failures.push(...(await sweep(scratch)));
        outcome.failed = Math.max(outcome.failed, outcome.failures.length);
        return { outcome, printed };
    } finally {
        fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** Ends what a suite left behind. That it left anything is a failure of its own. */
async function sweep(scratch: string): Promise<string[]> {
    const folders = await endLeftovers(scratch);
    const commands = await killLeftovers(scratch);
    return [
        ...folders.map((folder) => `a control plane was left behind in ${folder}`),
        ...commands.map((command) => `a process was left behind: ${command}`),
    ];
}

/** Path of a locally installed tool. */
function tool(name: string): string {
    return path.join(projectRoot, "node_modules/.bin", name);
}

/** Runs a command, and says whether it succeeded. */
async function run(
    command: string[],
    env: NodeJS.ProcessEnv,
    { collect, niceness, cancelSignal }: RunOptions,
): Promise<{ succeeded: boolean; printed: string }> {
    const [executable = "", ...args] = command;
    const colours = collect && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
    const running = execa(executable, args, {
        cwd: projectRoot,
        ...(collect ? { stdin: "ignore", all: true } : { stdio: "inherit" }),
        env: { ...colours, ...env },
        reject: false,
        cancelSignal,
    });
    // Only whoever may give other processes a priority can take niceness back.
    if (running.pid !== undefined && niceness > os.getPriority()) {
        os.setPriority(running.pid, niceness);
    }
    const { failed, all } = await running;
    return { succeeded: !failed, printed: all ?? "" };
}
