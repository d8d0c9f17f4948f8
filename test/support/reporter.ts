import * as fs from "fs";
import * as Mocha from "mocha";
import type { Outcome } from "./outcome";

/** How long a suite may go on after its end, in milliseconds: a server that it forgot would keep it for ever. */
const patience = 60_000;

/**
 * Mocha's spec reporter, which also leaves what the suite came to in the file that `TEST_OUTCOME` names, for
 * `test/run.ts`.
 */
class OutcomeReporter extends Mocha.reporters.Spec {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
        super(runner, options);
        const failures: string[] = [];
        const tests: Outcome["tests"] = [];
        const titleOf = (test: Mocha.Test) => test.titlePath().join(" > ");
        runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: Error) => {
            failures.push(`${titleOf(test)}\n${error.stack ?? error.message}`);
        });
        runner.on(Mocha.Runner.constants.EVENT_TEST_END, (test) => {
            tests.push({ title: titleOf(test), milliseconds: test.duration ?? 0 });
        });
        runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures: failed, pending } = this.stats;
            if (process.env.TEST_OUTCOME !== undefined) {
                const outcome: Outcome = { passed: passes, failed, skipped: pending, failures, tests };
                fs.writeFileSync(process.env.TEST_OUTCOME, JSON.stringify(outcome));
                setTimeout(() => {
                    console.error("The suite left something open, and does not end by itself.");
                    process.exit(1);
                }, patience).unref();
            }
        });
    }
}

export = OutcomeReporter;
