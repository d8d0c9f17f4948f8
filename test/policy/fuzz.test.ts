import { strict as assert } from "assert";
import { fuzzRules } from "./fuzz/campaign";

/** How long, in milliseconds of the processor's time; `npm run policy:fuzz` takes three minutes. */
const time = 12_000;

describe("the rules, on hostile objects", () => {
    it("neither throw, nor fail, nor hang, nor say what a terminal obeys", () => {
        const { programs, findings } = fuzzRules(time);
        assert.ok(programs >= 10 && findings >= programs, `${String(programs)} programs`);
    });
});
