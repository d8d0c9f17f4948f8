import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import { component } from "../identity";
import type { Backend, ReleaseNames, Role } from "../contract";
import { ports, proxyUrl } from "../contract";
import type { ObjectiveGroup } from "../../releases";
import { InferencePool } from "./inferencePool";
import type { ModelServerSettings, RoleSettings } from "./modelServer";
import { ModelServer } from "./modelServer";
import type { ProxyTraffic } from "./proxy";
import { Proxy } from "./proxy";

/** The InferencePool over a model's pods. */
export interface PoolSettings {
    /** Labels of the pods in the pool. */
    podSelector: Record<string, string>;
    failureMode: "FailClose" | "FailOpen";
    /** InferenceObjectives by name, with their priority. */
    objectives: Record<string, number>;
    /** API group of the objectives. Default: the older one. */
    objectiveGroup?: ObjectiveGroup;
}

/** Arguments of {@link SimulatorStack}. */
export interface SimulatorStackArgs {
    release: string;
    modelRelease: string;
    names: ReleaseNames;
    namespace: string;
    servers: ModelServerSettings;
    roles: Record<Role, RoleSettings>;
    proxy: ProxyTraffic;
    /** Given, requests through the Gateway go to the pool; otherwise to the proxy Service. */
    pool?: PoolSettings;
}

/**
 * The simulator's side of the stack, for one model: decode and prefill pods, the proxy Service in front of decode, and
 * with scoring the pool over them. The EPP of a pool is the SchedulerStack's, as that of a Service is.
 */
export class SimulatorStack extends pulumi.ComponentResource {
    /** What a SchedulerStack routes to. */
    readonly backend: Backend;
    /** In-cluster URL of the proxy Service: the direct path. */
    readonly directAddress: string;

    constructor(name: string, args: SimulatorStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("simulator:SimulatorStack", name, opts));
        const { release, names, namespace, modelRelease } = args;
        const deployRole = (role: Role) =>
            new ModelServer(
                `${release}-${role}`,
                { ...args.servers, ...args.roles[role], name: names[role], namespace, modelRelease, role },
                childOptions(this, opts),
            );
        const decode = deployRole("decode");
        deployRole("prefill");
        const proxy = new Proxy(
            `${release}-proxy`,
            {
                name: names.proxy,
                namespace,
                modelRelease,
                traffic: args.proxy,
                toSidecar: args.roles.decode.sidecar !== undefined,
            },
            childOptions(this, opts, [decode]),
        );
        this.directAddress = proxyUrl(names, namespace);
        const target = { namespace, port: ports.inference };
        if (args.pool === undefined) {
            this.backend = { kind: "Service", name: names.proxy, ...target, dependsOn: [proxy] };
        } else {
            const pool = new InferencePool(
                `${release}-pool`,
                { ...args.pool, name: names.pool, namespace, eppName: names.epp, instance: release },
                childOptions(this, opts),
            );
            this.backend = { kind: "InferencePool", name: names.pool, ...target, dependsOn: [pool, decode] };
        }
        this.registerOutputs({ directAddress: this.directAddress });
    }
}
