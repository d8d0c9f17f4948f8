import { Command } from "commander";
import * as path from "path";
import { messageOf, UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { parseOverrides } from "../shared/overrides";
import { writeFolder } from "./folder";
import { renderStack } from "./render";

interface Options {
    stack: string;
    out: string;
    config: string[];
}

const projectRoot = path.resolve(__dirname, "../..");

const exitCodes = `
Needs no cluster, no Pulumi CLI, no account and no network. The folder gets a file for each object and a
kustomization.yaml for Argo CD, Flux or \`kubectl apply --server-side -k\`.

Exit codes:
  0  written
  2  a flag, a setting or a folder that cannot be used; nothing is written`;

/** The command line of `npm run render`. */
function commandLine(): Command {
    return new Command("render")
        .description("Writes a stack as plain manifests, for GitOps.")
        .requiredOption("--stack <name>", "the environment: Pulumi.<name>.yaml")
        .requiredOption("--out <folder>", "where to write: new, empty, or rendered before")
        .option(
            "--config <path=value>",
            "a setting over the environment's own; can be repeated",
            (pair: string, pairs: string[]) => [...pairs, pair],
            [] as string[],
        )
        .addHelpText("after", exitCodes);
}

async function run({ stack, out, config }: Options): Promise<number> {
    const overrides = overridesOf(config);
    const manifests = await renderStack({ root: projectRoot, stack, overrides });
    const { written, removed } = writeFolder(path.resolve(out), manifests);
    const gone = removed.length === 0 ? "" : `; removed ${removed.join(", ")}`;
    console.log(`${out}: ${String(written.length)} objects of stack ${stack}${gone}`);
    return 0;
}

function overridesOf(pairs: readonly string[]): Record<string, unknown> {
    try {
        return parseOverrides(pairs);
    } catch (error) {
        throw new UsageError(messageOf(error), { cause: error });
    }
}

void runCommand(commandLine(), run);
