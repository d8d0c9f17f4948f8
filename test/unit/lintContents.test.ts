import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { Contents } from "../lint/contents";

describe("what the gate of ESLint remembers of a file", () => {
    let root: string;

    beforeEach(() => {
        root = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-lint-"));
        write(
            "a.ts",
            `import type { B } from "./b"; import * as fs from "fs"; export type A = B | typeof fs;`,
        );
        write("b.ts", `import c from "./c.json"; import type {} from "./a"; export type B = typeof c;`);
        write("c.json", `{ "c": 1 }`);
        write("later.ts", `export const later = async () => import("./b");`);
        write("alone.ts", `export const alone = 1;`);
    });

    afterEach(() => fs.rmSync(root, { recursive: true }));

    const write = (name: string, text: string) => fs.writeFileSync(path.join(root, name), text);

    /** Which files are to be looked at again after a change. */
    function changedBy(change: () => void): string[] {
        const hashes = () => {
            const contents = new Contents(root, { resolveJsonModule: true });
            return fs.readdirSync(root).map((name) => [name, contents.of(path.join(root, name))] as const);
        };
        const before = new Map(hashes());
        change();
        return hashes()
            .filter(([name, hash]) => before.get(name) !== hash)
            .map(([name]) => name);
    }

    it("stays as long as nothing changes", () => {
        assert.deepEqual(
            changedBy(() => undefined),
            [],
        );
    });

    it("goes when the file changes", () => {
        assert.deepEqual(
            changedBy(() => write("alone.ts", `export const alone = "1";`)),
            ["alone.ts"],
        );
    });

    it("goes when what it imports does, as a type, later, or by way of others", () => {
        assert.deepEqual(
            changedBy(() => write("c.json", `{ "c": "1" }`)),
            ["a.ts", "b.ts", "c.json", "later.ts"],
        );
    });

    it("goes when an import that led nowhere leads somewhere", () => {
        write("alone.ts", `import { there } from "./there"; export const alone = there;`);
        assert.deepEqual(
            changedBy(() => write("there.ts", `export const there = 1;`)),
            ["alone.ts", "there.ts"],
        );
    });
});
