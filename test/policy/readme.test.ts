import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { rules } from "../../policy/rules";

describe("the pack's README", () => {
    it("has a row for each rule, with its level, what it judges and its settings", () => {
        const readme = fs.readFileSync(path.resolve(__dirname, "../../policy/README.md"), "utf8");
        const rows = readme
            .split("\n")
            .filter((line) => line.startsWith("| `"))
            .map((line) => line.split("|").map((cell) => cell.trim()));
        const told = rows.map(([, name, level, judges, , config = ""]) => ({
            name: name?.replaceAll("`", ""),
            level,
            judges,
            settings: [...config.matchAll(/`(\w+)`:/g)].map(([, setting]) => setting),
        }));
        const expected = rules.map((rule) => ({
            name: rule.name,
            level: rule.enforcementLevel,
            judges: ["checkResource" in rule && "resource", "checkStack" in rule && "stack"]
                .filter(Boolean)
                .join(", "),
            settings: Object.keys(rule.config?.defaults ?? {}),
        }));
        assert.deepEqual(told, expected);
    });
});
