import * as fs from "fs";
import * as Mocha from "mocha";

/**
 * Mocha's spec reporter, which also leaves its counts and the failures in the file that `TEST_COUNTS` names, for
 * `test/run.ts`.
 */
class CountingReporter extends Mocha.reporters.Spec {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
        super(runner, options);
        const failures: string[] = [];
        runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: Error) => {
            failures.push(`${test.titlePath().join(" > ")}\n${error.stack ?? error.message}`);
        });
        runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures: failed, pending } = this.stats;
            if (process.env.TEST_COUNTS !== undefined) {
                fs.writeFileSync(
                    process.env.TEST_COUNTS,
                    JSON.stringify({ passed: passes, failed, skipped: pending, failures }),
                );
            }
        });
    }
}

export = CountingReporter;
