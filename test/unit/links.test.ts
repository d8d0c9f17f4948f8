import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";

const root = path.resolve(__dirname, "../..");

const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "");

/** What a heading is linked by, as GitHub makes it. */
function anchorOf(heading: string): string {
    return heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
}

/** A page without its code blocks, in which `#` begins a comment. */
function proseOf(file: string): string {
    return fs.readFileSync(file, "utf8").replace(/^```[^]*?^```/gm, "");
}

describe("the documentation's links", () => {
    for (const page of pages) {
        it(`lead somewhere in ${page}`, () => {
            const from = path.join(root, page);
            for (const [, link] of proseOf(from).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
                const [file, anchor] = link!.split("#") as [string, string?];
                const target = file === "" ? from : path.join(path.dirname(from), file);
                assert.ok(fs.existsSync(target), link);
                if (anchor !== undefined) {
                    const headings = [...proseOf(target).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
                        anchorOf(text!),
                    );
                    assert.ok(headings.includes(anchor), `${link!}: ${headings.join(", ")}`);
                }
            }
        });
    }
});
