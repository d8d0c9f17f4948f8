import { spawnSync } from "child_process";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { shuffle } from "simple-statistics";
import { randomOf } from "../../../commands/compare/random";
import { startControlPlane, stopControlPlane } from "../../../local/controlplane";
import { ensureToolchain } from "../../../local/toolchain";
import { cliEnvironment } from "../../support/cli/environment";
import { environment, writePrograms, type Program, type ProgramName } from "./programs";
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

function wholeNumber(least: number): (text: string) => number {
    return (text) => {
        const value = Number(text);
        if (!Number.isInteger(value) || value < least) {
            throw new InvalidArgumentError(`Allowed: whole numbers from ${String(least)}.`);
        }
        return value;
    };
}

function commandLine(): Command {
    return new Command("bench")
        .description("Compares previews of this project with those of others, and prints a Markdown table.")
        .option("--rounds <number>", "previews of each program; from 2", wholeNumber(2), 10)
        .option("--seed <number>", "of the order", wholeNumber(0), 1)
        .allowExcessArguments(false)
        .exitOverride();
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

async function run(options: Options): Promise<void> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-bench-"));
    const stateDir = path.join(home, "control-plane");
    const report = (line: string) => console.error(line);
    const toolchain = await ensureToolchain(report);
    try {
        const { kubeconfig } = await startControlPlane({ toolchain, stateDir, report });
        const env = { ...cliEnvironment(home, toolchain.pulumi), KUBECONFIG: kubeconfig };
        const programs = await writePrograms(path.join(home, "programs"));
        for (const folder of new Set(Object.values(programs).map((program) => program.folder))) {
            spawnSync("pulumi", ["stack", "init", environment], { cwd: folder, env, stdio: "ignore" });
        }
        console.log(renderReport(measure(programs, options, env)));
    } finally {
        await stopControlPlane(stateDir);
        fs.rmSync(home, { recursive: true, force: true });
    }
}

async function main(argv: readonly string[]): Promise<number> {
    const command = commandLine();
    try {
        command.parse(argv, { from: "user" });
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode === 0 ? 0 : 2;
        }
        throw error;
    }
    await run(command.opts<Options>());
    return 0;
}

void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
});
