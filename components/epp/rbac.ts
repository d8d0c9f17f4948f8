import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link bindPodReader}. */
export interface PodReaderArgs {
    name: string;
    /** Namespace of the pods, and so of the Role. */
    podNamespace: string;
    labels: Record<string, string>;
    serviceAccount: { name: string; namespace: string };
    /** Whether the EPP elects a leader, and so writes a Lease in the pods' namespace. */
    leaderElection: boolean;
}

/**
 * Gives the EPP what it needs in the model servers' namespace, and nothing else. It finds pods by a selector
 * (`--endpoint-selector`) and so reads no InferencePool. The Lease of its leader election is made in the same
 * namespace (GIE `pkg/epp/server/controller_manager.go`).
 */
export function bindPodReader(
    resourceName: string,
    args: PodReaderArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.rbac.v1.RoleBinding {
    const metadata = { name: args.name, namespace: args.podNamespace, labels: args.labels };
    const rules: k8s.types.input.rbac.v1.PolicyRule[] = [
        { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
    ];
    if (args.leaderElection) {
        rules.push(
            {
                apiGroups: ["coordination.k8s.io"],
                resources: ["leases"],
                verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
            },
            { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
        );
    }
    const role = new k8s.rbac.v1.Role(`${resourceName}-role`, { metadata, rules }, opts);
    return new k8s.rbac.v1.RoleBinding(
        `${resourceName}-binding`,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: args.name },
            subjects: [{ kind: "ServiceAccount", ...args.serviceAccount }],
        },
        pulumi.mergeOptions(opts, { dependsOn: [role] }),
    );
}
