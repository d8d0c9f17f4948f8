import { strict as assert } from "assert";
import { randomOf } from "../../../commands/compare/random";
import { interleave } from "../../../commands/compare/schedule";
import { pairedDifference, pairedRatio, summarize, tQuantile } from "../../../commands/compare/statistics";

function near(actual: number, expected: number, tolerance = 1e-3): void {
    assert.ok(Math.abs(actual - expected) <= tolerance, `${String(actual)} is not about ${String(expected)}`);
}

describe("compare: statistics", () => {
    it("summarizes latencies by their percentiles, in whatever order they come", () => {
        const latencies = Array.from({ length: 100 }, (_, index) => 100 - index);
        const summary = summarize(latencies);
        assert.equal(summary.mean, 50.5);
        assert.equal(summary.p50, 50.5);
        assert.equal(summary.max, 100);
        assert.ok(summary.p90 < summary.p99 && summary.p90 >= 90);
        assert.throws(() => summarize([]), RangeError);
    });

    it("has the interval of a textbook", () => {
        // Differences 1, 2, 3, 4, 5: mean 3, standard deviation 1.5811, t(4) = 2.776.
        const pairs = [1, 2, 3, 4, 5].map((difference) => [10, 10 + difference] as const);
        const { value, low, high } = pairedDifference(pairs);
        assert.equal(value, 3);
        near(low, 3 - (2.776 * 1.5811) / Math.sqrt(5));
        near(high, 3 + (2.776 * 1.5811) / Math.sqrt(5));
    });

    it("takes out of a ratio what the rounds of a pair have in common", () => {
        // The machine is up to ten times as slow in some pairs, and the second path always a tenth slower.
        const { value, low, high } = pairedRatio([
            [10, 11],
            [100, 110],
            [37, 40.7],
        ]);
        near(value, 1.1);
        near(low, 1.1);
        near(high, 1.1);
    });

    it("has no ratio of one pair", () => {
        assert.throws(() => pairedRatio([[1, 2]]), RangeError);
    });

    it("knows Student's t beyond its table", () => {
        near(tQuantile(30), 2.042);
        near(tQuantile(60), 2.0003);
        near(tQuantile(1_000_000), 1.96);
    });
});

describe("compare: rounds", () => {
    it("begins half of the pairs with each path, in an order that the seed decides", () => {
        const pairs = interleave(10, randomOf(7));
        assert.equal(pairs.filter(([first]) => first === "gateway").length, 5);
        assert.ok(pairs.every(([first, second]) => first !== second));
        assert.deepEqual(interleave(10, randomOf(7)), pairs);
        assert.notDeepEqual(interleave(10, randomOf(8)), pairs);
    });
});
