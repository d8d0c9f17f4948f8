import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { commonLabels } from "./contract";

/** A Pod Security Standard level (kubernetes.io/docs/concepts/security/pod-security-standards). */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/** Creates a namespace that enforces a Pod Security Standard. */
export function createNamespace(
    resourceName: string,
    args: { name: string; podSecurity: PodSecurityLevel; instance: string },
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
    return new k8s.core.v1.Namespace(
        resourceName,
        {
            metadata: {
                name: args.name,
                labels: {
                    ...commonLabels(args.name, args.instance, "namespace"),
                    "pod-security.kubernetes.io/enforce": args.podSecurity,
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
        },
        opts,
    );
}
