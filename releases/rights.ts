import type { EppRelease } from "./epp";
import { gieObjectives } from "./epp";

/** A rule of a Role or ClusterRole. */
export interface RbacRule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
}

const read = ["get", "list", "watch"];

/** Something that an account must be allowed. */
export interface Right {
    readonly group: string;
    readonly resource: string;
    readonly verb: string;
    /** The one object that it is about, where that is known. */
    readonly name?: string;
}

/** What of a release its rights depend on; a policy may know of groups that no release has. */
type Readings = Pick<EppRelease, "modelRewrites"> & { readonly objectiveGroups: readonly string[] };

/** What every release reads. */
const leastReadings: Readings = { objectiveGroups: [gieObjectives], modelRewrites: false };

/**
 * The rules that an EPP is given in the namespace of its pods. Without a pool (`--endpoint-selector`) it starts none of the
 * reconcilers of custom resources (GIE 1.2.0 to 1.5.0 `runner.go`), and reads nothing but pods.
 */
export function eppRules(
    release: Readings,
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

/** What leader election cannot do without (client-go `leaselock.go`); events are for those who look. */
const leaseVerbs = ["get", "create", "update"];

/**
 * The rights without which an EPP does not work.
 *
 * @param release undefined for a version that is not known: then what every release needs.
 * @param pool the name of its pool, and the API group where that is another than usual.
 */
export function neededRights(
    release: Readings = leastReadings,
    { pool, leaderElection }: { pool?: { name: string; group?: string }; leaderElection: boolean },
): Right[] {
    return eppRules(release, { pool: pool !== undefined, leaderElection })
        .flatMap(rightsIn)
        .filter(({ resource, verb }) =>
            resource === "leases" ? leaseVerbs.includes(verb) : resource !== "events",
        )
        .map((right) =>
            pool && right.resource === "inferencepools"
                ? { ...right, group: pool.group ?? right.group, name: pool.name }
                : right,
        );
}

/** What a rule allows, one by one. */
export function rightsIn({ apiGroups, resources, verbs }: RbacRule): Right[] {
    return apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
    );
}
