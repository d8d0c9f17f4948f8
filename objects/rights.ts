import type { Right } from "../releases";
import { metricsAuthRules } from "../releases";
import type { Json } from "./json";
import { list, record, text } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import { append } from "./multimap";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";
import { Unknowns } from "./unknown";

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
    readonly path: string;
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    readonly resourceNames: readonly string[];
}

/** A binding that an account profits from. */
export interface Bound {
    readonly binding: KubernetesObject;
    /** Where its rights hold; `""` for everywhere. */
    readonly namespace: string;
    /** `undefined` where the program does not have the role. */
    readonly role: KubernetesObject | undefined;
    /** `<Kind> <name>` of the role, as the binding names it. */
    readonly roleName: string;
    readonly rules: readonly PolicyRule[];
    /** Whether the account itself is bound, and not a group that it is in. */
    readonly direct: boolean;
}

/** Who is bound to what in a program. */
export interface Rights {
    /** Every binding, whoever profits from it. */
    readonly all: readonly Bound[];
    of(account: string, namespace: string): readonly Bound[];
    /** Bindings and roles that are not known in preview; each might grant what seems to be missing. */
    readonly unknowns: readonly UnknownInputError[];
}

export function rightsOf(index: StackIndex): Rights {
    return index.model(collect);
}

/** Whether a rule allows something. */
export function allows(rule: PolicyRule, { group, resource, verb, name }: Right): boolean {
    const has = (values: readonly string[], value: string) => values.includes(value) || values.includes("*");
    return (
        has(rule.apiGroups, group) &&
        has(rule.resources, resource) &&
        has(rule.verbs, verb) &&
        (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)))
    );
}

/** The rights that no rule allows. */
export function lacking(needed: readonly Right[], rules: readonly PolicyRule[]): Right[] {
    return needed.filter((right) => !rules.some((rule) => allows(rule, right)));
}

/** Rights in words, one text for each resource: `get, list pods`. */
export function describeRights(rights: readonly Right[]): string[] {
    const verbs = new Map<string, string[]>();
    for (const { group, resource, verb } of rights) {
        append(verbs, group === "" ? resource : `${resource}.${group}`, verb);
    }
    return [...verbs].map(([resource, list]) => `${list.join(", ")} ${resource}`);
}

/** Built-in ClusterRoles that programs bind and do not create. */
const builtIn: ReadonlyMap<string, readonly PolicyRule[]> = new Map(
    Object.entries({
        "system:auth-delegator": metricsAuthRules.map((rule) => ({ ...rule, path: "", resourceNames: [] })),
        "cluster-admin": [builtInRule(["*"], ["*"], ["*"])],
        // Of these three, what they say of pods.
        admin: [builtInRule([""], ["pods"], ["get", "list", "watch", "create", "update", "patch", "delete"])],
        edit: [builtInRule([""], ["pods"], ["get", "list", "watch", "create", "update", "patch", "delete"])],
        view: [builtInRule([""], ["pods"], ["get", "list", "watch"])],
    }),
);

function builtInRule(apiGroups: string[], resources: string[], verbs: string[]): PolicyRule {
    return { path: "", apiGroups, resources, verbs, resourceNames: [] };
}

function collect(index: StackIndex): Rights {
    const unknowns = new Unknowns();
    const all: Bound[] = [];
    const bySubject = new Map<string, Bound[]>();
    for (const binding of index.ofKind(kinds.roleBinding, kinds.clusterRoleBinding)) {
        unknowns.attempt(() => {
            const subjects = list(binding.field("subjects")).map((subject) =>
                subjectKey(record(subject), binding),
            );
            const bound = boundBy(binding, index);
            all.push(bound);
            new Set(subjects).forEach((subject) => append(bySubject, subject, bound));
        });
    }
    return {
        all,
        of: (account, namespace) => {
            const direct = bySubject.get(accountKey(namespace, account)) ?? [];
            const groups = [
                "system:serviceaccounts",
                `system:serviceaccounts:${namespace}`,
                "system:authenticated",
            ];
            const shared = groups.flatMap((group) => bySubject.get(`Group ${group}`) ?? []);
            return [...direct, ...shared.map((bound) => ({ ...bound, direct: false }))];
        },
        unknowns: unknowns.errors,
    };
}

/** A ServiceAccount can also be bound as the user that it logs in as. */
function subjectKey(subject: Json, { namespace }: KubernetesObject): string {
    const name = text(subject.name) ?? "";
    if (subject.kind === "ServiceAccount") {
        return accountKey(text(subject.namespace) || namespace, name);
    }
    return `${text(subject.kind) ?? ""} ${name}`;
}

function accountKey(namespace: string, name: string): string {
    return `User system:serviceaccount:${namespace}:${name}`;
}

function boundBy(binding: KubernetesObject, index: StackIndex): Bound {
    const reference = record(binding.field("roleRef"));
    const name = text(reference.name) ?? "";
    const role =
        reference.kind === "ClusterRole"
            ? index.find(kinds.clusterRole, "", name)
            : index.find(kinds.role, binding.namespace, name);
    const standard = reference.kind === "ClusterRole" ? builtIn.get(name) : undefined;
    return {
        binding,
        namespace: binding.namespace,
        role,
        roleName: `${text(reference.kind) ?? ""} ${name}`,
        rules: role ? rulesOf(role) : (standard ?? []),
        direct: true,
    };
}

function rulesOf(role: KubernetesObject): PolicyRule[] {
    return list(role.field("rules")).map((value, position) => {
        const fields = record(value);
        const texts = (key: string) => list(fields[key]).filter((item) => typeof item === "string");
        return {
            path: `rules.${String(position)}`,
            apiGroups: texts("apiGroups"),
            resources: texts("resources"),
            verbs: texts("verbs"),
            resourceNames: texts("resourceNames"),
        };
    });
}
