import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { objectName } from "../identity";

/** How an autoscaler owns a Deployment's number of pods. */
export interface AutoscalingSettings {
    enabled: boolean;
    minReplicas: number;
    maxReplicas: number;
    /** In percent of the CPU request. */
    targetCpuPercent: number;
}

/** Creates the HorizontalPodAutoscaler of a Deployment of the same name. */
export function createAutoscaler(
    args: { name: string; namespace: string; labels: Record<string, string>; settings: AutoscalingSettings },
    opts: pulumi.CustomResourceOptions,
): k8s.autoscaling.v2.HorizontalPodAutoscaler {
    const { minReplicas, maxReplicas, targetCpuPercent } = args.settings;
    return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
        objectName(args),
        {
            metadata: { name: args.name, namespace: args.namespace, labels: args.labels },
            spec: {
                scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: args.name },
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
