import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { api } from "./contract";
import { objectName } from "./identity";

/** How monitors are found, and how they scrape. */
export interface MonitorSettings {
    /** Labels that the Prometheus operator selects monitors by, beside those of every object of the stack. */
    labels?: Record<string, string>;
    /** How often, e.g. `15s`. Default: Prometheus' own. */
    interval?: string;
    /**
     * The Secret, in the monitor's namespace, with the token for an endpoint that asks for one. Default: the token of
     * Prometheus' own pod, which an operator that denies file access refuses (`arbitraryFSAccessThroughSMs`).
     */
    tokenSecret?: { name: string; key: string };
}

/** What a monitor scrapes. */
export interface MonitorArgs {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    /** Labels of the pods, or of the Service. */
    selector: Record<string, string>;
    /** Name of the port whose `/metrics` is read. */
    port: string;
    settings: MonitorSettings;
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
    { name, namespace, labels, selector, port, settings, authenticated }: MonitorArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        objectName({ namespace, name }),
        {
            apiVersion: api.monitor.version,
            kind,
            metadata: { name, namespace, labels: { ...settings.labels, ...labels } },
            spec: {
                selector: { matchLabels: selector },
                [endpointsField]: [
                    {
                        port,
                        path: "/metrics",
                        ...(settings.interval !== undefined && { interval: settings.interval }),
                        ...(authenticated && credentials(settings)),
                    },
                ],
            },
        },
        opts,
    );
}

function credentials({ tokenSecret }: MonitorSettings): object {
    return tokenSecret === undefined
        ? { bearerTokenFile: "/var/run/secrets/kubernetes.io/serviceaccount/token" }
        : { authorization: { type: "Bearer", credentials: tokenSecret } };
}
