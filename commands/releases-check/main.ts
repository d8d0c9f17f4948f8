import { Command } from "commander";
import { findEpp, findSimulator } from "../../releases";
import { messageOf, UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { eppDifferences, simulatorDifferences } from "./differences";
import { GoTrees } from "./goTree";
import { readEpp, readSimulatorFlags } from "./readSource";

interface Options {
    source: string[];
    release: string;
}

/** The command line of `npm run releases:check`. */
function commandLine(): Command {
    return new Command("releases:check")
        .description(
            "Compares the table of releases with the Go sources of an endpoint picker or a simulator.",
        )
        .requiredOption(
            "--source <folder>",
            "a checked-out source tree; for EPP 0.4 to 0.8 also GIE's, of the version that its go.mod names",
            (folder: string, folders: string[] = []) => [...folders, folder],
        )
        .requiredOption("--release <version>", "the version that the sources are of, e.g. 0.10.0")
        .addHelpText(
            "after",
            "\nExit codes:\n  0  the table says what the sources say\n  1  they differ\n  2  a flag, a folder or a version that cannot be used",
        );
}

async function run({ source, release }: Options): Promise<number> {
    const trees = open(source);
    const { found, notes } = trees.has("llm-d-inference-sim")
        ? compareSimulator(trees, release)
        : compareEpp(trees, release);
    console.log([...found, ...notes].join("\n"));
    return Promise.resolve(found.length > 0 ? 1 : 0);
}

function compareEpp(trees: GoTrees, version: string): { found: string[]; notes: string[] } {
    const release = findEpp(version);
    if (release === undefined) {
        throw new UsageError(`--release: EPP ${version} is not in the table`);
    }
    const read = readEpp(trees);
    const unread = read.plugins.filter(({ parameters }) => parameters === undefined);
    return {
        found: eppDifferences(release, read),
        notes: [
            `EPP ${version}: read ${String(read.flags.length)} flags, ${String(read.featureGates.length)} feature gates, ${String(read.plugins.length)} plugins`,
            ...unread.map(({ type }) => `not read: the parameters of ${type}`),
            ...read.unread.map((name) => `not read: the name that ${name} stands for`),
        ],
    };
}

function compareSimulator(trees: GoTrees, version: string): { found: string[]; notes: string[] } {
    const release = findSimulator(version);
    if (release === undefined) {
        throw new UsageError(`--release: simulator ${version} is not in the table`);
    }
    const flags = readSimulatorFlags(trees);
    return {
        found: simulatorDifferences(release, flags),
        notes: [`simulator ${version}: read ${String(flags.length)} flags`],
    };
}

function open(source: readonly string[]): GoTrees {
    try {
        return new GoTrees(source);
    } catch (error) {
        throw new UsageError(`--source: ${messageOf(error)}`, { cause: error });
    }
}

void runCommand(commandLine(), run);
