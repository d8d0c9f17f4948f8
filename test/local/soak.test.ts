import { strict as assert } from "assert";
import type { Fault } from "../../local/soak/faults";
import { explain, targetsOf } from "../../local/soak/faults";
import { MemorySeries } from "../../local/soak/memory";

describe("the reasons of a soak's failed requests", () => {
    const places = {
        ...{ scheduler: "scheduler", simulator: "sim", istio: "istio-system" },
        ...{ decode: "role=decode", epp: "app=epp", gateway: "gateway=one" },
    };
    const faultOf = (name: string, at: number, recoveredAt?: number): Fault => ({
        target: targetsOf(places).find((target) => target.name === name)!,
        at,
        recoveredAt,
    });
    const noLeader = { sentAt: 1_500, endedAt: 1_600, answer: "500: " };

    it("are those of the fault that they fall into", () => {
        assert.match(explain(noLeader, [faultOf("EPP leader", 1_000, 9_000)]) ?? "", /FailClose/);
        assert.match(explain(noLeader, [faultOf("API server", 1_000, 9_000)]) ?? "", /FailClose/);
        const noPods = {
            ...noLeader,
            answer: "503: inference gateway: ServiceUnavailable - failed to find candidate pods for serving the request",
        };
        assert.match(explain(noPods, [faultOf("EPP leader", 1_000, 9_000)]) ?? "", /does not lead/);
        assert.equal(explain(noPods, [faultOf("decode pod", 1_000, 9_000)]), undefined);
        const refused = { ...noLeader, answer: "no answer: ECONNREFUSED" };
        assert.match(explain(refused, [faultOf("Envoy", 1_000)]) ?? "", /Envoy/);
    });

    it("are none of a fault before or after, nor of one that cannot do that", () => {
        assert.equal(explain(noLeader, [faultOf("EPP leader", 100, 1_400)]), undefined);
        assert.equal(explain(noLeader, [faultOf("EPP leader", 1_700, 9_000)]), undefined);
        assert.equal(explain(noLeader, [faultOf("istiod", 1_000, 9_000)]), undefined);
        assert.equal(explain(noLeader, [faultOf("decode pod", 1_000, 9_000)]), undefined);
    });
});

describe("memory in a soak", () => {
    const mebibytes = 2 ** 20;

    function seriesOf(sizes: number[]): MemorySeries {
        const series = new MemorySeries();
        sizes.forEach((size) => series.add(size * mebibytes));
        return series;
    }

    it("is flat where it grows only while everything starts", () => {
        const { isFlat, early, late, most } = seriesOf([50, 120, 200, 210, 205, 190, 210, 208]).summary();
        assert.ok(isFlat);
        assert.deepEqual([early, late, most], [210 * mebibytes, 210 * mebibytes, 210 * mebibytes]);
    });

    it("grows where it goes on", () => {
        assert.ok(!seriesOf([50, 100, 150, 200, 250, 300, 350, 400]).summary().isFlat);
    });
});
