import * as pulumi from "@pulumi/pulumi";
import { createClusterProvider } from "./components/cluster";
import { podSelector, releaseNames } from "./components/contract";
import type { StackOutputs } from "./components/outputs";
import { pathInForce, stackOutputs } from "./components/outputs";
import { SchedulerStack } from "./components/scheduler/schedulerStack";
import { loadSettings } from "./components/settings";
import { SimulatorStack } from "./components/simulator/simulatorStack";
import { eppReleaseOf, simulatorReleaseOf } from "./components/versions";

/** Deploys the inference simulator and the inference scheduler in front of it, as the stack's config says. */
export = async (): Promise<StackOutputs> => {
    const settings = loadSettings();
    const { namespaces, images, readiness } = settings;
    const names = releaseNames(settings.release, settings.modelRelease);
    const opts = { provider: createClusterProvider(settings.cluster) };

    const simulator = new SimulatorStack(
        "simulator",
        {
            modelRelease: settings.modelRelease,
            names,
            namespace: namespaces.simulator,
            createNamespace: namespaces.create,
            image: images.simulator,
            release: simulatorReleaseOf(images.simulator, images.simulatorVersion),
            model: settings.simulator,
            replicas: settings.replicas,
            resources: settings.resources,
            readiness,
        },
        opts,
    );
    const scheduler = new SchedulerStack(
        "scheduler",
        {
            release: settings.release,
            names,
            namespace: namespaces.scheduler,
            createNamespace: namespaces.create,
            gateway: settings.gateway,
            backend: simulator.backend,
            extProc: settings.extProc,
            epp: {
                image: images.epp,
                release: eppReleaseOf(images.epp, images.eppVersion),
                replicas: settings.replicas.epp,
                resources: settings.resources.epp,
                podSelector: podSelector(settings.modelRelease, "decode"),
                blockSize: settings.simulator.blockSize,
            },
            readiness,
        },
        opts,
    );
    if (settings.extProc.enabled) {
        await pulumi.log.warn(`Path in force: ${pathInForce(settings)}.`);
    }
    return stackOutputs(settings, scheduler, simulator);
};
