import * as path from "path";

const root = path.resolve(__dirname, "../..");

/**
 * The arguments of Node that run a program of this repository as make and npm do (`scripts` in package.json).
 *
 * @param program its path from the project's folder.
 */
export function npmRun(program: string): string[] {
    return ["-r", path.join(__dirname, "register.js"), path.join(root, program)];
}
