import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { bundlePack } from "../../commands/policy-bundle/bundle";
import { deployment, route, service, toService } from "./rules/fixtures";
import { Pack, plain } from "./support/pack";

const modules = path.resolve(__dirname, "../../node_modules");

describe("the pack as one bundled folder", function () {
    let folder: string;
    let pack: Pack | undefined;

    before(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-pack-"));
        await bundlePack(folder);
        // As `npm install` fills it.
        const { dependencies } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
            dependencies: Record<string, string>;
        };
        for (const name of Object.keys(dependencies)) {
            const link = path.join(folder, "node_modules", name);
            fs.mkdirSync(path.dirname(link), { recursive: true });
            fs.symlinkSync(path.join(modules, name), link);
        }
        pack = await Pack.start(folder);
    });
    after(() => {
        pack?.stop();
        fs.rmSync(folder, { recursive: true });
    });

    it("needs Pulumi's packages alone, in the versions that it is tested with", () => {
        assert.deepEqual(fs.readdirSync(path.join(folder, "node_modules/@pulumi")).sort(), [
            "policy",
            "pulumi",
        ]);
        const read = (file: string) =>
            JSON.parse(fs.readFileSync(file, "utf8")) as { dependencies: Record<string, string> };
        const root = read(path.join(modules, "../package.json")).dependencies;
        for (const [name, version] of Object.entries(read(path.join(folder, "package.json")).dependencies)) {
            assert.equal(version, root[name], name);
        }
    });

    it("serves the same policies, and says the same", async () => {
        const own = await Pack.start();
        try {
            const said = async (of: Pack) => ({
                policies: (await of.policies()).map((policy) => policy.toObject()),
                diagnostics: await of.judge(
                    [deployment({ container: { args: ["--port=8000"] } }), service(), route(toService)].map(
                        plain,
                    ),
                ),
            });
            const expected = await said(own);
            assert.ok(expected.policies.length > 10 && expected.diagnostics.length > 0);
            assert.deepEqual(await said(pack!), expected);
        } finally {
            own.stop();
        }
    });
});
