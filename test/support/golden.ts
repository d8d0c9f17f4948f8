import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";

const directory = path.resolve(__dirname, "../golden");

/**
 * Compares a value with `test/golden/<name>.yaml`. With `UPDATE_GOLDEN=1` the file is written instead, for the
 * reviewer of the diff to judge.
 */
export function assertGolden(name: string, value: unknown): void {
    const file = path.join(directory, `${name}.yaml`);
    const actual = stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, sortMapEntries: true });
    if (process.env.UPDATE_GOLDEN === "1") {
        fs.mkdirSync(directory, { recursive: true });
        fs.writeFileSync(file, actual);
        return;
    }
    assert.equal(actual, fs.readFileSync(file, "utf8"), `${file} differs; UPDATE_GOLDEN=1 rewrites it`);
}
