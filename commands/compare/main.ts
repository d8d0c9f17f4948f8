import { Command } from "commander";
import { randomInt } from "crypto";
import * as fs from "fs";
import * as path from "path";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { Cluster } from "../shared/cluster";
import { UsageError } from "../shared/errors";
import { httpUrl } from "../shared/flags";
import { untilInterrupted } from "../shared/interruption";
import { runCommand } from "../shared/runCommand";
import { readStackOutputs } from "../shared/stackOutputs";
import type { CompareOptions } from "./compare";
import { InterruptedError, PathFailedError, runRounds } from "./compare";
import { PodCounters } from "./counters";
import { writeInferencePerf } from "./inferencePerf";
import type { Arrival } from "./load";
import type { LoadFlags } from "./options";
import { addArrivalFlags, addMeasurementFlags, addWorkloadFlags, arrivalOf, workloadOf } from "./options";
import type { PathName } from "./paths";
import { targetsOf } from "./paths";
import { renderHtml, renderSvg } from "./plot";
import { reachPaths } from "./reach";
import { reportOf, subjectOf, sweepReportOf, sweepText, terminalText } from "./report";
import type { Slo } from "./slo";
import { runSweep } from "./sweep";
import type { Workload } from "./workloads";

/** What `npm run compare` runs: loads the direct path and the path through the Gateway in turn, and compares them. */

interface Flags extends LoadFlags {
    outputs?: string;
    stack?: string;
    kubeconfig?: string;
    context?: string;
    model?: string;
    gatewayUrl?: string;
    directUrl?: string;
    rounds: number;
    warmup: number;
    slo?: Slo;
    seed?: number;
    timeout: number;
    plot?: string;
    inferencePerf?: string;
    json: boolean;
}

const exitCodes = { compared: 0, pathFailed: 1, notRun: 3 } as const;

const epilogue = `
Exit codes:
  0  compared
  1  a path gave no good answer in a whole round
  2  a flag, a file or the stack's outputs cannot be used
  3  it could not run, or was ended before its time

Load goes to the two paths only, and is bounded: 2 x (rounds + warm-up) x the requests of a round, for each rate of a
sweep. Lengths are in words, of which each is a token to the simulator, and one or two to a real model.`;

const plotRenderers = { ".svg": renderSvg, ".html": renderHtml };

function commandLine(): Command {
    const command = new Command("compare")
        .description("Compares a model's path through the Gateway with the direct path, under load.")
        .option(
            "--outputs <file>",
            "the stack's outputs, as `pulumi stack output --json` writes them; - for stdin",
        )
        .option("--stack <name>", "the stack whose outputs Pulumi is asked for (default: the selected one)")
        .option(
            "--kubeconfig <path>",
            "kubeconfig of the port-forwards and the pods' counters (default: kubectl's)",
        )
        .option("--context <name>", "context of the kubeconfig (default: its current one)")
        .option("--model <release>", "which model, by its release (default: the first)")
        .option("--gateway-url <url>", "where the Gateway is reached, instead of by a port-forward", httpUrl)
        .option("--direct-url <url>", "where the proxy Service is reached, likewise", httpUrl)
        .option("--workload <name...>", "what is sent: uniform, shared-prefix, multi-turn, or trace FILE", [
            "uniform",
        ])
        .option("--plot <file>", "draw the comparison, too: .svg or .html; not of a sweep")
        .option(
            "--inference-perf <folder>",
            "write the workload as configuration of kubernetes-sigs/inference-perf, for each path, and send nothing",
        )
        .option("--json", "write the report as JSON to stdout, and nothing else", false)
        .addHelpText("after", epilogue);
    addMeasurementFlags(command, { rounds: 10, warmup: 2, timeout: 15 });
    return addArrivalFlags(addWorkloadFlags(command));
}

function releaseOf({ model }: Flags, { models }: DeploymentOutput): string {
    const known = Object.keys(models);
    if (model !== undefined && !known.includes(model)) {
        throw new UsageError(`--model ${model}: the stack has no such release; allowed: ${known.join(", ")}`);
    }
    return model ?? known[0]!;
}

function urlsOf({ gatewayUrl, directUrl }: Flags): Record<PathName, string> | undefined {
    if (gatewayUrl === undefined && directUrl === undefined) {
        return undefined;
    }
    if (gatewayUrl === undefined || directUrl === undefined) {
        const [given, missing] =
            gatewayUrl === undefined
                ? [`--direct-url ${directUrl!}`, "--gateway-url"]
                : [`--gateway-url ${gatewayUrl}`, "--direct-url"];
        throw new UsageError(`${given}: give ${missing}, too; paths are compared only if reached alike`);
    }
    return { gateway: gatewayUrl, direct: directUrl };
}

/** Says early that a plot cannot be written: it is the last thing that is done. */
function plotRendererOf({ plot, sweep }: Flags): typeof renderSvg | undefined {
    if (plot === undefined) {
        return undefined;
    }
    if (sweep !== undefined) {
        throw new UsageError(
            `--plot ${plot} and --sweep ${sweep.join(",")}: a sweep is not drawn; allowed: one of the two`,
        );
    }
    const extension = path.extname(plot).toLowerCase();
    if (!(extension in plotRenderers)) {
        throw new UsageError(`--plot ${plot}: allowed: a file that ends in .svg or .html`);
    }
    if (!fs.existsSync(path.dirname(plot))) {
        throw new UsageError(`--plot ${plot}: there is no folder ${path.dirname(plot)}`);
    }
    return plotRenderers[extension as keyof typeof plotRenderers];
}

async function compare(flags: Flags, given: (flag: keyof LoadFlags) => boolean): Promise<void> {
    const urls = urlsOf(flags);
    const workload = workloadOf(flags, given);
    const arrival = arrivalOf(flags, workload, given);
    const renderPlot = plotRendererOf(flags);
    const { deployment } = await readStackOutputs({ file: flags.outputs, stack: flags.stack });
    const release = releaseOf(flags, deployment);
    await untilInterrupted((signal) =>
        measure(flags, { urls, workload, arrival, renderPlot, deployment, release }, signal),
    );
}

/** What the flags come to, and what they are about. */
interface Subject {
    urls: Record<PathName, string> | undefined;
    workload: Workload;
    arrival: Arrival;
    renderPlot: typeof renderSvg | undefined;
    deployment: DeploymentOutput;
    release: string;
}

async function measure(
    flags: Flags,
    { urls, workload, arrival, renderPlot, deployment, release }: Subject,
    signal: AbortSignal,
): Promise<void> {
    const model = deployment.models[release]!;
    const { kubeconfig, context, slo, sweep, inferencePerf } = flags;
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    const reach = await reachPaths(deployment, model, { kubeconfig, context, urls, signal });
    const counters = await PodCounters.open(
        () => new Cluster({ kubeconfig, context, signal }),
        deployment,
        model,
    );
    try {
        const targets = targetsOf(deployment, model, reach.bases);
        const { rounds, warmup, timeout: timeoutSeconds } = flags;
        const options: CompareOptions = {
            model: model.model,
            workload,
            arrival,
            rounds,
            warmup,
            // With the prompts of an earlier run, pods would answer from their prefix caches.
            seed: flags.seed ?? randomInt(2 ** 31),
            timeoutSeconds,
            counters,
            signal,
        };
        if (inferencePerf !== undefined) {
            const files = writeInferencePerf(inferencePerf, targets, options, { slo, rates: sweep });
            process.stdout.write(`${files.join("\n")}\n`);
            return;
        }
        const { mode } = deployment;
        const subject = () => subjectOf({ mode, release, notes: reach.notes }, options, { slo, sweep });
        const figures = { slo, pods: counters.pods.length };
        if (sweep !== undefined) {
            const points = await runSweep(targets, options, sweep, progress);
            const report = sweepReportOf(subject(), targets, points, figures);
            print(flags, report, sweepText(report));
            return;
        }
        const results = await runRounds(targets, options, progress);
        const report = reportOf(subject(), targets, results, figures);
        print(flags, report, terminalText(report));
        if (flags.plot !== undefined && renderPlot !== undefined) {
            fs.writeFileSync(flags.plot, await renderPlot(report, results));
            progress(`Drawn: ${flags.plot}`);
        }
    } finally {
        counters.close();
        await reach.close();
    }
}

function print({ json }: Flags, report: object, text: string): void {
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : text);
}

function exitCodeOf(error: unknown): number | undefined {
    if (error instanceof PathFailedError) {
        return exitCodes.pathFailed;
    }
    return error instanceof InterruptedError ? exitCodes.notRun : undefined;
}

const command = commandLine();
void runCommand(
    command,
    async (flags: Flags) => {
        await compare(flags, (flag) => command.getOptionValueSource(flag) === "cli");
        return exitCodes.compared;
    },
    exitCodeOf,
);
