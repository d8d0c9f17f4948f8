import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { api } from "./contract";
import { objectName } from "./identity";

/** What a monitor scrapes. */
export interface MonitorArgs {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    /** Labels of the pods, or of the Service. */
    selector: Record<string, string>;
    /** Name of the port whose `/metrics` is read. */
    port: string;
    /** Whether the endpoint asks for the scraper's token. */
    authenticated?: boolean;
}

/** A PodMonitor of the Prometheus operator: scrapes pods without a Service. */
export function createPodMonitor(
    args: MonitorArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return createMonitor("PodMonitor", "podMetricsEndpoints", args, opts);
}

/** A ServiceMonitor of the Prometheus operator: scrapes the pods behind a Service. */
export function createServiceMonitor(
    args: MonitorArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return createMonitor("ServiceMonitor", "endpoints", args, opts);
}

function createMonitor(
    kind: "PodMonitor" | "ServiceMonitor",
    endpointsField: "podMetricsEndpoints" | "endpoints",
    { name, namespace, labels, selector, port, authenticated }: MonitorArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        objectName({ namespace, name }),
        {
            apiVersion: api.monitor.version,
            kind,
            metadata: { name, namespace, labels },
            spec: {
                selector: { matchLabels: selector },
                [endpointsField]: [
                    {
                        port,
                        path: "/metrics",
                        ...(authenticated && {
                            bearerTokenFile: "/var/run/secrets/kubernetes.io/serviceaccount/token",
                        }),
                    },
                ],
            },
        },
        opts,
    );
}
