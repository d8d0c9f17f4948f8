import { strict as assert } from "assert";
import type { MeasuredRound } from "../../../commands/compare/compare";
import { comparisonOf } from "../../../commands/compare/comparison";
import { hitRateOf, rateOf, unevennessOf } from "../../../commands/compare/measures";
import type { Sample } from "../../../commands/compare/send";
import { keeps, parseSlo, sloText } from "../../../commands/compare/slo";
import { kneeOf } from "../../../commands/compare/sweep";

const sample = (ttftMs: number, tpotMs?: number): Sample => ({
    ttftMs,
    e2eMs: ttftMs + 3 * (tpotMs ?? 0),
    tokens: tpotMs === undefined ? 1 : 4,
    gapsMs: tpotMs === undefined ? [] : [tpotMs, tpotMs, tpotMs],
    tpotMs,
});

function round(samples: Sample[], counted?: MeasuredRound["counted"]): MeasuredRound {
    return { samples, seconds: 2, statuses: {}, failures: {}, pods: { a: samples.length }, counted };
}

describe("compare: figures", () => {
    it("counts answers, tokens and goodput per second", () => {
        const slo = parseSlo("ttft=0.2s,tpot=20ms");
        assert.deepEqual(slo, { ttft: 200, tpot: 20 });
        assert.equal(sloText(slo), "ttft=200ms,tpot=20ms");
        const measured = round([sample(100, 10), sample(300, 10), sample(100, 30), sample(200)]);
        assert.equal(rateOf(measured, "throughput", slo), 2);
        assert.equal(rateOf(measured, "tokens", slo), 6.5);
        assert.equal(rateOf(measured, "goodput", slo), 1);
        assert.equal(rateOf(measured, "goodput", undefined), undefined);
        assert.ok(!keeps({ e2e: 129 }, sample(100, 10)) && keeps({ e2e: 130 }, sample(100, 10)));
    });

    it("tells hit rate and spread", () => {
        assert.equal(hitRateOf(round([], { queried: 200, hit: 50, queue: [] })), 0.25);
        assert.equal(hitRateOf(round([], { queried: 0, hit: 0, queue: [] })), undefined);
        assert.equal(unevennessOf({ a: 10, b: 10 }, 2), 1);
        assert.equal(unevennessOf({ a: 20 }, 4), 4);
        assert.equal(unevennessOf({}, 4), undefined);
    });

    it("estimates what the rounds have, and leaves out what they have not", () => {
        const target = { label: "path", url: "http://127.0.0.1", headers: {} };
        const of = (ttft: number) => [round([sample(ttft)]), round([sample(ttft)])];
        const { paths, ratio, addedMs } = comparisonOf(
            { direct: target, gateway: target },
            { direct: of(100), gateway: of(50) },
            { pods: 2 },
        );
        assert.deepEqual(paths.direct.timings.ttft!.p50, { value: 100, low: 100, high: 100 });
        assert.ok(Math.abs(ratio.timings.ttft!.p50.value - 0.5) < 1e-9);
        assert.equal(addedMs.ttft.p50!.value, -50);
        assert.deepEqual(Object.keys(paths.direct.timings), ["ttft", "e2e"]);
        assert.deepEqual(Object.keys(paths.direct.rates), ["throughput", "tokens"]);
        assert.equal(paths.direct.hitRate, undefined);
        assert.equal(paths.gateway.unevenness!.value, 2);
    });

    it("finds the knee before the first rate that is past it", () => {
        const points = [false, false, true].map((past, index) => ({
            rate: 2 ** index,
            past: { direct: past, gateway: false },
        }));
        assert.equal(kneeOf(points, "direct"), 2);
        assert.equal(kneeOf(points, "gateway"), null);
    });
});
