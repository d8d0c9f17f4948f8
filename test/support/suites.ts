import type { Step } from "./steps";

/** They need no server and share no state: those that take long first. */
export const checks: Record<string, Step> = {
    lint: { program: ["test/lint/main.ts", cache("lint.json")] },
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
    docs: { program: ["docs/generate.ts", "--check"] },
    workflows: { mocha: ["test/workflows/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
};

/** The one suite without a server that takes minutes, and is therefore none of the {@link checks}. */
export const mutations: Record<string, Step> = {
    "policy-mutations": { mocha: ["test/policy/mutate.test.ts"] },
};

/** They wait more than they compute, each for servers of its own. */
export const servers: Record<string, Step> = {
    e2e: { mocha: ["test/e2e/**/*.e2e.test.ts"] },
    lab: { mocha: ["test/lab/**/*.e2e.test.ts"] },
    "library-e2e": { mocha: ["test/library/**/*.e2e.test.ts"] },
    "local-e2e": { mocha: ["test/local/**/*.e2e.test.ts"] },
    "workflows-e2e": { mocha: ["test/workflows/**/*.e2e.test.ts"] },
    "bench-e2e": { mocha: ["test/bench/**/*.e2e.test.ts"] },
    local: { mocha: ["test/local/**/*.test.ts", "--ignore", "**/*.e2e.test.ts"] },
};

/** A tool's memory of what it has found right, by contents: see docs/performance.md. */
function cache(name: string): string {
    return `node_modules/.cache/llm-d-inference/${name}`;
}
