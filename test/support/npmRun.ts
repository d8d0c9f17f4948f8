import * as path from "path";

const root = path.resolve(__dirname, "../..");

/** The arguments of Node that run a program of this repository as npm does (`scripts` in package.json). */
export function npmRun(program: string): string[] {
    const launcher = path.join(root, "node_modules/ts-node/dist/bin.js");
    return [launcher, "-P", path.join(root, "tsconfig.run.json"), path.join(root, program)];
}
