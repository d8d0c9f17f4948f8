import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { projectRoot } from "../../local/paths";
import { checks, mutations, servers } from "../support/suites";

/** A pattern of Mocha's, as far as suites use them. */
function matcher(pattern: string): RegExp {
    const parts = pattern.split(/(\*\*\/|\*\*|\*)/).map((part) => {
        const wild: Record<string, string> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*" };
        return wild[part] ?? part.replace(/\./g, "\\.");
    });
    return new RegExp(`^${parts.join("")}$`);
}

/** Whether Mocha's arguments name a file. */
function names(args: readonly string[], file: string): boolean {
    const ignored = args.filter((_, index) => args[index - 1] === "--ignore");
    const given = args.filter((arg) => arg !== "--ignore" && !ignored.includes(arg));
    const matches = (patterns: readonly string[]) => patterns.some((pattern) => matcher(pattern).test(file));
    return matches(given) && !matches(ignored);
}

describe("the suites", () => {
    it("run every test file of the project, each once", () => {
        const files = fs
            .readdirSync(path.join(projectRoot, "test"), { recursive: true, encoding: "utf8" })
            .map((file) => `test/${file.split(path.sep).join("/")}`)
            .filter((file) => file.endsWith(".test.ts"));
        const suites = Object.values({ ...checks, ...mutations, ...servers }).flatMap((step) =>
            "mocha" in step ? [step.mocha] : [],
        );
        assert.ok(files.length > 100);
        assert.deepEqual(
            files.filter((file) => suites.filter((args) => names(args, file)).length !== 1),
            [],
        );
    });
});
