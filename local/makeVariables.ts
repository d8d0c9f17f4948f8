import * as fs from "fs";
import * as path from "path";
import { splitPairs, splitWords } from "../commands/shared/overrides";
import { projectRoot } from "./paths";

/** What the variables of the Makefile say. */
export interface MakeVariables {
    /** STACK. */
    stack: string;
    /** CONFIG, as `path=value` pairs. */
    config: string[];
    /** ARGS, as words. */
    args: string[];
    /** ENV, where it names an environment or was given to make itself: shells have an ENV of their own, a file's name. */
    environment: string | undefined;
    /** REFRESH. */
    refresh: boolean;
    /** FORCE. */
    force: boolean;
}

/**
 * Takes the variables of the Makefile out of the environment, which is the only way that they come: no shell and no
 * command line has them, and what is started later has none of their secrets.
 */
export function takeMakeVariables(environment: NodeJS.ProcessEnv): MakeVariables {
    const take = (name: string) => {
        const value = environment[name] ?? "";
        delete environment[name];
        return value;
    };
    // Make tells its own children of its command line.
    ["MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES"].forEach(take);
    const env = take("LLMD_MAKE_ENV");
    const isGiven = take("LLMD_MAKE_ENV_ORIGIN") === "command line";
    const isEnvironment = env !== "" && fs.existsSync(path.join(projectRoot, `Pulumi.${env}.yaml`));
    return {
        stack: take("LLMD_MAKE_STACK") || "dev",
        config: splitPairs(take("LLMD_MAKE_CONFIG")),
        args: splitWords(take("LLMD_MAKE_ARGS")),
        environment: isGiven || isEnvironment ? env : undefined,
        refresh: take("LLMD_MAKE_REFRESH") !== "",
        force: take("LLMD_MAKE_FORCE") !== "",
    };
}
