import * as path from "path";

const root = path.resolve(__dirname, "../..");

/**
 * The arguments of Node that run a program of this repository as npm does (`scripts` in package.json): swc takes the types
 * away, which TypeScript, by `ts-node/register`, takes 4 s for instead of 1.
 *
 * @param program its path from the project's folder.
 */
export function npmRun(program: string): string[] {
    const launcher = path.join(root, "node_modules/ts-node/dist/bin.js");
    return [launcher, "-P", path.join(root, "tsconfig.run.json"), path.join(root, program)];
}
