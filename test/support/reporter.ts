import * as fs from "fs";
import * as Mocha from "mocha";

/** Mocha's spec reporter, which also leaves its counts in the file that `TEST_COUNTS` names, for `test/run.ts`. */
class CountingReporter extends Mocha.reporters.Spec {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
        super(runner, options);
        runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures, pending } = this.stats;
            if (process.env.TEST_COUNTS !== undefined) {
                fs.writeFileSync(
                    process.env.TEST_COUNTS,
                    JSON.stringify({ passed: passes, failed: failures, skipped: pending }),
                );
            }
        });
    }
}

export = CountingReporter;
