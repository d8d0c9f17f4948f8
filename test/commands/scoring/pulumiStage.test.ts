import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { parse } from "yaml";
import { PulumiStage } from "../../../commands/scoring/pulumiStage";

/** A CLI that notes what it is asked, and writes its config into the settings file, as the real one does. */
const fakeCli = (folder: string) => `#!/bin/sh
echo "$@" >> ${folder}/asked
case "$1" in
up|preview) echo "# changed" >> ${folder}/Pulumi.test.yaml; exit $(cat ${folder}/exit) ;;
stack) cat ${folder}/outputs.json ;;
esac
`;

describe("scoring: a stack on a cluster", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-stage-"));
    const file = path.join(folder, "Pulumi.test.yaml");
    const { PATH } = process.env;

    before(() => {
        const golden = parse(fs.readFileSync("test/golden/scoring.yaml", "utf8")) as { outputs: unknown };
        fs.writeFileSync(path.join(folder, "outputs.json"), JSON.stringify(golden.outputs));
        fs.writeFileSync(path.join(folder, "pulumi"), fakeCli(folder), { mode: 0o755 });
        fs.writeFileSync(path.join(folder, "exit"), "0");
        process.env.PATH = `${folder}${path.delimiter}${PATH ?? ""}`;
    });
    beforeEach(() => {
        fs.writeFileSync(file, "config: {}\n");
        fs.writeFileSync(path.join(folder, "asked"), "");
    });
    after(() => {
        process.env.PATH = PATH;
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const said: string[] = [];
    const stage = () =>
        new PulumiStage({
            root: folder,
            stack: "test",
            gatewayUrl: "http://127.0.0.1:1",
            directUrl: "http://127.0.0.1:2",
            signal: new AbortController().signal,
            progress: (line) => said.push(line),
        });

    it("is deployed with each deployment's settings alone, and its file is put back", async () => {
        const tested = stage();
        const { deployment, bases } = await tested.deploy({
            "epp.plugins": "load-aware",
            "replicas.decode": 1,
        });
        assert.equal(deployment.mode, "scoring");
        assert.deepEqual(tested.callWith(["--seed", "7"]), ["npm", "run", "scoring", "--", "--seed", "7"]);
        assert.deepEqual(bases, { gateway: "http://127.0.0.1:1", direct: "http://127.0.0.1:2" });
        await tested.deploy({ "epp.plugins": "default" });
        assert.equal(fs.readFileSync(file, "utf8"), "config: {}\n# changed\n");
        await tested.restore();
        const ups = fs
            .readFileSync(path.join(folder, "asked"), "utf8")
            .split("\n")
            .filter((line) => line.startsWith("up "));
        assert.deepEqual(
            ups.map((line) => line.replace(/^.*--stack test ?/, "")),
            [
                "--config-path --config llm-d-inference:epp.plugins=load-aware --config llm-d-inference:replicas.decode=1",
                "--config-path --config llm-d-inference:epp.plugins=default",
                "",
            ],
        );
        assert.ok(ups.every((line) => line.includes("--yes") && line.includes("--non-interactive")));
        assert.equal(fs.readFileSync(file, "utf8"), "config: {}\n");
    });

    it("is previewed with settings over its own, and its file is put back", async () => {
        await stage().check({ "epp.plugins": "load-aware" });
        assert.equal(fs.readFileSync(file, "utf8"), "config: {}\n");
        const asked = fs.readFileSync(path.join(folder, "asked"), "utf8");
        assert.match(
            asked,
            /^preview --non-interactive .*--config llm-d-inference:epp\.plugins=load-aware\n$/,
        );
    });

    it("says what the CLI said where it fails", async () => {
        fs.writeFileSync(path.join(folder, "exit"), "1");
        await assert.rejects(stage().check({}), /pulumi preview of stack test failed/);
        await assert.rejects(stage().deploy({}), /pulumi up of stack test failed/);
        fs.writeFileSync(path.join(folder, "exit"), "0");
    });
});
