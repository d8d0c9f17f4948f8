import { strict as assert } from "assert";
import { programs, type ProgramName } from "../bench/preview/programs";
import { renderReport, type Rounds } from "../bench/preview/report";
import type { Run } from "../bench/preview/runs";

describe("the bench's report", () => {
    /** Previews that take so many times as long as the first program's, whatever else slows a round down. */
    function runs(times: number, pack?: Run["pack"]): Run[] {
        return [1000, 4000, 2000].map((base) => ({
            total: base * times,
            resources: 7,
            program: { started: 100, loaded: 400, ended: 900, sdk: 50, compile: 200 },
            pack,
        }));
    }

    const rounds = Object.fromEntries(
        (Object.keys(programs) as ProgramName[]).map((name) => [name, runs(1)]),
    ) as Rounds;
    rounds.project = runs(2);
    rounds.emptyPack = runs(3);
    rounds.pack = runs(5, { started: 300, loaded: 500, sdk: 0, compile: 0 });
    const lines = renderReport(rounds).split("\n");
    const row = (name: ProgramName) =>
        lines
            .find((line) => line.startsWith(`| ${programs[name]} |`))!
            .split("|")
            .slice(2, -1)
            .map((cell) => cell.trim());

    it("has medians, and ratios that are paired by round", () => {
        const phases = ["0.10 s", "0.30 s", "0.05 s", "0.20 s", "0.50 s"];
        assert.deepEqual(row("empty"), ["7", "2.00 s", "", ...phases, "", ""]);
        assert.deepEqual(row("project"), ["7", "4.00 s", "2.00 (2.00 to 2.00)", ...phases, "", ""]);
        assert.deepEqual(row("pack").slice(-2), ["0.30 s", "0.20 s"]);
    });

    it("says what the packs cost", () => {
        assert.match(lines.at(-1)!, / 2\.50 \(2\.50 to 2\.50\) times .* 1\.50 \(1\.50 to 1\.50\) times\.$/);
    });
});
