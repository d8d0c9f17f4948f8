import * as fs from "fs";
import * as path from "path";
import { projectRoot } from "../../../local/paths";

/**
 * Writes a policy pack in JavaScript that finds the project's packages.
 *
 * @param folder made by it.
 * @param program what the pack runs.
 */
export function writeJavaScriptPack(folder: string, program: string): void {
    fs.mkdirSync(folder);
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
    fs.writeFileSync(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    const manifest = { name: "fixture", version: "1.0.0", main: "index.js" };
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
    fs.writeFileSync(path.join(folder, "index.js"), program);
}
