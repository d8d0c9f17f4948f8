import * as os from "os";
import { summary } from "./support/outcome";
import { runSteps, type Step } from "./support/steps";
import { checks, mutations, servers } from "./support/suites";

/**
 * Runs every gate and suite, whatever the others give, and closes with where the time went, with what failed, again, for
 * logs of which only the end is kept, and with one line that counts them all. A gate counts as one test. Suites that
 * are named as arguments are run alone: `npm test -- unit lint`, or `check` for those that need no server.
 * Interrupted, it ends the servers that tests started.
 */

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
