import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { projectRoot } from "../../local/paths";
import { temporaryFolder } from "../local/temporary";

const source = `import * as path from "path";

interface Told {
    path: string;
}

export const told: Told = { path: path.sep };
if (process.argv.includes("fail")) {
    throw new Error("as asked");
}
const compiler = /node_modules\\/(typescript|ts-node|@swc\\/core)\\/.*\\.js$/;
console.log(told.path, Object.keys(require.cache).some((file) => compiler.test(file)));
`;

describe("what runs TypeScript", () => {
    const checkout = temporaryFolder();
    const program = () => path.join(checkout(), "program.ts");
    const kept = () => path.join(checkout(), "node_modules/.cache/llm-d-inference/modules");

    beforeEach(() => {
        fs.mkdirSync(path.join(checkout(), "commands/shared"), { recursive: true });
        const register = "commands/shared/register.js";
        fs.copyFileSync(path.join(projectRoot, register), path.join(checkout(), register));
        for (const name of ["pirates", "@swc/core", "@cspotcode/source-map-support"]) {
            const link = path.join(checkout(), "node_modules", name);
            fs.mkdirSync(path.dirname(link), { recursive: true });
            fs.symlinkSync(path.join(projectRoot, "node_modules", name), link);
        }
        fs.writeFileSync(program(), source);
    });

    const start = (...args: string[]) =>
        spawnSync(process.execPath, ["-r", "./commands/shared/register.js", "program.ts", ...args], {
            cwd: checkout(),
            encoding: "utf8",
        });

    it("keeps what it makes, and needs no compiler for it again", () => {
        assert.match(start().stdout, /^\/ true$/m);
        assert.equal(start().stdout, "/ false\n");
        assert.equal(fs.readdirSync(kept()).length, 1);
    });

    it("makes anew what has changed", () => {
        start();
        fs.appendFileSync(program(), `console.log("more");\n`);
        assert.match(start().stdout, /more\n$/);
    });

    it("makes anew what was not written to its end", () => {
        start();
        const file = path.join(kept(), fs.readdirSync(kept())[0]!);
        fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
        assert.match(start().stdout, /^\/ true$/m);
        assert.equal(start().stdout, "/ false\n");
    });

    it("runs where it can keep nothing", () => {
        fs.mkdirSync(path.dirname(kept()), { recursive: true });
        fs.writeFileSync(kept(), "no folder");
        assert.match(start().stdout, /^\/ true$/m);
    });

    it("names the line of the TypeScript where an error comes from, whether it made it now or before", () => {
        const line = source.split("\n").findIndex((text) => text.includes("as asked")) + 1;
        for (const { status, stderr } of [start("fail"), start("fail")]) {
            assert.notEqual(status, 0);
            assert.match(stderr, new RegExp(`program\\.ts:${String(line)}:11`));
        }
    });
});
