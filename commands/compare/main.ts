import { Command } from "commander";
import { randomInt } from "crypto";
import * as fs from "fs";
import * as path from "path";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { UsageError } from "../shared/errors";
import { httpUrl, wholeNumber } from "../shared/flags";
import { runCommand } from "../shared/runCommand";
import { readStackOutputs } from "../shared/stackOutputs";
import type { CompareOptions } from "./compare";
import { InterruptedError, PathFailedError, runRounds } from "./compare";
import type { PathName } from "./paths";
import { targetsOf } from "./paths";
import { renderHtml, renderSvg } from "./plot";
import { reachPaths } from "./reach";
import { reportOf, terminalText } from "./report";

/** What `npm run compare` runs: loads the direct path and the path through the Gateway in turn, and compares them. */

interface Flags {
    outputs?: string;
    stack?: string;
    kubeconfig?: string;
    context?: string;
    model?: string;
    gatewayUrl?: string;
    directUrl?: string;
    connections: number;
    rounds: number;
    requests: number;
    warmup: number;
    maxTokens: number;
    sharedPrefix: number;
    seed?: number;
    timeout: number;
    plot?: string;
    json: boolean;
}

const exitCodes = { compared: 0, pathFailed: 1, notRun: 3 } as const;

const epilogue = `
Exit codes:
  0  compared
  1  a path gave no good answer in a whole round
  2  a flag, a file or the stack's outputs cannot be used
  3  it could not run, or was ended before its time

Load goes to the two paths only, and is bounded: 2 x (rounds + warm-up) x (requests + connections) requests. It is a
closed loop: each connection sends its next request when it has its answer.`;

const plotRenderers = { ".svg": renderSvg, ".html": renderHtml };

function commandLine(): Command {
    return new Command("compare")
        .description("Compares a model's path through the Gateway with the direct path, under load.")
        .option(
            "--outputs <file>",
            "the stack's outputs, as `pulumi stack output --json` writes them; - for stdin",
        )
        .option("--stack <name>", "the stack whose outputs Pulumi is asked for (default: the selected one)")
        .option("--kubeconfig <path>", "kubeconfig of the port-forwards (default: kubectl's)")
        .option("--context <name>", "context of the kubeconfig (default: its current one)")
        .option("--model <release>", "which model, by its release (default: the first)")
        .option("--gateway-url <url>", "where the Gateway is reached, instead of by a port-forward", httpUrl)
        .option("--direct-url <url>", "where the proxy Service is reached, likewise", httpUrl)
        .option("--connections <n>", "connections of a round, each with one request", wholeNumber(1, 256), 4)
        .option("--rounds <n>", "rounds on each path that count", wholeNumber(2, 1000), 10)
        .option("--requests <n>", "measured requests of a round", wholeNumber(1, 10_000), 50)
        .option("--warmup <n>", "rounds on each path before them, which do not", wholeNumber(0, 100), 2)
        .option("--max-tokens <n>", "longest answer, in tokens", wholeNumber(1, 4096), 8)
        .option(
            "--shared-prefix <words>",
            "words that every prompt begins with; 0: prompts have nothing in common",
            wholeNumber(0, 500),
            0,
        )
        .option(
            "--seed <n>",
            "what the order of the rounds and the prompts are made of (default: another one each time, which is reported)",
            wholeNumber(0, 2 ** 31),
        )
        .option("--timeout <seconds>", "longest wait for one answer", wholeNumber(1, 600), 15)
        .option("--plot <file>", "draw the comparison, too: .svg or .html")
        .option("--json", "write the report as JSON to stdout, and nothing else", false)
        .addHelpText("after", epilogue);
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
function plotRendererOf(plot: string | undefined): typeof renderSvg | undefined {
    if (plot === undefined) {
        return undefined;
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

async function compare(flags: Flags): Promise<void> {
    const urls = urlsOf(flags);
    const renderPlot = plotRendererOf(flags.plot);
    const { deployment } = await readStackOutputs({ file: flags.outputs, stack: flags.stack });
    const release = releaseOf(flags, deployment);
    const model = deployment.models[release]!;
    const interruption = new AbortController();
    const interrupt = () => interruption.abort();
    process.once("SIGINT", interrupt);
    process.once("SIGTERM", interrupt);
    const { signal } = interruption;
    const { kubeconfig, context } = flags;
    const reach = await reachPaths(deployment, model, { kubeconfig, context, urls, signal });
    try {
        const targets = targetsOf(deployment, model, reach.bases);
        const shape = {
            model: model.model,
            maxTokens: flags.maxTokens,
            sharedPrefix: flags.sharedPrefix,
        };
        const { connections, requests, rounds, warmup, timeout: timeoutSeconds } = flags;
        // With the prompts of an earlier run, pods would answer from their prefix caches.
        const seed = flags.seed ?? randomInt(2 ** 31);
        const options: CompareOptions = {
            connections,
            requests,
            rounds,
            warmup,
            seed,
            timeoutSeconds,
            signal,
        };
        const progress = (line: string) => process.stderr.write(`${line}\n`);
        const results = await runRounds(targets, shape, options, progress);
        const subject = { mode: deployment.mode, release, notes: reach.notes };
        const report = reportOf(subject, targets, shape, options, results);
        process.stdout.write(flags.json ? `${JSON.stringify(report, undefined, 2)}\n` : terminalText(report));
        if (flags.plot !== undefined && renderPlot !== undefined) {
            fs.writeFileSync(flags.plot, await renderPlot(report, results));
            progress(`Drawn: ${flags.plot}`);
        }
    } finally {
        process.off("SIGINT", interrupt);
        process.off("SIGTERM", interrupt);
        await reach.close();
    }
}

function exitCodeOf(error: unknown): number | undefined {
    if (error instanceof PathFailedError) {
        return exitCodes.pathFailed;
    }
    return error instanceof InterruptedError ? exitCodes.notRun : undefined;
}

void runCommand(
    commandLine(),
    async (flags: Flags) => {
        await compare(flags);
        return exitCodes.compared;
    },
    exitCodeOf,
);
