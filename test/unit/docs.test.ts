import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { documentSettings } from "../../components/settings/document";
import { withSettingsTable } from "../../docs/generate";

describe("the README", () => {
    const readme = fs.readFileSync(path.resolve(__dirname, "../../README.md"), "utf8");

    it("has the settings table of the schema; `npm run docs` rewrites it", () => {
        assert.equal(withSettingsTable(readme), readme);
    });

    it("has a description and the allowed values of every setting", () => {
        const bare = documentSettings().filter(
            (setting) => setting.allowed === "" || setting.description === "",
        );
        assert.deepEqual(bare, []);
    });
});
