import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { CliMachine } from "../support/cli/machine";
import { type Program, type ProgramName, writePrograms } from "./preview/programs";
import { preview } from "./preview/runs";

describe("the programs that the bench compares", function () {
    let machine: CliMachine;
    let programs: Record<ProgramName, Program>;

    before(async function () {
        this.timeout(45 * 60_000);
        machine = await CliMachine.start();
        programs = await writePrograms(machine);
    });
    after(() => machine.stop());

    const run = (name: ProgramName) => preview(programs[name], machine.env);
    const objects = (folder: string) =>
        fs.readFileSync(path.join(folder, "manifests.yaml"), "utf8").split("---\n").length;

    it("preview what they say", () => {
        assert.equal(run("empty").resources, 1);
        assert.equal(run("quickEmpty").resources, 1);
        assert.equal(run("provider").resources, 2);
        // The stack, the provider and the ConfigFile are resources, too.
        const { folder } = programs.configFile;
        assert.equal(run("configFile").resources, objects(folder) + 3);
    });

    it("tell what a program and a pack did when", () => {
        const { program, pack, total } = run("pack");
        assert.ok(0 < program.started && program.started < program.loaded && program.loaded < program.ended);
        assert.ok(program.ended < total);
        assert.ok(program.sdk > 0 && program.compile > 0);
        assert.ok(program.sdk + program.compile < program.loaded - program.started);
        assert.ok(pack !== undefined && 0 < pack.started && pack.started < pack.loaded && pack.compile > 0);
    });

    it("check types at each start only where they say so", () => {
        for (const file of ["components/contract.ts", "objects/json.ts"]) {
            for (const { folder } of [programs.project, programs.checked]) {
                fs.appendFileSync(path.join(folder, file), '\nexport const wrong: number = "text";\n');
            }
        }
        run("pack");
        assert.throws(() => run("checked"), /contract\.ts.*TS2322/s);
        assert.throws(() => run("checkedPack"), /json\.ts.*TS2322/s);
    });
});
