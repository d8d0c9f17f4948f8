import { Command } from "commander";
import { wholeNumber } from "../../../commands/shared/flags";
import { runCommand } from "../../../commands/shared/runCommand";
import { ensureTestProgram } from "../../../local/toolchain";
import { CliMachine } from "../../support/cli/machine";
import { measureHelm } from "./helm";
import { measurePulumi } from "./pulumi";
import { type Measurement, renderReport } from "./report";

/**
 * What models cost: `npm run bench:scale [-- --models N --models M]`. Each count is deployed on a control plane of its
 * own, first with the pulumi CLI and then, when that is destroyed, with Helm. Times are of one run on this machine;
 * what matters is the growth from line to line, and Pulumi beside Helm.
 */

interface Options {
    models: number[];
}

const mostModels = 500;

function commandLine(): Command {
    const number = wholeNumber(1, mostModels);
    return new Command("bench:scale")
        .description("Deploys models with Pulumi and with Helm, and prints Markdown tables of what it took.")
        .option(
            "--models <number>",
            `how many; from 1 to ${String(mostModels)}; can be repeated. Default: 50 and 200`,
            (value: string, before: number[]) => [...before, number(value)],
            [] as number[],
        );
}

async function measure(models: number, helm: string): Promise<Measurement> {
    const report = (line: string) => console.error(`${String(models)} models: ${line}`);
    const machine = await CliMachine.start(report);
    try {
        const pulumi = await measurePulumi(machine, models, report);
        return { models, pulumi, helm: await measureHelm(machine, helm, models, report) };
    } finally {
        await machine.stop();
    }
}

async function run({ models }: Options): Promise<number> {
    const helm = await ensureTestProgram("helm", (line) => console.error(line));
    const measurements: Measurement[] = [];
    for (const count of models.length === 0 ? [50, 200] : models) {
        measurements.push(await measure(count, helm));
    }
    console.log(renderReport(measurements));
    return 0;
}

void runCommand(commandLine(), run);
