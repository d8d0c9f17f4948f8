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

/**
 * Runs `pulumi preview` of the CLI on the PATH, with the policy pack and the environment's config. Its events are read
 * and not what `--json` prints, which leaves out what policies say (pulumi 3.255, `ShowPreviewDigest`).
 *
 * @returns what it found, and what it said when it failed.
 * @throws Error when there is no CLI, no such stack, or no access to its backend.
 */
export async function previewWithCli(
    preview: OfficialPreview,
): Promise<{ result: RunResult; failure?: string }> {
    const { root, environment, refresh, report } = preview;
    const stack = await LocalWorkspace.selectStack({ stackName: preview.stack, workDir: root });
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

/** The errors of a run that failed, without what the CLI says around them. */
export function failureOf({ diagnostics }: RunResult): string | undefined {
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    return errors.length === 0 ? undefined : [...new Set(errors)].join("\n");
}
