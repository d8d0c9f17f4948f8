import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "./empties";
import { objectName } from "./identity";

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
        // An empty selector selects everything.
        namespaceSelector:
            namespace === undefined ? {} : { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        podSelector: { matchLabels: unlessEmpty(matchLabels) },
    };
}

/**
 * A NetworkPolicy that admits the given connections to pods, and no other. Probes of the kubelet are always admitted.
 */
export function admitOnly(
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
        objectName(args),
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
