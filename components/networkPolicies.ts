import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Who may open connections to a port. */
export interface Admission {
    port: number;
    from: k8s.types.input.networking.v1.NetworkPolicyPeer[];
}

/** Pods with certain labels in one namespace, or in every one. */
export function podsIn(
    namespace: string | undefined,
    matchLabels: Record<string, string>,
): k8s.types.input.networking.v1.NetworkPolicyPeer {
    return {
        namespaceSelector:
            namespace === undefined ? {} : { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        podSelector: { matchLabels },
    };
}

/**
 * A NetworkPolicy that admits the given connections to pods, and no other. Probes of the kubelet are always admitted.
 */
export function admitOnly(
    resourceName: string,
    args: {
        name: string;
        namespace: string;
        labels: Record<string, string>;
        selector: Record<string, string>;
        admissions: Admission[];
    },
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    return new k8s.networking.v1.NetworkPolicy(
        resourceName,
        {
            metadata: { name: args.name, namespace: args.namespace, labels: args.labels },
            spec: {
                podSelector: { matchLabels: args.selector },
                policyTypes: ["Ingress"],
                ingress: args.admissions.map(({ port, from }) => ({
                    from,
                    ports: [{ protocol: "TCP", port }],
                })),
            },
        },
        opts,
    );
}
