import { strict as assert } from "assert";
import { poll } from "../../commands/shared/poll";

/** How long something may take on a busy machine, in milliseconds; below Mocha's limit, so that the error names it. */
export const patience = 300_000;

/**
 * Waits until `test` holds.
 *
 * @param what what is waited for, for the error when it does not come.
 */
export async function eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    const happened = await poll(test, Boolean, { every: 100, atMost: patience });
    assert.ok(happened, `${what}: not within ${patience / 1000} s`);
}
