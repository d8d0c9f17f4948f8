import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { endLeftovers, killLeftovers } from "./support/leftovers";

/**
 * Runs every gate and suite, one after another, whatever the one before gave, and closes with what failed, again, for
 * logs of which only the end is kept, and with one line that counts them all. A gate counts as one test. Suites that
 * are named as arguments are run alone: `npm test -- unit lint`. Interrupted, it ends the servers that tests started.
 */

interface Counts {
    passed: number;
    failed: number;
    skipped: number;
    failures: string[];
}

type Step = { gate: string[] } | { mocha: string[] };

const steps: Record<string, Step> = {
    types: { gate: ["tsc", "--noEmit", "-p", "."] },
    lint: { gate: ["eslint", "--max-warnings=0", "."] },
    format: { gate: ["prettier", "--check", "--log-level=warn", "."] },
    docs: { gate: ["ts-node", "-P", "tsconfig.run.json", "docs/generate.ts", "--check"] },
    "api-docs": { gate: ["typedoc", "--options", "docs/typedoc.json", "--emit", "none"] },
    unit: { mocha: ["test/unit/**/*.test.ts", "test/config/**/*.test.ts", "test/commands/**/*.test.ts"] },
    workflows: { mocha: ["test/workflows/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
    library: { mocha: ["test/library/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
    policy: { mocha: ["test/policy/**/*.test.ts", "--ignore", "**/mutate.test.ts"] },
    "policy-mutations": { mocha: ["test/policy/mutate.test.ts"] },
    local: { mocha: ["test/local/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
    "local-e2e": { mocha: ["test/local/**/*.e2e.test.ts"] },
    e2e: {
        mocha: [
            "test/e2e/**/*.e2e.test.ts",
            "test/bench/**/*.e2e.test.ts",
            "test/library/**/*.e2e.test.ts",
            "test/workflows/**/*.e2e.test.ts",
        ],
    },
    lab: { mocha: ["test/lab/**/*.e2e.test.ts"] },
};

const projectRoot = path.resolve(__dirname, "..");
/** Holds everything temporary of the suites, so that what they leave behind is found. */
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-test-"));
const countsFile = path.join(scratch, "counts.json");

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interruption.abort());
}

/** Runs a locally installed tool and says whether it succeeded. */
async function run(command: string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
    const [tool, ...args] = command;
    const { failed } = await execa(path.join(projectRoot, "node_modules/.bin", tool!), args, {
        cwd: projectRoot,
        stdio: "inherit",
        env,
        reject: false,
        cancelSignal: interruption.signal,
    });
    return !failed;
}

/** Ends what a suite left behind. That it left anything is a failure of its own. */
async function sweep(): Promise<string[]> {
    const folders = await endLeftovers(scratch);
    const commands = await killLeftovers(scratch);
    for (const entry of fs.readdirSync(scratch)) {
        fs.rmSync(path.join(scratch, entry), { recursive: true, force: true, maxRetries: 5 });
    }
    return [
        ...folders.map((folder) => `a control plane was left behind in ${folder}`),
        ...commands.map((command) => `a process was left behind: ${command}`),
    ];
}

async function runMocha(args: string[]): Promise<Counts> {
    const env = { TEST_COUNTS: countsFile, TMPDIR: scratch };
    const succeeded = await run(["mocha", "--reporter", "test/support/reporter.ts", ...args], env);
    // A suite that dies before its end has no counts, and must not pass for a suite without tests.
    const counts: Counts = fs.existsSync(countsFile)
        ? (JSON.parse(fs.readFileSync(countsFile, "utf8")) as Counts)
        : { passed: 0, failed: 1, skipped: 0, failures: ["died before its end"] };
    if (!succeeded && counts.failed === 0) {
        counts.failures.push("failed, though none of its tests did");
    }
    counts.failures.push(...(await sweep()));
    return { ...counts, failed: Math.max(counts.failed, counts.failures.length) };
}

async function runStep(step: Step): Promise<Counts> {
    if ("mocha" in step) {
        return runMocha(step.mocha);
    }
    return (await run(step.gate))
        ? { passed: 1, failed: 0, skipped: 0, failures: [] }
        : { passed: 0, failed: 1, skipped: 0, failures: [step.gate.join(" ")] };
}

async function main(): Promise<number> {
    const wanted = process.argv.slice(2);
    const unknown = wanted.filter((name) => !(name in steps));
    if (unknown.length > 0) {
        console.error(`Unknown suite ${unknown.join(", ")}; allowed: ${Object.keys(steps).join(", ")}.`);
        return 2;
    }
    const total: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
    for (const [name, step] of Object.entries(steps)) {
        if (wanted.length > 0 && !wanted.includes(name)) {
            continue;
        }
        console.log(`\n== ${name}`);
        const started = Date.now();
        const result = await runStep(step);
        if (interruption.signal.aborted) {
            console.log("\nInterrupted; everything that the tests started has ended.");
            return 130;
        }
        const seconds = ((Date.now() - started) / 1000).toFixed(0);
        console.log(
            `== ${name}: ${String(result.passed)} passed, ${String(result.failed)} failed in ${seconds} s`,
        );
        total.passed += result.passed;
        total.failed += result.failed;
        total.skipped += result.skipped;
        total.failures.push(...result.failures.map((failure) => `${name}: ${failure}`));
    }
    for (const failure of total.failures) {
        console.log(`\nFailed in ${failure}`);
    }
    const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : "";
    console.log(`\n${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
    return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

void main()
    .then((code) => (process.exitCode = code))
    .finally(() => fs.rmSync(scratch, { recursive: true, force: true }));
