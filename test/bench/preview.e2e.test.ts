import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../../local/controlplane";
import { ensureToolchain } from "../../local/toolchain";
import { cliEnvironment } from "../support/cli/environment";
import { environment, type Program, type ProgramName, writePrograms } from "./preview/programs";
import { preview } from "./preview/runs";

describe("the programs that the bench compares", function () {
    this.timeout(120_000);
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-bench-test-"));
    const stateDir = path.join(home, "control-plane");
    let env: NodeJS.ProcessEnv;
    let programs: Record<ProgramName, Program>;

    before(async function () {
        this.timeout(45 * 60_000);
        const report = () => undefined;
        const toolchain = await ensureToolchain(report);
        const { kubeconfig } = await startControlPlane({ toolchain, stateDir, report });
        env = { ...cliEnvironment(home, toolchain.pulumi), KUBECONFIG: kubeconfig };
        programs = await writePrograms(path.join(home, "programs"));
        for (const folder of new Set(Object.values(programs).map((program) => program.folder))) {
            spawnSync("pulumi", ["stack", "init", environment], { cwd: folder, env, stdio: "ignore" });
        }
    });
    after(async () => {
        await stopControlPlane(stateDir);
        fs.rmSync(home, { recursive: true, force: true });
    });

    const objects = (folder: string) =>
        fs.readFileSync(path.join(folder, "manifests.yaml"), "utf8").split("---\n").length;

    it("preview what they say", () => {
        assert.equal(preview(programs.empty, env).resources, 1);
        assert.equal(preview(programs.quickEmpty, env).resources, 1);
        assert.equal(preview(programs.provider, env).resources, 2);
        // The stack, the provider and the ConfigFile are resources, too.
        const { folder } = programs.configFile;
        assert.equal(preview(programs.configFile, env).resources, objects(folder) + 3);
    });

    it("tell what a program and a pack did when", () => {
        const { program, pack, total } = preview(programs.pack, env);
        assert.ok(0 < program.started && program.started < program.loaded && program.loaded < program.ended);
        assert.ok(program.ended < total);
        assert.ok(program.sdk > 0 && program.compile > 0);
        assert.ok(program.sdk + program.compile < program.loaded - program.started);
        assert.ok(pack !== undefined && 0 < pack.started && pack.started < pack.loaded && pack.compile > 0);
    });

    it("check types at each start only where they say so", () => {
        for (const file of ["components/contract.ts", "policy/framework/json.ts"]) {
            for (const { folder } of [programs.project, programs.checked]) {
                fs.appendFileSync(path.join(folder, file), '\nexport const wrong: number = "text";\n');
            }
        }
        preview(programs.pack, env);
        assert.throws(() => preview(programs.checked, env), /contract\.ts.*TS2322/s);
        assert.throws(() => preview(programs.checkedPack, env), /json\.ts.*TS2322/s);
    });
});
