import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { documentSettings } from "../../components/settings/document";
import { generated } from "../../docs/generate";

describe("the documentation of the settings", () => {
    for (const [file, make] of Object.entries(generated)) {
        it(`is up to date in ${file}; \`npm run docs\` rewrites it`, () => {
            const text = fs.readFileSync(path.resolve(__dirname, "../..", file), "utf8");
            assert.equal(make(text), text);
        });
    }

    it("has a description and the allowed values of every setting", () => {
        const bare = documentSettings().filter(
            (setting) => setting.allowed === "" || setting.description === "",
        );
        assert.deepEqual(bare, []);
    });
});
