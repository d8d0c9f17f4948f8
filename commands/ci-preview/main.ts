import { Command } from "commander";
import * as fs from "fs";
import * as path from "path";
import { runCommand } from "../shared/runCommand";
import { ResultCollector } from "../shared/runResult";
import { findEnvironment } from "./environment";
import { NotPreviewedError, previewWithCli } from "./officialPreview";
import { exitCodes, renderReport, verdictOf } from "./report";

interface Options {
    env: string;
    stack?: string;
    out: string;
    refresh: boolean;
    expectNoChanges: boolean;
}

const exitCodesText = `
Exit codes:
  0  previewed; nothing mandatory is violated
  1  refused: a mandatory policy is violated, or the preview failed
  2  a flag, an environment or a file that cannot be used
  3  with --expect-no-changes: there are changes`;

/** The command line of `npm run ci-preview`. */
function commandLine(): Command {
    return new Command("ci-preview")
        .description(
            "Previews an environment with the pulumi on the PATH, the policy pack and the environment's policy config, and writes a report in Markdown for a comment on a pull request.",
        )
        .requiredOption("--env <name>", "the environment: Pulumi.<name>.yaml and policy/config/<name>.json")
        .option("--stack <name>", "the stack, as its backend knows it (default: the environment's name)")
        .option("--out <file>", "where to write the report", "preview.md")
        .option("--refresh", "look at the cluster first, so that drift shows as a change", false)
        .option("--expect-no-changes", "changes are a fault", false)
        .addHelpText("after", exitCodesText);
}

async function run({ env, stack = env, out, refresh, expectNoChanges }: Options): Promise<number> {
    const root = path.resolve(__dirname, "../..");
    const environment = findEnvironment(root, env);
    const report = (text: string) => process.stdout.write(text);
    const outcome = await previewWithCli({ root, environment, stack, refresh, report }).catch(notPreviewed);
    const preview = { environment: env, ...outcome, expectNoChanges };
    fs.writeFileSync(out, renderReport(preview));
    return exitCodes[verdictOf(preview)];
}

/** The pull request is told as well why there is no preview, and not by a report that is missing. */
function notPreviewed(error: unknown): Awaited<ReturnType<typeof previewWithCli>> {
    if (!(error instanceof NotPreviewedError)) {
        throw error;
    }
    process.stderr.write(`ci-preview: ${error.message}\n`);
    return { result: new ResultCollector().result, failure: error.message };
}

// Whatever goes wrong on the way, nothing was previewed.
void runCommand(commandLine(), run, () => exitCodes.failed);
