import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import { api, commonLabels, gatewayNames, ports, serviceHost } from "../contract";
import type { Readiness } from "../readiness";
import { waitAnnotations } from "../readiness";

/** Arguments of {@link InferenceGateway}. */
export interface InferenceGatewayArgs {
    release: string;
    namespace: string;
    /** The GatewayClass, `istio` on a default Istio. */
    className: string;
    /** Type of the Service that Istio creates for the Gateway. */
    serviceType: "LoadBalancer" | "NodePort" | "ClusterIP";
    readiness: Readiness;
}

/** The part of a Gateway's status that this program reads. */
interface GatewayStatus {
    addresses?: { value?: string }[];
}

/** The Gateway API Gateway that Istio turns into an Envoy Deployment and a Service `<name>-<class>`. */
export class InferenceGateway extends pulumi.ComponentResource {
    readonly gatewayName: string;
    readonly serviceName: string;
    /** Name of the HTTP listener that routes attach to. */
    readonly listener = "http";
    /**
     * Host that clients reach the Gateway at: the address in its status, or its Service's in-cluster name where no
     * controller has set one.
     */
    readonly host: pulumi.Output<string>;

    constructor(name: string, args: InferenceGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:scheduler:InferenceGateway", name, {}, opts);
        const names = gatewayNames(args.release, args.className);
        this.gatewayName = names.gateway;
        this.serviceName = names.gatewayService;

        const gateway = new GatewayResource(
            `${name}-gateway`,
            {
                apiVersion: api.gateway.version,
                kind: "Gateway",
                metadata: {
                    name: this.gatewayName,
                    namespace: args.namespace,
                    labels: commonLabels(this.gatewayName, args.release, "gateway"),
                    annotations: {
                        // Istio's own annotation; Gateway API has no field for it (istio.io "Gateway API").
                        "networking.istio.io/service-type": args.serviceType,
                        ...waitAnnotations(args.readiness, ["condition=Accepted", "condition=Programmed"]),
                    },
                },
                spec: {
                    gatewayClassName: args.className,
                    listeners: [
                        {
                            name: this.listener,
                            port: ports.gatewayHttp,
                            protocol: "HTTP",
                            allowedRoutes: { namespaces: { from: "Same" } },
                        },
                    ],
                },
            },
            childOptions(this, opts),
        );
        this.host = gateway.status.apply(
            (status) => status?.addresses?.[0]?.value ?? serviceHost(this.serviceName, args.namespace),
        );
        this.registerOutputs({ host: this.host });
    }
}

/** A Gateway whose status can be read, as the classes that crd2pulumi generates declare it. */
class GatewayResource extends k8s.apiextensions.CustomResource {
    declare readonly status: pulumi.Output<GatewayStatus | undefined>;

    constructor(
        name: string,
        args: k8s.apiextensions.CustomResourceArgs,
        opts: pulumi.CustomResourceOptions,
    ) {
        // Only properties that are named at construction are read back from the provider.
        super(name, { ...args, status: undefined }, opts);
    }
}
