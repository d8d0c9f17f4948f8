import * as pulumi from "@pulumi/pulumi";
import { createClusterProvider } from "./components/cluster";
import { deploy } from "./components/deploy";
import { modeOf } from "./components/deploymentOutput";
import type { StackOutputs } from "./components/outputs";
import { pathInForce } from "./components/outputs";
import { loadSettings } from "./components/settings";

/** Deploys the simulator of each model and the inference scheduler in front of them, as the stack's config says. */
export = async (): Promise<StackOutputs> => {
    const settings = loadSettings();
    const outputs = deploy(settings, "", { provider: createClusterProvider(settings.cluster) });
    if (modeOf(settings) === "scoring-not-obeyed") {
        await pulumi.log.warn(`Path in force: ${pathInForce(settings)}.`);
    }
    return outputs;
};
