import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import type { Backend, ReleaseNames } from "../contract";
import { ports } from "../contract";
import { CrossNamespaceRoute } from "../crossNamespaceRoute";
import type { EndpointPickerSettings } from "../epp/endpointPicker";
import { EndpointPicker } from "../epp/endpointPicker";
import { createNamespace } from "../namespace";
import type { Readiness } from "../readiness";
import { createExtProcFilter } from "./extProcFilter";
import { InferenceGateway } from "./gateway";

/** Arguments of {@link SchedulerStack}. */
export interface SchedulerStackArgs {
    release: string;
    names: ReleaseNames;
    namespace: string;
    /** Whether the stack creates its namespace, or finds it. */
    createNamespace: boolean;
    gateway: { className: string; serviceType: "LoadBalancer" | "NodePort" | "ClusterIP" };
    /** Where requests go: what a SimulatorStack offers. Its namespace is another than this stack's. */
    backend: Backend;
    extProc: { enabled: boolean; failureMode: "FailClose" | "FailOpen"; messageTimeout: string };
    /** The EPP; it watches the model servers in the backend's namespace. */
    epp: EndpointPickerSettings;
    readiness: Readiness;
}

/**
 * The scheduler's side of the stack: the Gateway, the route to the backend with its grant, the EPP, and with ext_proc
 * the EnvoyFilter that asks it.
 */
export class SchedulerStack extends pulumi.ComponentResource {
    /** URL of the Gateway, e.g. `http://203.0.113.7:80`. */
    readonly address: pulumi.Output<string>;
    /** Name of the Service that Istio creates for the Gateway. */
    readonly gatewayService: string;
    readonly epp: EndpointPicker;

    constructor(name: string, args: SchedulerStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:scheduler:SchedulerStack", name, {}, opts);
        const dependsOn: k8s.core.v1.Namespace[] = [];
        if (args.createNamespace) {
            dependsOn.push(
                createNamespace(
                    `${name}-namespace`,
                    // Istio's gateway pods set no seccomp profile, which `restricted` would refuse.
                    { name: args.namespace, podSecurity: "baseline", instance: args.release },
                    childOptions(this, opts),
                ),
            );
        }
        this.epp = new EndpointPicker(
            `${name}-epp`,
            {
                ...args.epp,
                name: args.names.epp,
                namespace: args.namespace,
                podNamespace: args.backend.namespace,
                readiness: args.readiness,
            },
            childOptions(this, opts, [...dependsOn, ...args.backend.dependsOn]),
        );
        const gateway = new InferenceGateway(
            `${name}-gateway`,
            { release: args.release, namespace: args.namespace, readiness: args.readiness, ...args.gateway },
            childOptions(this, opts, dependsOn),
        );
        if (args.extProc.enabled) {
            createExtProcFilter(
                `${name}-ext-proc`,
                {
                    name: `${args.names.epp}-ext-proc`,
                    namespace: args.namespace,
                    gatewayName: gateway.gatewayName,
                    eppName: args.names.epp,
                    instance: args.release,
                    failureMode: args.extProc.failureMode,
                    messageTimeout: args.extProc.messageTimeout,
                },
                // A Gateway that fails closed must not ask before the EPP can answer.
                childOptions(this, opts, [...dependsOn, this.epp]),
            );
        }
        new CrossNamespaceRoute(
            `${name}-route`,
            {
                name: args.names.route,
                namespace: args.namespace,
                gateway: { name: gateway.gatewayName, listener: gateway.listener },
                backend: args.backend,
                instance: args.release,
                readiness: args.readiness,
            },
            childOptions(this, opts, [...dependsOn, gateway, ...args.backend.dependsOn]),
        );
        this.gatewayService = gateway.serviceName;
        this.address = pulumi.interpolate`http://${gateway.host}:${ports.gatewayHttp}`;
        this.registerOutputs({ address: this.address });
    }
}
