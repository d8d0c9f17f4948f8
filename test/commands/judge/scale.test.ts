import { strict as assert } from "assert";
import { run, writeManifests } from "../../bench/judge/runs";
import { temporaryFolder } from "../../local/temporary";

/** CPU time of 5,000 objects over that of 1,000: their own is linear, and the start is in both. */
const mostGrowth = 6;

describe("what judge takes", () => {
    const folder = temporaryFolder();

    it("is no more than in proportion to what it judges", async function () {
        const thousand = await run(writeManifests(folder(), 1_000));
        const five = await run(writeManifests(folder(), 5_000));
        const growth = five.cpu / thousand.cpu;
        assert.ok(growth <= mostGrowth, `${five.cpu.toFixed(1)} s against ${thousand.cpu.toFixed(1)} s`);
    });

    it("is little to start, as it loads what it needs alone", async function () {
        const { loaded } = await run(writeManifests(folder(), 1));
        const others = loaded.filter((name) =>
            /^@pulumi\/|^@kubernetes\/|^(?:ajv|execa|node-sarif-builder|junit-report-builder|ts-node|typescript)$/.test(
                name,
            ),
        );
        assert.ok(loaded.includes("yaml"), loaded.join(", "));
        assert.deepEqual(others, []);
    });
});
