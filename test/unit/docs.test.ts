import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { documentSettings } from "../../components/settings/document";
import { generated } from "../../docs/generate";
import { npmRun } from "../../commands/shared/npmRun";

const root = path.resolve(__dirname, "../..");

describe("the documentation of the settings", () => {
    for (const [file, make] of Object.entries(generated)) {
        it(`is up to date in ${file}; \`npm run docs\` rewrites it`, async () => {
            const text = fs.readFileSync(path.join(root, file), "utf8");
            assert.equal(await make(text), text);
        });
    }

    it("is seen to be stale when a default in it is another", async () => {
        const make = generated["docs/settings.md"]!;
        const text = fs.readFileSync(path.join(root, "docs/settings.md"), "utf8");
        const stale = text.replace('| `"inference-scheduling"` |', '| `"another"` |');
        assert.notEqual(stale, text);
        assert.equal(await make(stale), text);
    });

    it("is checked by a command that takes no other flags", () => {
        const { status, stderr } = spawnSync(process.execPath, [...npmRun("docs/generate.ts"), "--chekc"], {
            cwd: root,
            encoding: "utf8",
        });
        assert.equal(status, 2);
        assert.match(stderr, /--chekc is not allowed; allowed: --check/);
    });

    it("has a description and the allowed values of every setting", () => {
        const bare = documentSettings().filter(
            (setting) => setting.allowed === "" || setting.description === "",
        );
        assert.deepEqual(bare, []);
    });
});
