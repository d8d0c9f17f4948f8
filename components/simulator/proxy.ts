import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import { api, commonLabels, podSelector, portNames, ports, serviceHost } from "../contract";
import { component, formerly, objectName } from "../identity";
import { notAwaited } from "../readiness";

/** How Envoys speak to the proxy Service's pods. */
export interface ProxyTraffic {
    loadBalancer: "ROUND_ROBIN" | "LEAST_REQUEST" | "RANDOM";
    maxConnections: number;
    /** Requests that wait for a connection; with 1, load turns into 503 UO. */
    maxPendingRequests: number;
    maxRequests: number;
}

/** Arguments of {@link Proxy}. */
export interface ProxyArgs {
    name: string;
    namespace: string;
    modelRelease: string;
    traffic: ProxyTraffic;
    /** Whether a sidecar is what listens. Default: false. */
    toSidecar?: boolean;
}

/**
 * The Service that gives the decode pods a stable name and an explicit port, for the route and for clients that
 * bypass the scheduler, and its DestinationRule. It never selects prefill pods.
 */
export class Proxy extends pulumi.ComponentResource {
    constructor(name: string, args: ProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("simulator:Proxy", name, opts));
        const metadata = {
            name: args.name,
            namespace: args.namespace,
            labels: commonLabels(args.name, args.modelRelease, "proxy"),
        };
        new k8s.core.v1.Service(
            objectName(metadata),
            {
                metadata: { ...metadata, annotations: notAwaited },
                spec: {
                    type: "ClusterIP",
                    selector: podSelector(args.modelRelease, "decode"),
                    ports: [
                        {
                            name: portNames.inference,
                            port: ports.inference,
                            // By number: Kubernetes has not always looked for names among the ports of sidecars.
                            targetPort: args.toSidecar ? ports.inference : portNames.inference,
                            protocol: "TCP",
                            appProtocol: "http",
                        },
                    ],
                },
            },
            formerly(`${name}-service`, childOptions(this, opts)),
        );
        const { loadBalancer, maxConnections, maxPendingRequests, maxRequests } = args.traffic;
        new k8s.apiextensions.CustomResource(
            objectName(metadata),
            {
                apiVersion: api.destinationRule.version,
                kind: "DestinationRule",
                metadata,
                spec: {
                    host: serviceHost(args.name, args.namespace),
                    trafficPolicy: {
                        loadBalancer: { simple: loadBalancer },
                        connectionPool: {
                            tcp: { maxConnections },
                            http: {
                                http1MaxPendingRequests: maxPendingRequests,
                                http2MaxRequests: maxRequests,
                            },
                        },
                    },
                },
            },
            formerly(`${name}-traffic`, childOptions(this, opts)),
        );
        this.registerOutputs({});
    }
}
