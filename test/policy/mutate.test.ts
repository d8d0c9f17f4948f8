import { strict as assert } from "assert";
import { runCampaign } from "./mutate/campaign";
import { Pack } from "./support/pack";

/** The least number of mutations, so that a generator that makes nothing does not go unseen. */
const least = { broken: 120, harmless: 40 };

describe("the pack, against mutations of every mode", () => {
    it("catches every one that breaks something, and minds none of the others", async function () {
        // About a thousand programs, each judged over gRPC.
        this.timeout(80 * 60_000);
        const pack = await Pack.start();
        try {
            const { broken, harmless } = await runCampaign(pack);
            assert.ok(broken.length >= least.broken && harmless.length >= least.harmless);
            for (const outcomes of [broken, harmless]) {
                assert.deepEqual(
                    outcomes.filter(({ passed }) => !passed),
                    [],
                );
            }
        } finally {
            pack.stop();
        }
    });
});
