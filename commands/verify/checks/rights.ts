import { eppRules } from "../../../releases";
import { eppReleaseOf } from "../containers";
import type { RoleBindingObject, Rule } from "../kinds";
import type { Check, ModelContext } from "./check";
import { broken, redeploy, ref, scoringOnly } from "./check";
import { eppOf } from "./picker";

/** One thing that the EPP must be allowed to do. */
interface Right {
    group: string;
    resource: string;
    verb: string;
}

export const eppRights: Check = {
    id: "epp-rights",
    title: "The EPP may read what it needs in the pods' namespace",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const found = eppOf(context);
        if (found === undefined) {
            return { skipped: `${ref("Deployment", model.epp.namespace, model.epp.name)} does not exist` };
        }
        const release = eppReleaseOf(found.deployment);
        if (release === undefined) {
            return { skipped: "the EPP's version is not known, and so not which rights it needs" };
        }
        const account = found.deployment.spec?.template?.spec?.serviceAccountName ?? "default";
        const identity = `ServiceAccount ${model.epp.namespace}/${account}`;
        const namespace = deployment.namespaces.simulator;
        const bindings = snapshot.inNamespace("roleBinding", namespace);
        const own = bindings.filter((binding) => isFor(binding, model.epp.namespace, account, namespace));
        if (own.some(({ roleRef }) => roleRef?.kind === "ClusterRole")) {
            return { skipped: `${identity} is bound to a ClusterRole, whose rules are not read` };
        }
        const needed = eppRules(release, {
            pool: model.pool !== undefined,
            leaderElection: model.epp.replicas > 1,
        }).flatMap(rightsOf);
        const lacking = needed.filter(
            (right) => !own.some((binding) => rulesOf(binding, context).some(allows(right))),
        );
        if (lacking.length === 0) {
            return [];
        }
        const text = rightsText(lacking);
        const covers = (binding: RoleBindingObject) =>
            lacking.every((right) => rulesOf(binding, context).some(allows(right)));
        // Other models' EPPs have rights of their own, in the same namespace.
        const others = Object.values(deployment.models).filter((other) => other.epp.name !== model.epp.name);
        const astray = bindings.find(
            (binding) =>
                covers(binding) &&
                !others.some((other) => isFor(binding, other.epp.namespace, other.epp.name, namespace)),
        );
        if (astray !== undefined) {
            const subjects = (astray.subjects ?? [])
                .map((subject) => `${subject.kind} ${subject.namespace ?? namespace}/${subject.name}`)
                .join(", ");
            return [
                broken(
                    "epp-binding-wrong-subject",
                    `${ref("RoleBinding", namespace, astray.metadata.name)} gives the EPP's rights to ${subjects || "nobody"}, and it runs as ${identity}`,
                    redeploy,
                ),
            ];
        }
        const elsewhere = snapshot
            .all("roleBinding")
            .find((binding) => binding.metadata.namespace !== namespace && covers(binding));
        if (elsewhere !== undefined) {
            return [
                broken(
                    "epp-role-wrong-namespace",
                    `${identity} may ${text} in ${elsewhere.metadata.namespace ?? ""} (RoleBinding ${elsewhere.metadata.name}), and the pods are in ${namespace}`,
                    redeploy,
                ),
            ];
        }
        const dangling = own.find(
            ({ roleRef }) => snapshot.find("role", namespace, roleRef?.name ?? "") === undefined,
        );
        if (dangling !== undefined) {
            return [
                broken(
                    "epp-role-missing",
                    `${ref("RoleBinding", namespace, dangling.metadata.name)} refers to Role ${dangling.roleRef?.name ?? ""}, which does not exist: the EPP may not ${text}`,
                    redeploy,
                ),
            ];
        }
        return own.length === 0
            ? [
                  broken(
                      "epp-binding-missing",
                      `no RoleBinding in ${namespace} is for ${identity}: the EPP may not ${text}`,
                      redeploy,
                  ),
              ]
            : [
                  broken(
                      "epp-role-incomplete",
                      `the Roles of ${identity} in ${namespace} do not let the EPP ${text}`,
                      redeploy,
                  ),
              ];
    },
};

function isFor(
    { subjects = [] }: RoleBindingObject,
    accountNamespace: string,
    account: string,
    bindingNamespace: string,
): boolean {
    return subjects.some(
        ({ kind, name, namespace }) =>
            kind === "ServiceAccount" &&
            name === account &&
            (namespace ?? bindingNamespace) === accountNamespace,
    );
}

function rulesOf({ roleRef, metadata }: RoleBindingObject, { snapshot }: ModelContext): Rule[] {
    return roleRef?.kind === "Role"
        ? (snapshot.find("role", metadata.namespace ?? "", roleRef.name)?.rules ?? [])
        : [];
}

function rightsOf(rule: { apiGroups: string[]; resources: string[]; verbs: string[] }): Right[] {
    return rule.apiGroups.flatMap((group) =>
        rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({ group, resource, verb }))),
    );
}

function allows({ group, resource, verb }: Right): (rule: Rule) => boolean {
    const has = (list: string[] | undefined, value: string) =>
        list?.some((item) => item === value || item === "*");
    return (rule) =>
        rule.resourceNames === undefined &&
        has(rule.apiGroups, group) === true &&
        has(rule.resources, resource) === true &&
        has(rule.verbs, verb) === true;
}

/** `get, list, watch pods; get inferencepools`. */
function rightsText(rights: readonly Right[]): string {
    const verbs = new Map<string, string[]>();
    for (const { resource, verb } of rights) {
        verbs.set(resource, [...(verbs.get(resource) ?? []), verb]);
    }
    return [...verbs].map(([resource, list]) => `${[...new Set(list)].join(", ")} ${resource}`).join("; ");
}
