import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/**
 * Runs every gate and suite, one after another, whatever the one before gave, and closes with what failed, again, for
 * logs of which only the end is kept, and with one line that counts them all. A gate counts as one test. Suites that
 * are named as arguments are run alone: `npm test -- unit lint`.
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
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-test-"));

/** Runs a locally installed tool and says whether it succeeded. */
function run(command: string[], env: NodeJS.ProcessEnv = {}): boolean {
    const [tool, ...args] = command;
    const { status } = spawnSync(path.join(projectRoot, "node_modules/.bin", tool!), args, {
        cwd: projectRoot,
        stdio: "inherit",
        env: { ...process.env, ...env },
    });
    return status === 0;
}

function runMocha(name: string, args: string[]): Counts {
    const file = path.join(scratch, `${name}.json`);
    const succeeded = run(["mocha", "--reporter", "test/support/reporter.ts", ...args], {
        TEST_COUNTS: file,
    });
    // A suite that dies before its end has no counts, and must not pass for a suite without tests.
    const counts: Counts = fs.existsSync(file)
        ? (JSON.parse(fs.readFileSync(file, "utf8")) as Counts)
        : { passed: 0, failed: 1, skipped: 0, failures: ["died before its end"] };
    return succeeded || counts.failed > 0
        ? counts
        : { ...counts, failed: 1, failures: ["failed, though none of its tests did"] };
}

function runStep(name: string, step: Step): Counts {
    if ("mocha" in step) {
        return runMocha(name, step.mocha);
    }
    return run(step.gate)
        ? { passed: 1, failed: 0, skipped: 0, failures: [] }
        : { passed: 0, failed: 1, skipped: 0, failures: [step.gate.join(" ")] };
}

function main(): number {
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
        const counts = runStep(name, step);
        const seconds = ((Date.now() - started) / 1000).toFixed(0);
        console.log(
            `== ${name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed in ${seconds} s`,
        );
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
        total.failures.push(...counts.failures.map((failure) => `${name}: ${failure}`));
    }
    for (const failure of total.failures) {
        console.log(`\nFailed in ${failure}`);
    }
    const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : "";
    console.log(`\n${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
    return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

try {
    process.exitCode = main();
} finally {
    fs.rmSync(scratch, { recursive: true, force: true });
}
