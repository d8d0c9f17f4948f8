import type { EppRelease } from "./epp";

/** A rule of a Role or ClusterRole. */
export interface RbacRule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
}

const read = ["get", "list", "watch"];

/**
 * The rules that an EPP needs in the namespace of its pods. Without a pool (`--endpoint-selector`) it starts none of the
 * reconcilers of custom resources (GIE 1.2.0 to 1.5.0 `runner.go`), and reads nothing but pods.
 */
export function eppRules(
    release: EppRelease,
    { pool, leaderElection }: { pool: boolean; leaderElection: boolean },
): RbacRule[] {
    const rules: RbacRule[] = [{ apiGroups: [""], resources: ["pods"], verbs: read }];
    if (pool) {
        rules.push(
            { apiGroups: ["inference.networking.k8s.io"], resources: ["inferencepools"], verbs: read },
            {
                apiGroups: [...release.objectiveGroups],
                resources: [
                    "inferenceobjectives",
                    ...(release.modelRewrites ? ["inferencemodelrewrites"] : []),
                ],
                verbs: read,
            },
        );
    }
    if (leaderElection) {
        rules.push(
            {
                apiGroups: ["coordination.k8s.io"],
                resources: ["leases"],
                verbs: [...read, "create", "update", "patch", "delete"],
            },
            { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
        );
    }
    return rules;
}

/** The rules of the ClusterRole that `--metrics-endpoint-auth` needs, in every release. */
export const metricsAuthRules: readonly RbacRule[] = [
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
];
