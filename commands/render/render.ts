import program from "../../index";
import { SettingsError } from "../../components/settings";
import { UsageError } from "../shared/errors";
import type { Manifest } from "./manifests";
import { manifestsOf } from "./manifests";
import { configTexts, runUnderMocks } from "./programRun";
import { readStackConfig } from "./stackConfig";

/** Which stack to render. */
export interface RenderOptions {
    /** The folder that has `Pulumi.yaml` and `Pulumi.<stack>.yaml`. */
    root: string;
    stack: string;
    /** Settings over the stack's own, merged deeply. */
    overrides?: Record<string, unknown>;
}

/**
 * The objects that `pulumi up` would apply for a stack, without asking anybody: the program runs in this process.
 *
 * @throws UsageError naming the stack, the setting or the secret that cannot be used.
 */
export async function renderStack({ root, stack, overrides }: RenderOptions): Promise<Manifest[]> {
    const { project, config } = readStackConfig(root, stack, overrides);
    try {
        const run = await runUnderMocks(program, { project, stack, config: configTexts(project, config) });
        return manifestsOf(run.registrations);
    } catch (error) {
        if (error instanceof SettingsError) {
            throw new UsageError(error.message, { cause: error });
        }
        throw error;
    }
}
