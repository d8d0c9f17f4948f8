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

    it("are not written of errors that say nothing, during the run and after it, unless leaks are sought", async () => {
        const silent = async () => {
            const during = await withPlainStacks(() => Promise.resolve(new Error().stack));
            return [during, new Error().stack];
        };
        assert.deepEqual(await silent(), ["", ""]);
        process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
        try {
            const [during = "", after] = await silent();
            assert.match(during, /^Error\n +at /);
            assert.equal(after, "mapped");
        } finally {
            delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
        }
    });

    it("are written by the same after every run", async () => {
        const afterRun = async () => {
            await withPlainStacks(() => Promise.resolve());
            return errors.prepareStackTrace;
        };
        assert.equal(await afterRun(), await afterRun());
    });

    it("are plain after a run where nothing else wrote them", async () => {
        delete errors.prepareStackTrace;
        await withPlainStacks(() => Promise.resolve());
        assert.match(new Error("after").stack!, /^Error: after\n +at /);
    });

    it("are taken through source maps again when the program has failed, its error's among them", async () => {
        const failed = await withPlainStacks(() => Promise.reject(new Error("failed"))).catch(
            (error: unknown) => error as Error,
        );
        assert.equal(failed.stack, "mapped");
    });
});
