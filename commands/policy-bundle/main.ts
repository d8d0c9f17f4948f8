import { Command } from "commander";
import * as path from "path";
import { messageOf, UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { bundlePack } from "./bundle";

interface Options {
    out: string;
}

/** The command line of `npm run policy:bundle`. */
function commandLine(): Command {
    return new Command("policy:bundle")
        .description("Writes the policy pack as a folder that needs nothing of this repository.")
        .requiredOption("--out <folder>", "where to write")
        .addHelpText("after", "\nExit codes:\n  0  written\n  2  a flag or a folder that cannot be used");
}

async function run({ out }: Options): Promise<number> {
    const folder = path.resolve(out);
    try {
        await bundlePack(folder);
    } catch (error) {
        throw new UsageError(`--out: ${out} cannot be written: ${messageOf(error)}`, { cause: error });
    }
    console.log(`${out}: the policy pack; run npm install there once`);
    return 0;
}

void runCommand(commandLine(), run);
