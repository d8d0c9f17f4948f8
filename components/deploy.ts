import * as pulumi from "@pulumi/pulumi";
import { registryCredentials, schedulerStackArgs, simulatorStackArgs } from "./stackArgs";
import { Namespaces } from "./namespaces";
import type { StackOutputs } from "./outputs";
import { stackOutputs } from "./outputs";
import { PullSecrets } from "./pullSecrets";
import { SchedulerStack } from "./scheduler/schedulerStack";
import type { Model, Settings } from "./settings";
import { SimulatorStack } from "./simulator/simulatorStack";

/**
 * Deploys what the settings say: the namespaces, the simulator of each model, and the scheduler in front of them. How
 * the cluster is reached is the options' to say, not the settings'.
 *
 * @param prefix of the resources' names in the program: empty, or a name where there can be several stacks.
 * @param opts of every component: the provider, what they depend on, and a parent where they are a component's.
 */
export function deploy(
    settings: Settings,
    prefix: string,
    opts: pulumi.ComponentResourceOptions,
): StackOutputs {
    const after = (dependsOn: pulumi.Resource[]) => pulumi.mergeOptions(opts, { dependsOn });
    const namespaces = new Namespaces(
        `${prefix}namespaces`,
        {
            ...settings.namespaces,
            instance: settings.release,
            istioRevision: settings.gateway.istioRevision,
            protect: settings.protect,
        },
        opts,
    );
    const pullSecrets = registryCredentials(settings);
    const secrets =
        pullSecrets === undefined
            ? {}
            : new PullSecrets(
                  `${prefix}registry`,
                  {
                      ...pullSecrets,
                      instance: settings.release,
                      namespaces: {
                          scheduler: { name: settings.namespaces.scheduler, dependsOn: namespaces.scheduler },
                          simulator: { name: settings.namespaces.simulator, dependsOn: namespaces.simulator },
                      },
                  },
                  opts,
              ).secrets;
    const before = (role: "scheduler" | "simulator") =>
        after([...namespaces[role], ...(secrets[role] === undefined ? [] : [secrets[role]])]);
    const simulators = new Map(
        settings.models.map((model) => [
            model,
            new SimulatorStack(
                `${prefix}${model.release}-simulator`,
                simulatorStackArgs(model, settings),
                before("simulator"),
            ),
        ]),
    );
    const simulatorOf = (model: Model) => simulators.get(model)!;
    const scheduler = new SchedulerStack(
        `${prefix}scheduler`,
        schedulerStackArgs(settings, (model) => simulatorOf(model).backend),
        before("scheduler"),
    );
    return stackOutputs(settings, scheduler, simulatorOf);
}
