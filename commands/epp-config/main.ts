import * as fs from "fs";
import { Command } from "commander";
import type { EppRelease } from "../../releases";
import { compareVersions, eppReleases, findEpp } from "../../releases";
import { messageOf, UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { migrate } from "./migrate";
import { PickerDocument } from "./pickerDocument";

interface Options {
    file: string;
    from: string;
    to: string;
    out?: string;
}

/** The command line of `npm run epp-config`. */
function commandLine(given: { options?: Options }): Command {
    // Before its subcommands, which take over how errors are told.
    const command = new Command("epp-config")
        .description("Works on files of EndpointPickerConfig.")
        .exitOverride()
        .configureOutput({ outputError: () => undefined });
    command
        .command("migrate")
        .description("Rewrites a configuration for a later release of the endpoint picker.")
        .argument("<file>", "the file, or - for the standard input")
        .requiredOption("--from <version>", "the release that reads it, e.g. 0.6 or 0.6.1")
        .requiredOption("--to <version>", "the release that is to read it")
        .option("--out <file>", "where to write; default: the standard output")
        .addHelpText(
            "after",
            "\nWhat was changed, and what only its author can decide, is told on the standard error.\n" +
                "\nExit codes:\n  0  nothing is left to decide\n  1  something is\n  2  a flag or a file that cannot be used",
        )
        .action((file: string, flags: Omit<Options, "file">) => {
            given.options = { file, ...flags };
        });
    return command;
}

async function run({ file, from, to, out }: Options): Promise<number> {
    const [older, newer] = [releaseOf("--from", from), releaseOf("--to", to)];
    if (compareVersions(older.minor, newer.minor) > 0) {
        throw new UsageError(`--to: ${to} is older than ${from}; allowed: a release from ${older.minor} on.`);
    }
    const document = PickerDocument.parse(read(file), file);
    const { changes, undecided } = migrate(document, older, newer);
    if (out === undefined) {
        process.stdout.write(document.toString());
    } else {
        write(out, document.toString());
    }
    const lines = [...changes, ...undecided.map((text) => `Left to decide: ${text}`)];
    process.stderr.write(lines.map((line) => `${line}\n`).join(""));
    return Promise.resolve(undecided.length > 0 ? 1 : 0);
}

function releaseOf(flag: string, version: string): EppRelease {
    const release = findEpp(version);
    if (release === undefined) {
        const known = eppReleases.map(({ minor }) => minor).join(", ");
        throw new UsageError(
            `${flag}: ${JSON.stringify(version)} is not allowed; allowed: ${known}, or a patch release of one.`,
        );
    }
    return release;
}

function read(file: string): string {
    try {
        return fs.readFileSync(file === "-" ? 0 : file, "utf8");
    } catch (error) {
        throw new UsageError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
    }
}

function write(file: string, text: string): void {
    try {
        fs.writeFileSync(file, text);
    } catch (error) {
        throw new UsageError(`--out: ${file} cannot be written: ${messageOf(error)}`, { cause: error });
    }
}

const given: { options?: Options } = {};
// A command line without options has ended before, with its help or an error.
void runCommand(commandLine(given), () => run(given.options!));
