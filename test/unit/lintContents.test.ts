import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { Contents } from "../lint/contents";
import { temporaryFolder } from "../local/temporary";

describe("what the gate of ESLint remembers of a file", () => {
    const folder = temporaryFolder();

    beforeEach(() => {
        write(
            "a.ts",
            `import type { B } from "./b"; import * as fs from "fs"; export type A = B | typeof fs;`,
        );
        write("b.ts", `import c from "./c.json"; import type {} from "./a"; export type B = typeof c;`);
        write("c.json", `{ "c": 1 }`);
        write("later.ts", `export const later = async () => import("./b");`);
        write("alone.ts", `export const alone = 1;`);
    });

    const write = (name: string, text: string) => fs.writeFileSync(path.join(folder(), name), text);

    /** Which files are to be looked at again after a change. */
    function changedBy(change: () => void): string[] {
        const hashes = () => {
            const contents = new Contents(folder(), { resolveJsonModule: true });
            return fs
                .readdirSync(folder())
                .map((name) => [name, contents.of(path.join(folder(), name))] as const);
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
