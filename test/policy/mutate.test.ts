import { strict as assert } from "assert";
import { modes } from "../support/modes";
import { runCampaign } from "./mutate/campaign";
import { Pack } from "./support/pack";

/** The least number of mutations of a mode, so that a generator that makes nothing does not go unseen. */
const least = (mode: string) =>
    mode === "scoring-precise" ? { broken: 9, harmless: 2 } : { broken: 120, harmless: 40 };

describe("the pack, against mutations of every mode", () => {
    let pack: Pack;

    before(async () => {
        pack = await Pack.start();
    });
    after(() => pack.stop());

    for (const mode of Object.keys(modes)) {
        it(`catches every one of ${mode} that breaks something, and minds none of the others`, async function () {
            // Hundreds of programs, each judged over gRPC.
            this.timeout(60 * 60_000);
            const { broken, harmless } = await runCampaign(pack, [mode]);
            const { broken: breaking, harmless: sparing } = least(mode);
            assert.ok(broken.length >= breaking && harmless.length >= sparing);
            for (const outcomes of [broken, harmless]) {
                assert.deepEqual(
                    outcomes.filter(({ passed }) => !passed),
                    [],
                );
            }
        });
    }
});
