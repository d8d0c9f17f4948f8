import * as os from "os";
import { summary } from "./support/outcome";
import { runSteps, type Step } from "./support/steps";

/**
 * Runs every gate and suite, whatever the others give, and closes with where the time went, with what failed, again, for
 * logs of which only the end is kept, and with one line that counts them all. A gate counts as one test. Suites that
 * are named as arguments are run alone: `npm test -- unit lint`, or `check` for those that need no server.
 * Interrupted, it ends the servers that tests started.
 */

/** They need no server and share no state: those that take long first. */
const checks: Record<string, Step> = {
    // Without ESLint's cache, which does not see that the types change which a file takes from others.
    lint: { gate: ["eslint", "--max-warnings=0", "."] },
    commands: { mocha: ["test/commands/**/*.test.ts", "--ignore", "test/commands/judge/**"] },
    judge: { mocha: ["test/commands/judge/**/*.test.ts", "test/judge/**/*.test.ts"] },
    unit: { mocha: ["test/unit/**/*.test.ts", "test/config/**/*.test.ts"] },
    library: { mocha: ["test/library/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
    types: {
        gate: ["tsc", "--noEmit", "-p", ".", "--incremental", "--tsBuildInfoFile", cache("types.json")],
    },
    "api-docs": { gate: ["typedoc", "--options", "docs/typedoc.json", "--emit", "none"] },
    policy: { mocha: ["test/policy/**/*.test.ts", "--ignore", "**/mutate.test.ts"] },
    format: {
        gate: [
            ...["prettier", "--check", "--log-level=warn"],
            ...["--cache", "--cache-strategy=content", `--cache-location=${cache("format")}`, "."],
        ],
    },
    docs: { gate: ["ts-node", "-P", "tsconfig.run.json", "docs/generate.ts", "--check"] },
    workflows: { mocha: ["test/workflows/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
};

/** The one suite without a server that takes minutes, and is therefore none of the {@link checks}. */
const mutations: Record<string, Step> = { "policy-mutations": { mocha: ["test/policy/mutate.test.ts"] } };

/** They wait more than they compute, each for servers of its own. */
const servers: Record<string, Step> = {
    e2e: {
        mocha: [
            "test/e2e/**/*.e2e.test.ts",
            "test/bench/**/*.e2e.test.ts",
            "test/library/**/*.e2e.test.ts",
            "test/workflows/**/*.e2e.test.ts",
        ],
    },
    lab: { mocha: ["test/lab/**/*.e2e.test.ts"] },
    "local-e2e": { mocha: ["test/local/**/*.e2e.test.ts"] },
    local: { mocha: ["test/local/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
};

/** A tool's memory of what it has found right, by contents: see docs/performance.md. */
function cache(name: string): string {
    return `node_modules/.cache/llm-d-inference/${name}`;
}

async function main(): Promise<number> {
    const given = process.argv.slice(2);
    const wanted = new Set(given.flatMap((name) => (name === "check" ? Object.keys(checks) : [name])));
    const allowed = [checks, mutations, servers].flatMap((steps) => Object.keys(steps));
    const unknown = [...wanted].filter((name) => !allowed.includes(name));
    if (unknown.length > 0) {
        console.error(`Unknown suite ${unknown.join(", ")}; allowed: ${["check", ...allowed].join(", ")}.`);
        return 2;
    }
    const chosen = (steps: Record<string, Step>) =>
        Object.fromEntries(Object.entries(steps).filter(([name]) => wanted.size === 0 || wanted.has(name)));
    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(signal, () => interruption.abort());
    }
    const pools = [
        { steps: chosen(servers), lanes: 2 },
        // They take what time the servers' suites leave while they wait.
        { steps: chosen({ ...mutations, ...checks }), lanes: os.availableParallelism(), niceness: 10 },
    ];
    const outcomes = await runSteps(pools, interruption.signal);
    if (interruption.signal.aborted) {
        console.log("\nInterrupted; everything that the tests started has ended.");
        return 130;
    }
    console.log(summary(outcomes));
    const count = (of: "passed" | "failed") => outcomes.reduce((total, outcome) => total + outcome[of], 0);
    return count("failed") === 0 && count("passed") > 0 ? 0 : 1;
}

void main().then((code) => (process.exitCode = code));
