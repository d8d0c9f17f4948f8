import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import type { Backend, ReleaseNames } from "../contract";
import { extProcFilterName, ports } from "../contract";
import type { RouteMatch, RouteTimeouts } from "../crossNamespaceRoute";
import { CrossNamespaceRoute } from "../crossNamespaceRoute";
import type { EndpointPickerSettings } from "../epp/endpointPicker";
import { EndpointPicker } from "../epp/endpointPicker";
import type { Readiness } from "../readiness";
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
    /**
     * The EPP of a model whose backend is a Service; it watches the model servers in the backend's namespace. The EPP
     * of a pool is its SimulatorStack's.
     */
    epp?: EndpointPickerSettings;
}

/** Arguments of {@link SchedulerStack}. */
export interface SchedulerStackArgs {
    release: string;
    namespace: string;
    gateway: GatewaySettings;
    models: RoutedModel[];
    timeouts: RouteTimeouts;
    /** Whether and how an EnvoyFilter asks the EPPs of Services. Istio asks the EPP of a pool by itself. */
    extProc: { enabled: boolean; failureMode: "FailClose" | "FailOpen"; messageTimeout: string };
    readiness: Readiness;
    /** Whether Pulumi refuses to delete or replace the Gateway. Default: as the component's own `protect`. */
    protect?: boolean;
}

/**
 * The scheduler's side of the stack: the Gateway and, for each model, the route to its backend with its grant. For a
 * Service also its EPP, and with ext_proc the EnvoyFilter that asks it.
 */
export class SchedulerStack extends pulumi.ComponentResource {
    /** URL of the Gateway, e.g. `http://203.0.113.7:80`. */
    readonly address: pulumi.Output<string>;
    /** Name of the Service that Istio creates for the Gateway. */
    readonly gatewayService: string;

    constructor(name: string, args: SchedulerStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:scheduler:SchedulerStack", name, {}, opts);
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
            if (model.epp !== undefined) {
                const epp = new EndpointPicker(
                    `${model.release}-epp`,
                    {
                        ...model.epp,
                        name: names.epp,
                        namespace: args.namespace,
                        podNamespace: backend.namespace,
                        readiness: args.readiness,
                    },
                    childOptions(this, opts, backend.dependsOn),
                );
                if (args.extProc.enabled) {
                    createExtProcFilter(
                        `${model.release}-ext-proc`,
                        {
                            ...args.extProc,
                            name: extProcFilterName(names.epp),
                            namespace: args.namespace,
                            gatewayName: gateway.gatewayName,
                            eppName: names.epp,
                            instance: model.release,
                        },
                        // A Gateway that fails closed must not ask before the EPP can answer.
                        childOptions(this, opts, [epp]),
                    );
                }
            }
            new CrossNamespaceRoute(
                `${model.release}-route`,
                {
                    name: names.route,
                    namespace: args.namespace,
                    gateway: { name: gateway.gatewayName, listeners: gateway.listeners },
                    backend,
                    match: model.match,
                    timeouts: args.timeouts,
                    instance: model.release,
                    readiness: args.readiness,
                },
                childOptions(this, opts, [gateway, ...backend.dependsOn]),
            );
        }
        this.gatewayService = gateway.serviceName;
        this.address = pulumi.interpolate`http://${gateway.host}:${ports.gatewayHttp}`;
        this.registerOutputs({ address: this.address });
    }
}
