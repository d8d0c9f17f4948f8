import * as pulumi from "@pulumi/pulumi";
import { createClusterProvider } from "./components/cluster";
import { deploy } from "./components/deploy";
import type { StackOutputs } from "./components/outputs";
import { withPlainStacks } from "./components/plainStacks";
import { loadSettings } from "./components/settings";
import { warningsOf } from "./components/warnings";

/** Deploys the simulator of each model and the inference scheduler in front of them, as the stack's config says. */
export = (): Promise<StackOutputs> =>
    withPlainStacks(async () => {
        const settings = loadSettings();
        const outputs = deploy(settings, "", { provider: createClusterProvider(settings.cluster) });
        for (const warning of warningsOf(settings)) {
            await pulumi.log.warn(warning);
        }
        return outputs;
    });
