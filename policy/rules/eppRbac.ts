import { eachPicker } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { list, record, text } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { Picker } from "../../objects/pickers";
import { pickersOf } from "../../objects/pickers";
import type { Bound, PolicyRule } from "../../objects/rights";
import { describeRights, lacking, rightsOf } from "../../objects/rights";
import type { Labels } from "../../objects/selectors";
import { labelSelector, selects } from "../../objects/selectors";
import type { Right } from "../../releases";
import { eppReleases, eppRules, metricsAuthRules, neededRights, rightsIn } from "../../releases";

/** Settings of {@link eppRbac}. */
export interface EppRbacConfig {
    objectiveGroups: string[];
}

const config: RuleConfig<EppRbacConfig> = {
    defaults: { objectiveGroups: [] },
    schema: {
        objectiveGroups: {
            type: "array",
            items: { type: "string" },
            description:
                "API groups of InferenceObjective and InferenceModelRewrite that an endpoint picker with a pool reads; none stands for those that its version reads.",
        },
    },
};

/** An endpoint picker has the rights that it needs where it needs them, and can change nothing. */
export const eppRbac: Rule<EppRbacConfig> = {
    name: "epp-rbac",
    description:
        "The endpoint picker's account is there, its token is mounted, and it may read what it needs in its pool's namespace, and has no other rights to write and no wildcards.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Bind the account to a Role in the pool's namespace with get, list and watch on pods, and with a pool on inferencepools, inferenceobjectives and inferencemodelrewrites. Leases and events are for leader election, and a ClusterRole with tokenreviews and subjectaccessreviews for authenticated metrics.",
    config,
    *checkStack(index, settings) {
        yield* eachPicker(index, function* (picker) {
            const checks = [checkAccount, checkToken, checkNeeds, checkExcess];
            for (const check of checks) {
                yield* each([picker.owner], () => check(picker, index, settings));
            }
        });
    },
};

function* checkAccount(picker: Picker, index: StackIndex): Findings {
    const { serviceAccount: name, namespace, owner } = picker;
    if (name === "default" || index.find(kinds.serviceAccount, namespace, name)) {
        return;
    }
    const elsewhere = index.ofKind(kinds.serviceAccount).find((account) => account.name === name);
    // An account in a namespace of which the program has none may be made by somebody else.
    const certain = elsewhere !== undefined || index.inNamespace(kinds.serviceAccount, namespace).length > 0;
    yield {
        message: `${owner.toString()} runs as ServiceAccount ${namespace}/${name} (${podPath(picker)}.serviceAccountName), which the program does not have${elsewhere ? `; it has ${elsewhere.toString()}` : ""}.`,
        ...(!certain && { absent: `ServiceAccount ${namespace}/${name}`, level: "advisory" as const }),
    };
}

/** Where the kubelet puts the token of a pod's account, and clients look for it (client-go `rest.InClusterConfig`). */
const tokenFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** An endpoint picker reads the API server as its account, and exits at start without a token. */
function* checkToken(picker: Picker, index: StackIndex): Findings {
    const { serviceAccount: name, namespace, owner, template, container } = picker;
    const ofPod = template.spec.automountServiceAccountToken;
    const account = index.find(kinds.serviceAccount, namespace, name);
    const object = ofPod === undefined ? account : owner;
    const mounted = ofPod ?? account?.field("automountServiceAccountToken");
    const byHand = list(container.fields.volumeMounts)
        .map(record)
        .some(({ mountPath }) => (text(mountPath) ?? "").replace(/\/$/, "") === tokenFolder);
    if (mounted === false && object && !byHand) {
        const path =
            ofPod === undefined
                ? "automountServiceAccountToken"
                : `${podPath(picker)}.automountServiceAccountToken`;
        yield {
            object,
            message: `${owner.toString()}: the endpoint picker has no token of ServiceAccount ${namespace}/${name}, and exits at start: automountServiceAccountToken is false (${path} of ${object.toString()}), and no volume is mounted at ${tokenFolder}.`,
        };
    }
}

function podPath({ template }: Picker): string {
    return template.path === "" ? "spec" : `${template.path}.spec`;
}

function* checkNeeds(picker: Picker, index: StackIndex, settings: EppRbacConfig): Findings {
    if (!picker.upstream) {
        return;
    }
    const rights = rightsOf(index);
    const bound = rights.of(picker.serviceAccount, picker.namespace);
    const { poolNamespace } = picker;
    const local = bound.filter(({ namespace }) => namespace === poolNamespace || namespace === "");
    const needed = missingRights(needsOf(picker, settings), local).map((text) => ({
        text: `${text} in namespace ${poolNamespace}`,
        advisory: false,
    }));
    const forMetrics = picker.isOn("metrics-endpoint-auth", true)
        ? missingRights(
              metricsAuthRules.flatMap(rightsIn),
              bound.filter(({ namespace }) => namespace === ""),
          ).map((text) => ({
              text: `${text} in all namespaces, as --metrics-endpoint-auth needs`,
              // Without them, it picks endpoints all the same, and refuses whoever reads its metrics.
              advisory: !isScraped(picker, index),
          }))
        : [];
    const missing = [...needed, ...forMetrics];
    const [unknown] = rights.unknowns;
    if (missing.length > 0 && unknown) {
        yield { unknown };
        return;
    }
    const foreign = bound.filter(({ role, rules }) => !role && rules.length === 0);
    const hints = foreign.map(
        ({ binding, roleName }) =>
            ` ${binding.toString()} binds ${roleName}, which the program does not have.`,
    );
    // What a ClusterRole of the cluster's own grants cannot be seen from here.
    const isUnseen = foreign.some(({ roleName }) => roleName.startsWith("ClusterRole system:"));
    const absent = absentRights(picker, foreign, index);
    for (const { text: right, advisory } of missing) {
        yield {
            absent,
            message: `${picker.owner.toString()}: ServiceAccount ${picker.namespace}/${picker.serviceAccount} may not ${right}.${hints.join("")}`,
            ...((advisory || isUnseen) && { level: "advisory" as const }),
        };
    }
}

/** Whether something in the program is made to read an endpoint picker's metrics: a monitor, or Prometheus by annotation. */
function isScraped({ template, owner }: Picker, index: StackIndex): boolean {
    const picks = (monitor: KubernetesObject, labels: Labels) =>
        selects(labelSelector(monitor.spec.selector), labels);
    const services = pickersOf(index).services.filter(({ pickers }) =>
        pickers.some((picker) => picker.owner === owner),
    );
    return (
        template.annotations["prometheus.io/scrape"] === "true" ||
        index.ofKind(kinds.podMonitor).some((monitor) => picks(monitor, template.labels)) ||
        index
            .ofKind(kinds.serviceMonitor)
            .some((monitor) => services.some(({ object }) => picks(monitor, object.labels)))
    );
}

/** What may grant what seems to be missing: a role that is bound, or a binding of an account that is not there either. */
function absentRights(picker: Picker, foreign: readonly Bound[], index: StackIndex): string | undefined {
    const [unseen] = foreign;
    if (unseen) {
        const [kind = "", name = ""] = unseen.roleName.split(" ");
        return kind === kinds.role.kind ? `Role ${unseen.namespace}/${name}` : unseen.roleName;
    }
    const { serviceAccount: account, namespace } = picker;
    return index.find(kinds.serviceAccount, namespace, account) === undefined && account !== "default"
        ? `a binding of ServiceAccount ${namespace}/${account}`
        : undefined;
}

function needsOf(picker: Picker, { objectiveGroups }: EppRbacConfig): Right[] {
    const name = picker.flag("pool-name")?.value;
    const pool = name ? { name, group: picker.flag("pool-group")?.value } : undefined;
    const { release, leaderElection } = picker;
    const readings =
        objectiveGroups.length === 0
            ? release
            : { modelRewrites: release?.modelRewrites ?? false, objectiveGroups };
    return neededRights(readings, { pool, leaderElection });
}

function missingRights(needed: readonly Right[], bound: readonly Bound[]): string[] {
    return describeRights(
        lacking(
            needed,
            bound.flatMap(({ rules }) => rules),
        ),
    );
}

function* checkExcess(picker: Picker, index: StackIndex): Findings {
    // Switched off by name in a chart that gives the rights with the replicas, it may be switched on again.
    const leaderElection = picker.leaderElection || picker.flag("ha-enable-leader-election") !== undefined;
    for (const { binding, role, roleName, rules } of rightsOf(index)
        .of(picker.serviceAccount, picker.namespace)
        .filter(({ direct }) => direct)) {
        for (const rule of rules) {
            const excess = excessOf(rule, leaderElection);
            if (excess) {
                yield {
                    object: role ?? binding,
                    message: `${role?.toString() ?? roleName}${rule.path && ` (${rule.path})`}, bound by ${binding.toString()}, lets the endpoint picker ${excess}.`,
                };
            }
        }
    }
}

function excessOf({ apiGroups, resources, verbs }: PolicyRule, leaderElection: boolean): string | undefined {
    const wildcards = Object.entries({ apiGroups, resources, verbs }).filter(([, values]) =>
        values.includes("*"),
    );
    if (wildcards.length > 0) {
        return `do more than is known, by a wildcard in ${wildcards.map(([field]) => field).join(", ")}`;
    }
    for (const resource of resources) {
        const allowed = verbsFor(resource, leaderElection);
        const excess = verbs.filter((verb) => !allowed.includes(verb));
        if (excess.length > 0) {
            return `${excess.join(", ")} ${resource}`;
        }
        if (resource === "leases" && !leaderElection) {
            return `${verbs.join(", ")} leases, although it elects no leader (--ha-enable-leader-election)`;
        }
    }
    return undefined;
}

/** Everything that an endpoint picker may have a use for, in any version. */
const useful = [
    ...eppReleases.flatMap((release) => eppRules(release, { pool: true, leaderElection: true })),
    ...metricsAuthRules,
];

/** To read is always harmless; what it may write besides depends on what it does. */
function verbsFor(resource: string, leaderElection: boolean): string[] {
    const elects = resource !== "leases" || leaderElection;
    const rules = useful.filter(({ resources }) => elects && resources.includes(resource));
    return ["get", "list", "watch", ...rules.flatMap(({ verbs }) => verbs)];
}
