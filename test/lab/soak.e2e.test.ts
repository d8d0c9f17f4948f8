import { strict as assert } from "assert";
import { soakInLab } from "../../local/soak";
import { isSound, soakTables } from "../../local/soak/report";
import { TestLab } from "./support/lab";

describe("a soak of the pool path, in the lab", function () {
    this.timeout(60 * 60_000);
    // Beside other suites the machine can be so short of time that a request, or a probe, is late by that alone.
    this.retries(1);

    before(async function () {
        await TestLab.skipWherePipIsMissing(this);
    });

    it("leaves nothing broken and no failed request without a reason in 90 seconds", async () => {
        const said: string[] = [];
        const result = await soakInLab({ seconds: 90, seed: 7, report: (line) => said.push(line) });
        assert.ok(isSound(result), [...said, soakTables(result)].join("\n"));
        // How many there are in that time hangs on the machine.
        assert.ok(result.faults.length > 0, said.join("\n"));
    });
});
