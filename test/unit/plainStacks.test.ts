import { strict as assert } from "assert";
import { withPlainStacks } from "../../components/plainStacks";

describe("stacks while a program runs", () => {
    const errors: { prepareStackTrace?: unknown } = Error;
    const { prepareStackTrace } = errors;
    beforeEach(() => (errors.prepareStackTrace = () => "mapped"));
    afterEach(() => (errors.prepareStackTrace = prepareStackTrace));

    it("are not taken through source maps, and an error's is when it is first shown after the run", async () => {
        let during = "";
        const later = await withPlainStacks(async () => {
            during = new Error("during").stack!;
            await Promise.resolve();
            return new Error("later");
        });
        assert.match(during, /^Error: during\n +at /);
        assert.equal(later.stack, "mapped");
    });

    it("are not written of errors that say nothing, unless leaks are sought", async () => {
        const silent = () => withPlainStacks(() => Promise.resolve(new Error().stack));
        assert.equal(await silent(), "");
        process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
        try {
            assert.match((await silent())!, /^Error\n +at /);
        } finally {
            delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
        }
    });

    it("are taken through source maps again when the program has failed, its error's among them", async () => {
        const failed = await withPlainStacks(() => Promise.reject(new Error("failed"))).catch(
            (error: unknown) => error as Error,
        );
        assert.equal(failed.stack, "mapped");
    });
});
