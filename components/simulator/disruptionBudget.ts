import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { objectName } from "../identity";

/** Creates the PodDisruptionBudget of a Deployment of the same name. */
export function createDisruptionBudget(
    args: {
        name: string;
        namespace: string;
        labels: Record<string, string>;
        selector: Record<string, string>;
        maxUnavailable: number;
    },
    opts: pulumi.CustomResourceOptions,
): k8s.policy.v1.PodDisruptionBudget {
    return new k8s.policy.v1.PodDisruptionBudget(
        objectName(args),
        {
            metadata: { name: args.name, namespace: args.namespace, labels: args.labels },
            spec: { maxUnavailable: args.maxUnavailable, selector: { matchLabels: args.selector } },
        },
        opts,
    );
}
