import { strict as assert } from "assert";
import { requestIdsWithin } from "../../components/requestShare";

/** As many ids as there are endings of three digits, each once. */
const ids = Array.from(
    { length: 4096 },
    (_, ending) => `3f2a9c1e-58d7-4b06-9e41-7a0c5d2e1${ending.toString(16).padStart(3, "0")}`,
);

/** RE2 and JavaScript read these patterns alike. */
function idsOf(from: number, to: number): string[] {
    const pattern = new RegExp(`^(?:${requestIdsWithin(from, to)})$`);
    return ids.filter((id) => pattern.test(id));
}

describe("the request ids of a part of all requests", () => {
    for (const percent of [1, 3, 10, 25, 33, 50, 99]) {
        it(`are ${String(percent)} percent of all`, () => {
            assert.equal(idsOf(0, percent).length, Math.round((percent * 4096) / 100));
        });
    }

    it("are all of them for the whole, also those of clients that are no UUIDs", () => {
        assert.ok(new RegExp(`^(?:${requestIdsWithin(0, 100)})$`).test("my own"));
    });

    it("are in one part only, and in one of them, whatever the parts", () => {
        const bounds = [0, 1, 8, 50, 51, 93, 100];
        const parts = bounds.slice(1).flatMap((to, index) => idsOf(bounds[index]!, to));
        assert.deepEqual(parts.sort(), [...ids].sort());
    });

    it("stay in their part while it grows", () => {
        const grown = new Set(idsOf(0, 30));
        assert.ok(idsOf(0, 10).every((id) => grown.has(id)));
    });
});
