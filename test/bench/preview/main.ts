import { Command } from "commander";
import { shuffle } from "simple-statistics";
import { wholeNumber } from "../../../commands/shared/flags";
import { runCommand } from "../../../commands/shared/runCommand";
import { randomOf } from "../../../commands/compare/random";
import { CliMachine } from "../../support/cli/machine";
import { writePrograms, type Program, type ProgramName } from "./programs";
import { renderReport, type Rounds } from "./report";
import { preview, type Run } from "./runs";

/**
 * What a preview costs: `npm run bench [-- --rounds N]`. The pulumi CLI previews this project and others in turn, each
 * round in another order, so that what changes over time falls on all of them. Nothing is deployed: every preview is
 * of a stack that is yet to be created.
 */

interface Options {
    rounds: number;
    seed: number;
}

function commandLine(): Command {
    return new Command("bench")
        .description("Compares previews of this project with those of others, and prints a Markdown table.")
        .option("--rounds <number>", "previews of each program; from 2", wholeNumber(2, 1000), 10)
        .option("--seed <number>", "of the order", wholeNumber(0, 2 ** 32 - 1), 1);
}

/** Every program once in each round, the rounds in orders of their own. */
function measure(
    programs: Record<ProgramName, Program>,
    { rounds, seed }: Options,
    env: NodeJS.ProcessEnv,
): Rounds {
    const names = Object.keys(programs) as ProgramName[];
    const runs = Object.fromEntries(names.map((name) => [name, [] as Run[]])) as Rounds;
    const random = randomOf(seed);
    // The first preview of a program finds the disk's caches cold.
    for (const name of names) {
        preview(programs[name], env);
    }
    for (let round = 1; round <= rounds; round++) {
        console.error(`round ${String(round)} of ${String(rounds)}`);
        for (const name of shuffle(names, random)) {
            runs[name].push(preview(programs[name], env));
        }
    }
    return runs;
}

async function run(options: Options): Promise<number> {
    const machine = await CliMachine.start((line) => console.error(line));
    try {
        const programs = await writePrograms(machine);
        console.log(renderReport(measure(programs, options, machine.env)));
        return 0;
    } finally {
        await machine.stop();
    }
}

void runCommand(commandLine(), run);
