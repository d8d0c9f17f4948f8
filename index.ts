import * as pulumi from "@pulumi/pulumi";
import { schedulerStackArgs, simulatorStackArgs } from "./components/assemble";
import { createClusterProvider } from "./components/cluster";
import { modeOf } from "./components/deploymentOutput";
import { Namespaces } from "./components/namespaces";
import type { StackOutputs } from "./components/outputs";
import { pathInForce, stackOutputs } from "./components/outputs";
import { SchedulerStack } from "./components/scheduler/schedulerStack";
import type { Model } from "./components/settings";
import { loadSettings } from "./components/settings";
import { SimulatorStack } from "./components/simulator/simulatorStack";

/** Deploys the simulator of each model and the inference scheduler in front of them, as the stack's config says. */
export = async (): Promise<StackOutputs> => {
    const settings = loadSettings();
    const provider = createClusterProvider(settings.cluster);
    const namespaces = new Namespaces(
        "namespaces",
        { ...settings.namespaces, instance: settings.release },
        { provider },
    );
    const simulators = new Map(
        settings.models.map((model) => [
            model,
            new SimulatorStack(`${model.release}-simulator`, simulatorStackArgs(model, settings), {
                provider,
                dependsOn: namespaces.simulator,
            }),
        ]),
    );
    const simulatorOf = (model: Model) => simulators.get(model)!;
    const scheduler = new SchedulerStack(
        "scheduler",
        schedulerStackArgs(settings, (model) => simulatorOf(model).backend),
        { provider, dependsOn: namespaces.scheduler },
    );
    if (modeOf(settings) === "scoring-not-obeyed") {
        await pulumi.log.warn(`Path in force: ${pathInForce(settings)}.`);
    }
    return stackOutputs(settings, scheduler, simulatorOf);
};
