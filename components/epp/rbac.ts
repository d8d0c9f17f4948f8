import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EppRelease } from "../../releases";
import { formerly, objectName } from "../identity";
import { eppRules, metricsAuthRules } from "../../releases";

/** Arguments of {@link grantRights}. */
export interface RightsArgs {
    name: string;
    /** Namespace of the pods and of the pool, and so of the Role. */
    podNamespace: string;
    labels: Record<string, string>;
    serviceAccount: { name: string; namespace: string };
    release: EppRelease;
    /** Whether the EPP reads an InferencePool, or finds pods by a selector. */
    readsPool: boolean;
    /** Whether it elects a leader, and so writes a Lease in the pods' namespace. */
    leaderElection: boolean;
    /** Whether it reviews the tokens of those who read its metrics. */
    metricsAuth: boolean;
}

/**
 * Gives the EPP what it needs in the model servers' namespace, and nothing else. The Lease of its leader election is
 * made there too, wherever the EPP is (GIE `pkg/epp/server/controller_manager.go`).
 *
 * @param formerName what the resources' names began with in the first release.
 * @returns what must be there before the EPP starts.
 */
export function grantRights(
    formerName: string,
    args: RightsArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    // Named after what is read, so that the EPP of a pool and the one before it have rights side by side.
    const name = `${args.name}-${args.readsPool ? "pool-reader" : "pod-reader"}`;
    const metadata = { name, namespace: args.podNamespace, labels: args.labels };
    const rules = eppRules(args.release, { pool: args.readsPool, leaderElection: args.leaderElection });
    const subjects = [{ kind: "ServiceAccount", ...args.serviceAccount }];
    const apiGroup = "rbac.authorization.k8s.io";
    const role = new k8s.rbac.v1.Role(
        objectName(metadata),
        { metadata, rules },
        formerly(`${formerName}-role`, opts),
    );
    const binding = new k8s.rbac.v1.RoleBinding(
        objectName(metadata),
        { metadata, roleRef: { apiGroup, kind: "Role", name }, subjects },
        formerly(`${formerName}-binding`, pulumi.mergeOptions(opts, { dependsOn: [role] })),
    );
    if (!args.metricsAuth) {
        return [binding];
    }
    // Token reviews are not namespaced, so neither is the right to ask for one.
    const clusterWide = {
        name: `${args.serviceAccount.namespace}-${args.name}-metrics-auth`,
        labels: args.labels,
    };
    const clusterRole = new k8s.rbac.v1.ClusterRole(
        objectName(clusterWide),
        {
            metadata: clusterWide,
            rules: [...metricsAuthRules],
        },
        formerly(`${formerName}-metrics-auth-role`, opts),
    );
    const clusterBinding = new k8s.rbac.v1.ClusterRoleBinding(
        objectName(clusterWide),
        {
            metadata: clusterWide,
            roleRef: { apiGroup, kind: "ClusterRole", name: clusterWide.name },
            subjects,
        },
        formerly(
            `${formerName}-metrics-auth-binding`,
            pulumi.mergeOptions(opts, { dependsOn: [clusterRole] }),
        ),
    );
    return [binding, clusterBinding];
}
