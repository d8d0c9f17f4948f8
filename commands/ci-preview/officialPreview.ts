import type { Stack } from "@pulumi/pulumi/automation";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { messageOf } from "../shared/errors";
import type { RunResult } from "../shared/runResult";
import { ResultCollector } from "../shared/runResult";
import type { Environment } from "./environment";

/** What to preview, and how. */
export interface OfficialPreview {
    /** The checkout. */
    root: string;
    environment: Environment;
    /** Name of the stack as its backend knows it, e.g. `organization/project/prod`. */
    stack: string;
    /** Whether the cluster is looked at first, so that drift shows as a change. */
    refresh: boolean;
    /** Takes what the CLI says, as it says it. */
    report: (text: string) => void;
}

/** No preview could be begun: there is no CLI, no such stack, or no access to its backend. Its message is one line. */
export class NotPreviewedError extends Error {
    override readonly name = "NotPreviewedError";
}

/**
 * Runs `pulumi preview` of the CLI on the PATH, with the policy pack and the environment's config. Its events are read
 * and not what `--json` prints, which leaves out what policies say (pulumi 3.255, `ShowPreviewDigest`).
 *
 * @returns what it found, and what it said when it failed.
 * @throws NotPreviewedError when there is nothing to preview with, or no such stack.
 */
export async function previewWithCli(
    preview: OfficialPreview,
): Promise<{ result: RunResult; failure?: string }> {
    const { root, environment, refresh, report } = preview;
    const stack = await selectStack(preview.stack, root);
    const collector = new ResultCollector();
    try {
        await stack.preview({
            policyPacks: [environment.policyPack],
            policyPackConfigs: [environment.policyPackConfig],
            diff: true,
            refresh: refresh || undefined,
            color: "never",
            onOutput: report,
            onError: report,
            onEvent: (event) => collector.add(event),
        });
        return { result: collector.result };
    } catch (error) {
        return { result: collector.result, failure: failureOf(collector.result) ?? messageOf(error) };
    }
}

async function selectStack(stackName: string, workDir: string): Promise<Stack> {
    try {
        return await LocalWorkspace.selectStack({ stackName, workDir });
    } catch (error) {
        const output = messageOf(error);
        const why = output.includes("spawn pulumi ENOENT")
            ? "there is no `pulumi` on the PATH: install the Pulumi CLI, or run `make ci-preview`, which needs none"
            : // The Automation API puts the CLI's own words between its command line and its code.
              (/^error: (.*)$/m.exec(output)?.[1] ?? output.split("\n", 1)[0]!);
        throw new NotPreviewedError(`the stack ${stackName} cannot be previewed: ${why}`, { cause: error });
    }
}

/** The errors of a run that failed, without what the CLI says around them. */
export function failureOf({ diagnostics }: RunResult): string | undefined {
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    return errors.length === 0 ? undefined : [...new Set(errors)].join("\n");
}
