import { strict as assert } from "assert";
import { setTimeout as sleep } from "timers/promises";

/** How long something may take on a busy machine, in milliseconds; below Mocha's limit, so that the error names it. */
const patience = 50_000;

/**
 * Waits until `test` holds.
 *
 * @param what what is waited for, for the error when it does not come.
 */
export async function eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + patience; !(await test()); await sleep(100)) {
        assert.ok(Date.now() < deadline, `${what}: not within ${patience / 1000} s`);
    }
}
