import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { api } from "../contract";
import { objectName } from "../identity";
import type { Demand } from "./demand";

/** How an autoscaler owns a Deployment's number of pods. */
export interface AutoscalingSettings {
    minReplicas: number;
    maxReplicas: number;
    /** What it follows: CPU use, in percent of the request, or what an EPP tells of demand. */
    by: { targetCpuPercent: number } | DemandScaling;
}

/** How KEDA follows what an EPP tells: of several demands, the one that asks for the most pods. */
export interface DemandScaling {
    demands: Demand[];
    /** URL of the Prometheus that scrapes the EPP. */
    prometheusAddress: string;
    /** How long pods stay when there is nothing for them to do, in seconds. */
    cooldownSeconds: number;
}

interface AutoscalerArgs {
    /** Of the Deployment, and of the autoscaler. */
    name: string;
    namespace: string;
    labels: Record<string, string>;
    settings: AutoscalingSettings;
}

/** Creates the autoscaler of a Deployment of the same name. */
export function createAutoscaler(args: AutoscalerArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { by } = args.settings;
    return "targetCpuPercent" in by
        ? createHorizontalPodAutoscaler(args, by.targetCpuPercent, opts)
        : createScaledObject(args, by, opts);
}

function createHorizontalPodAutoscaler(
    { name, namespace, labels, settings: { minReplicas, maxReplicas } }: AutoscalerArgs,
    targetCpuPercent: number,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
        objectName({ namespace, name }),
        {
            metadata: { name, namespace, labels },
            spec: {
                scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
                minReplicas,
                maxReplicas,
                metrics: [
                    {
                        type: "Resource",
                        resource: {
                            name: "cpu",
                            target: { type: "Utilization", averageUtilization: targetCpuPercent },
                        },
                    },
                ],
            },
        },
        opts,
    );
}

/** How often KEDA looks while there is no pod, in seconds: so long a request waits besides. Its own default is 30. */
const wakingSeconds = 5;

/** KEDA makes a HorizontalPodAutoscaler of it (https://keda.sh/docs/2.19/reference/scaledobject-spec/). */
function createScaledObject(
    { name, namespace, labels, settings: { minReplicas, maxReplicas } }: AutoscalerArgs,
    { demands, prometheusAddress, cooldownSeconds }: DemandScaling,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    return new k8s.apiextensions.CustomResource(
        objectName({ namespace, name }),
        {
            apiVersion: api.scaledObject.version,
            kind: "ScaledObject",
            metadata: { name, namespace, labels },
            spec: {
                scaleTargetRef: { name },
                minReplicaCount: minReplicas,
                maxReplicaCount: maxReplicas,
                // KEDA's own cooldown is of the way to zero; above it the HorizontalPodAutoscaler decides.
                ...(minReplicas === 0 && { pollingInterval: wakingSeconds, cooldownPeriod: cooldownSeconds }),
                advanced: {
                    horizontalPodAutoscalerConfig: {
                        behavior: { scaleDown: { stabilizationWindowSeconds: cooldownSeconds } },
                    },
                },
                triggers: demands.map(({ query, threshold, metricType }) => ({
                    type: "prometheus",
                    metricType,
                    metadata: {
                        serverAddress: prometheusAddress,
                        query,
                        threshold: String(threshold),
                    },
                })),
            },
        },
        opts,
    );
}
