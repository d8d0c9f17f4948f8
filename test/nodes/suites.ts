import { execa } from "execa";
import * as path from "path";
import { npmRun } from "../../commands/shared/npmRun";
import { projectRoot } from "../../local/paths";

/** How a program of Node ended. */
export interface NodeRun {
    exitCode: number;
    /** All that it wrote. */
    output: string;
}

/**
 * Runs a program of the project on a Node, which is the first on the PATH, too, of all that is started.
 *
 * @param node path of the program `node`.
 * @param args its arguments.
 * @param environment variables over this process's own.
 */
export async function runOn(
    node: string,
    args: readonly string[],
    environment: Record<string, string> = {},
): Promise<NodeRun> {
    const PATH = [path.dirname(node), process.env.PATH ?? ""].join(path.delimiter);
    const { exitCode, all } = await execa(node, args, {
        ...{ cwd: projectRoot, env: { ...environment, PATH }, all: true, reject: false, stdin: "ignore" },
    });
    return { exitCode: exitCode ?? 1, output: all };
}

/** Runs test files, or patterns of them. */
export function runMocha(node: string, ...files: string[]): Promise<NodeRun> {
    return runOn(node, [path.join(projectRoot, "node_modules/mocha/bin/mocha.js"), ...files]);
}

/** Runs what a target of the Makefile runs, with its state in a folder. */
export function runMake(node: string, target: string, stateDir: string): Promise<NodeRun> {
    return runOn(node, [...npmRun("local/cli.ts"), target], { LLMD_LOCAL_STATE: stateDir });
}
