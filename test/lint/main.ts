import { ESLint } from "eslint";
import * as fs from "fs";
import * as path from "path";
import * as ts from "typescript";
import { readJson, writePrivateFile } from "../../local/controlplane/stateFolder";
import { Contents } from "./contents";

/**
 * ESLint over every file, but for those that it found clean before and that have not changed since, with all that they
 * import: the rules ask for types, which ESLint's own cache does not see change. Half of a minute or more is the type
 * checker's. `npm run lint` remembers nothing.
 *
 *     node -r ./commands/shared/register.js test/lint/main.ts MEMORY
 *
 * MEMORY is the file that keeps what was found clean; without it, every file is looked at.
 */

const root = path.resolve(__dirname, "../..");

/** Whatever is in one of these may change what is found anywhere. */
const everywhere = ["eslint.config.mjs", "package-lock.json", "tsconfig.json"];

/** By path, what a file and its imports contained when it was found clean. */
type Memory = Record<string, string>;

async function main(memoryFile: string): Promise<number> {
    const eslint = new ESLint({ cwd: root });
    const files: string[] = [];
    for (const file of ts.sys.readDirectory(
        root,
        [".ts", ".js", ".mjs"],
        ["node_modules", ".local", "bin"],
    )) {
        if (!(await eslint.isPathIgnored(file))) {
            files.push(file);
        }
    }
    const project = ts.getParsedCommandLineOfConfigFile(
        path.join(root, "tsconfig.json"),
        {},
        { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => console.error(messageText) },
    );
    const contents = new Contents(root, project?.options ?? {});
    const rules = everywhere.map((name) => path.join(root, name));
    const now = new Map(files.map((file) => [file, contents.of(file, ...rules)]));
    const before = (readJson(memoryFile) ?? {}) as Memory;
    const changed = files.filter((file) => before[path.relative(root, file)] !== now.get(file));
    const results = changed.length === 0 ? [] : await eslint.lintFiles(changed);
    const flawed = new Set(
        results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => filePath),
    );
    const clean = files.filter((file) => !flawed.has(file));
    const memory: Memory = Object.fromEntries(
        clean.map((file) => [path.relative(root, file), now.get(file)!]),
    );
    fs.mkdirSync(path.dirname(memoryFile), { recursive: true });
    writePrivateFile(memoryFile, JSON.stringify(memory));
    const formatter = await eslint.loadFormatter("stylish");
    process.stdout.write(await formatter.format(results));
    console.log(`${files.length} files, ${changed.length} of them linted`);
    return flawed.size === 0 ? 0 : 1;
}

const [memoryFile, ...others] = process.argv.slice(2);
if (memoryFile === undefined || others.length > 0) {
    console.error("One argument is needed: the file that keeps what was found clean.");
    process.exitCode = 2;
} else {
    void main(memoryFile).then((code) => (process.exitCode = code));
}
