import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import type { Backend, ReleaseNames } from "../contract";
import { extProcFilterName, ports } from "../contract";
import type { GrantVersion, RouteMatch, RouteTimeouts } from "../crossNamespaceRoute";
import { CrossNamespaceRoute } from "../crossNamespaceRoute";
import type { EndpointPickerSettings } from "../epp/endpointPicker";
import { EndpointPicker } from "../epp/endpointPicker";
import type { Readiness } from "../readiness";
import { component, formerly, formerType } from "../identity";
import { createExtProcFilter } from "./extProcFilter";
import type { GatewaySettings } from "./gateway";
import { InferenceGateway } from "./gateway";

/** One model behind the Gateway. */
export interface RoutedModel {
    release: string;
    names: ReleaseNames;
    /** Where its requests go: what its SimulatorStack offers. Its namespace is another than this stack's. */
    backend: Backend;
    match: RouteMatch;
    /** What comes to it besides. Default: nothing. */
    besides?: readonly RouteMatch[];
    /** The EPP; it watches the model servers in the backend's namespace. Default: none, or a pool has its own already. */
    epp?: EndpointPickerSettings;
}

/** Arguments of {@link SchedulerStack}. */
export interface SchedulerStackArgs {
    release: string;
    namespace: string;
    gateway: GatewaySettings;
    models: RoutedModel[];
    timeouts: RouteTimeouts;
    /** API version of the ReferenceGrants. Default: v1beta1. */
    grantVersion?: GrantVersion;
    /** Whether and how an EnvoyFilter asks the EPPs of Services. Istio asks the EPP of a pool by itself. */
    extProc: { enabled: boolean; failureMode: "FailClose" | "FailOpen"; messageTimeout: string };
    readiness: Readiness;
    /** Whether Pulumi refuses to delete or replace the Gateway. Default: as the component's own `protect`. */
    protect?: boolean;
}

/**
 * The scheduler's side of the stack: the Gateway and, for each model, its EPP, the route to its backend with its grant
 * and, with ext_proc to a Service, the EnvoyFilter that asks the EPP.
 */
export class SchedulerStack extends pulumi.ComponentResource {
    /** URL of the Gateway, e.g. `http://203.0.113.7:80`; of its HTTPS listener where port 80 redirects there. */
    readonly address: pulumi.Output<string>;
    /** The port of {@link address}. */
    readonly port: number;
    /** Name of the Service that Istio creates for the Gateway. */
    readonly gatewayService: string;

    constructor(name: string, args: SchedulerStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("scheduler:SchedulerStack", name, opts));
        const gateway = new InferenceGateway(
            `${name}-gateway`,
            {
                ...args.gateway,
                release: args.release,
                namespace: args.namespace,
                readiness: args.readiness,
                protect: args.protect,
            },
            childOptions(this, opts),
        );
        for (const model of args.models) {
            const { names, backend } = model;
            const epp = model.epp === undefined ? undefined : this.createPicker(model.epp, model, args, opts);
            const route = new CrossNamespaceRoute(
                `${model.release}-route`,
                {
                    name: names.route,
                    namespace: args.namespace,
                    gateway: { name: gateway.gatewayName, listeners: gateway.listeners },
                    backend,
                    match: model.match,
                    besides: model.besides,
                    timeouts: args.timeouts,
                    grantVersion: args.grantVersion,
                    instance: model.release,
                    readiness: args.readiness,
                },
                childOptions(this, opts, [
                    gateway,
                    ...backend.dependsOn,
                    // Requests to a pool go where its EPP says; those to a Service do not need it.
                    ...(epp !== undefined && backend.kind === "InferencePool" ? [epp] : []),
                ]),
            );
            if (epp !== undefined && backend.kind === "Service" && args.extProc.enabled) {
                createExtProcFilter(
                    {
                        ...args.extProc,
                        name: extProcFilterName(names.epp),
                        namespace: args.namespace,
                        gatewayName: gateway.gatewayName,
                        eppName: names.epp,
                        instance: model.release,
                    },
                    // A Gateway that fails closed must not ask before the EPP can answer, nor after it is gone. And
                    // where requests move to or from a pool, for which Istio asks, as few as can be are asked about
                    // twice: the filter comes after this route, when the pool's is about to go, and goes before it.
                    formerly(`${model.release}-ext-proc`, childOptions(this, opts, [epp, route])),
                );
            }
        }
        this.gatewayService = gateway.serviceName;
        this.port = gateway.entrance === "https" ? ports.gatewayHttps : ports.gatewayHttp;
        this.address = pulumi.interpolate`${gateway.entrance}://${gateway.host}:${this.port}`;
        this.registerOutputs({ address: this.address });
    }

    /**
     * The EPP of a model. That of a pool must be in the pool's namespace; its component is the same one, so that no
     * setting changes the types of its objects' parents.
     */
    private createPicker(
        settings: EndpointPickerSettings,
        { release, names, backend }: RoutedModel,
        args: SchedulerStackArgs,
        opts: pulumi.ComponentResourceOptions | undefined,
    ): EndpointPicker {
        const ofPool = backend.kind === "InferencePool";
        // In the first release the EPP of a pool was a child of the simulator's stack.
        const formerParent = pulumi.createUrn(
            `${release}-simulator`,
            formerType("simulator:SimulatorStack"),
            opts?.parent,
        );
        return new EndpointPicker(
            `${release}-epp`,
            {
                ...settings,
                name: names.epp,
                namespace: ofPool ? backend.namespace : args.namespace,
                gatewayNamespace: args.namespace,
                podNamespace: backend.namespace,
                ...(ofPool && { poolName: backend.name }),
                readiness: args.readiness,
            },
            {
                ...childOptions(this, opts, backend.dependsOn),
                ...(ofPool && {
                    aliases: [
                        {
                            name: `${release}-pool-epp`,
                            type: formerType("epp:EndpointPicker"),
                            parent: formerParent,
                        },
                    ],
                }),
            },
        );
    }
}
