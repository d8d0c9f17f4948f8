import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import type { Backend, ReleaseNames } from "../contract";
import { ports, serviceHost } from "../contract";
import { createNamespace } from "../namespace";
import type { Readiness } from "../readiness";
import type { SimulatorRelease } from "../versions";
import type { ResourceSettings } from "../workload";
import type { ModelSettings } from "./modelServer";
import { deployModelServer } from "./modelServer";
import { createProxyService } from "./proxyService";

/** Arguments of {@link SimulatorStack}. */
export interface SimulatorStackArgs {
    modelRelease: string;
    names: ReleaseNames;
    namespace: string;
    /** Whether the stack creates its namespace, or finds it. */
    createNamespace: boolean;
    image: string;
    /** What the image can do. */
    release: SimulatorRelease;
    model: ModelSettings;
    replicas: { decode: number; prefill: number };
    resources: { decode: ResourceSettings; prefill: ResourceSettings };
    readiness: Readiness;
}

/** The simulator's side of the stack: decode and prefill pods, and the proxy Service in front of decode. */
export class SimulatorStack extends pulumi.ComponentResource {
    /** What a SchedulerStack routes to. */
    readonly backend: Backend;
    /** In-cluster URL of the proxy Service: the direct path. */
    readonly directAddress: string;

    constructor(name: string, args: SimulatorStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:simulator:SimulatorStack", name, {}, opts);
        const dependsOn: k8s.core.v1.Namespace[] = [];
        if (args.createNamespace) {
            dependsOn.push(
                createNamespace(
                    `${name}-namespace`,
                    { name: args.namespace, podSecurity: "restricted", instance: args.modelRelease },
                    childOptions(this, opts),
                ),
            );
        }
        const [decode] = (["decode", "prefill"] as const).map((role) =>
            deployModelServer(
                `${name}-${role}`,
                {
                    name: args.names[role],
                    namespace: args.namespace,
                    modelRelease: args.modelRelease,
                    role,
                    replicas: args.replicas[role],
                    image: args.image,
                    release: args.release,
                    model: args.model,
                    resources: args.resources[role],
                    timeoutSeconds: args.readiness.timeoutSeconds,
                },
                childOptions(this, opts, dependsOn),
            ),
        );
        const proxy = createProxyService(
            `${name}-proxy`,
            { name: args.names.proxy, namespace: args.namespace, modelRelease: args.modelRelease },
            childOptions(this, opts, [...dependsOn, decode!]),
        );
        this.backend = {
            kind: "Service",
            name: args.names.proxy,
            namespace: args.namespace,
            port: ports.inference,
            dependsOn: [proxy],
        };
        this.directAddress = `http://${serviceHost(args.names.proxy, args.namespace)}:${String(ports.inference)}`;
        this.registerOutputs({ directAddress: this.directAddress });
    }
}
