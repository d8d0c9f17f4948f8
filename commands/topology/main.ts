import { Command, Option } from "commander";
import * as fs from "fs";
import * as path from "path";
import { Cluster } from "../shared/cluster";
import { messageOf, UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { readStackOutputs } from "../shared/stackOutputs";
import { topologyOfObjects } from "./graph";
import { readObjects } from "./live";
import { markdownOf, renderMermaid } from "./mermaid";
import type { Topology } from "./model";
import { problemsOf } from "./model";
import { parsePreview, topologyOfPreview } from "./preview";
import { renderSvg } from "./svg";

interface Options {
    outputs?: string;
    stack?: string;
    kubeconfig?: string;
    context?: string;
    preview?: string;
    format?: Format;
    out?: string;
}

type Format = "mermaid" | "markdown" | "svg";

const formatByExtension: Record<string, Format> = { ".mmd": "mermaid", ".md": "markdown", ".svg": "svg" };

const exitCodes = `
Exit codes:
  0  drawn; what is red is listed on stderr, too
  2  a flag, a file or a stack that cannot be used
  3  the cluster could not be asked`;

/** The command line of `npm run topology`. */
function commandLine(): Command {
    return new Command("topology")
        .description(
            "Draws the stack: its namespaces, its paths, and what is missing or does not agree in red.",
        )
        .option(
            "--outputs <file>",
            "the stack's outputs, as `pulumi stack output --json` writes them; - is stdin",
        )
        .option("--stack <name>", "the stack to read the outputs of (default: the selected one)")
        .option("--kubeconfig <file>", "kubeconfig of the cluster (default: $KUBECONFIG, ~/.kube/config)")
        .option("--context <name>", "context of the kubeconfig (default: its current one)")
        .option(
            "--preview <file>",
            "draw what `pulumi preview --json --show-sames` wrote instead of a cluster; - is stdin",
        )
        .addOption(
            new Option("--format <format>", "what to write (default: what --out says, else mermaid)").choices(
                ["mermaid", "markdown", "svg"],
            ),
        )
        .option("--out <file>", "where to write: .mmd, .md or .svg (default: stdout)")
        .addHelpText("after", exitCodes);
}

async function run(options: Options): Promise<number> {
    const format = formatOf(options);
    const topology = await (options.preview === undefined
        ? liveTopology(options)
        : previewTopology(options, options.preview));
    const picture = await render(topology, format);
    if (options.out === undefined) {
        process.stdout.write(picture);
    } else {
        writeFile(options.out, picture);
    }
    for (const problem of problemsOf(topology)) {
        console.error(`! ${problem}`);
    }
    return 0;
}

/** @throws UsageError when the file's extension says nothing, or something else than `--format`. */
function formatOf({ format, out }: Options): Format {
    if (out === undefined) {
        return format ?? "mermaid";
    }
    const byExtension = formatByExtension[path.extname(out).toLowerCase()];
    if (format === undefined && byExtension === undefined) {
        throw new UsageError(
            `--out ${out}: the extension says no format; allowed: ${Object.keys(formatByExtension).join(", ")}, or give --format`,
        );
    }
    if (format !== undefined && byExtension !== undefined && format !== byExtension) {
        throw new UsageError(`--format ${format}: --out ${out} is ${byExtension}; leave one of them out`);
    }
    return format ?? byExtension!;
}

async function liveTopology(options: Options): Promise<Topology> {
    const { deployment } = await readStackOutputs({ file: options.outputs, stack: options.stack });
    const cluster = new Cluster({ kubeconfig: options.kubeconfig, context: options.context });
    try {
        return topologyOfObjects(await readObjects(cluster, deployment), deployment, { live: true });
    } finally {
        cluster.close();
    }
}

/** A preview needs no outputs; with them, it is held against what they name. */
async function previewTopology({ outputs, stack }: Options, file: string): Promise<Topology> {
    if (file === "-" && outputs === "-") {
        throw new UsageError("--preview -: --outputs is - as well; stdin can be one of them");
    }
    const from = file === "-" ? "standard input" : file;
    const steps = parsePreview(readText(file), from);
    const deployment =
        outputs === undefined && stack === undefined
            ? undefined
            : (await readStackOutputs({ file: outputs, stack })).deployment;
    return topologyOfPreview(steps, deployment);
}

function readText(file: string): string {
    try {
        return fs.readFileSync(file === "-" ? 0 : file, "utf8");
    } catch (error) {
        throw new UsageError(
            `--preview ${file}: ${messageOf(error)}; give a file that \`pulumi preview --json\` wrote, or -`,
            { cause: error },
        );
    }
}

function writeFile(file: string, content: string): void {
    try {
        fs.writeFileSync(file, content);
    } catch (error) {
        throw new UsageError(`--out ${file}: ${messageOf(error)}; give a file that can be written`, {
            cause: error,
        });
    }
}

async function render(topology: Topology, format: Format): Promise<string> {
    switch (format) {
        case "mermaid":
            return renderMermaid(topology);
        case "markdown":
            return markdownOf(renderMermaid(topology));
        case "svg":
            return renderSvg(topology);
    }
}

void runCommand(commandLine(), run);
