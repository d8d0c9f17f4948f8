import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { epp, isReplicated, namespaceOf, podSpec, replaceArgument, role, setDeployment } from "./picker";

const broken = breaking("epp-rbac");

const pods = "rules.0";

/** Rights that the endpoint picker lacks, has elsewhere, or should not have. */
export const eppRbac: Generator = function* (program) {
    const pool = program.has("InferencePool");
    yield broken(
        "no Role",
        (copy) => {
            copy.remove("Role", role);
        },
        {
            id: "epp-role-missing",
            message: /which does not exist: the EPP may not get, list, watch pods/,
            on: ["scoring", "scoring-not-obeyed"],
        },
    );
    yield broken(
        "no RoleBinding",
        (copy) => {
            copy.remove("RoleBinding", role);
        },
        {
            id: "epp-binding-missing",
            message: /no RoleBinding in llm-d-sim is for ServiceAccount/,
            on: ["scoring"],
        },
    );
    for (const kind of ["Role", "RoleBinding"]) {
        yield broken(`${kind} in another namespace`, (copy) => {
            copy.get(kind, role).set("metadata.namespace", "default");
        });
        yield broken(`${kind} and its counterpart in another namespace`, (copy) => {
            copy.get("Role", role).set("metadata.namespace", "default");
            copy.get("RoleBinding", role).set("metadata.namespace", "default");
        });
    }
    yield broken(
        "Role and RoleBinding in the Gateway's namespace, and the pods in another",
        (copy) => {
            copy.get("Role", role).set("metadata.namespace", "llm-d-inference-scheduler");
            copy.get("RoleBinding", role).set("metadata.namespace", "llm-d-inference-scheduler");
        },
        {
            id: "epp-role-wrong-namespace",
            message: /in llm-d-inference-scheduler .*, and the pods are in llm-d-sim/,
            on: ["scoring-not-obeyed"],
        },
    );
    yield broken(
        "the binding is for another account",
        (copy) => {
            copy.get("RoleBinding", role).set("subjects.0.name", "default");
        },
        {
            id: "epp-binding-wrong-subject",
            message: /gives the EPP's rights to ServiceAccount llm-d-sim\/default/,
            on: ["scoring"],
        },
    );
    yield broken("the binding is for an account in another namespace", (copy) => {
        copy.get("RoleBinding", role).set("subjects.0.namespace", "default");
    });
    yield broken("the binding names another Role", (copy) => {
        copy.get("RoleBinding", role).set("roleRef.name", "view");
    });
    yield broken("the binding has no subjects", (copy) => {
        copy.get("RoleBinding", role).set("subjects", []);
    });
    yield breaking("epp-rbac", "advisory")(
        "the account is gone, and no other is there",
        (copy) => {
            copy.remove("ServiceAccount", epp);
        },
        {
            id: "epp-service-account-missing",
            message: /ServiceAccount .* does not exist/,
            on: ["scoring"],
        },
    );
    yield broken("the account is gone", (copy) => {
        copy.remove("ServiceAccount", epp);
        copy.add({
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "other", namespace: namespaceOf(copy) },
        });
    });
    yield broken("the pods get no token", setDeployment(`${podSpec}.automountServiceAccountToken`, false));
    yield broken("the account gives no token", (copy) => {
        const deployment = copy.get("Deployment", epp);
        if (deployment.get(`${podSpec}.automountServiceAccountToken`) !== undefined) {
            deployment.unset(`${podSpec}.automountServiceAccountToken`);
        }
        copy.get("ServiceAccount", epp).set("automountServiceAccountToken", false);
    });
    yield broken("the account is in another namespace", (copy) => {
        copy.get("ServiceAccount", epp).set("metadata.namespace", "default");
    });
    yield broken("the pods run as another account", setDeployment(`${podSpec}.serviceAccountName`, "other"));
    yield broken("the pods run as the default account", (copy) => {
        copy.get("Deployment", epp).unset(`${podSpec}.serviceAccountName`);
    });
    for (const verb of ["get", "list", "watch"]) {
        yield broken(`pods without ${verb}`, (copy) => {
            copy.get("Role", role).update<string[]>(`${pods}.verbs`, (verbs) =>
                verbs.filter((candidate) => candidate !== verb),
            );
        });
    }
    yield broken(
        "no right to pods",
        (copy) => {
            copy.get("Role", role).update<{ resources: string[] }[]>("rules", (rules) =>
                rules.filter(({ resources }) => !resources.includes("pods")),
            );
        },
        {
            id: "epp-role-incomplete",
            message: /do not let the EPP get, list, watch pods/,
            on: ["scoring"],
        },
    );
    yield broken("pods of a wrong group", (copy) => {
        copy.get("Role", role).set(`${pods}.apiGroups`, ["apps"]);
    });
    yield broken("one pod only", (copy) => {
        copy.get("Role", role).set(`${pods}.resourceNames`, ["decode-0"]);
    });
    for (const verb of ["delete", "patch", "create", "update", "deletecollection"]) {
        yield broken(`pods with ${verb}`, (copy) => {
            copy.get("Role", role).list(`${pods}.verbs`).push(verb);
        });
    }
    for (const field of ["verbs", "resources", "apiGroups"]) {
        yield broken(`a wildcard in ${field}`, (copy) => {
            copy.get("Role", role).set(`${pods}.${field}`, ["*"]);
        });
    }
    yield broken("a rule to write Deployments", (copy) => {
        copy.get("Role", role)
            .list("rules")
            .push({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] });
    });
    yield broken("a second binding, to cluster-admin", (copy) => {
        copy.add({
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata: { name: "epp-admin" },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
            subjects: [
                {
                    kind: "ServiceAccount",
                    name: copy.get("ServiceAccount", epp).kubernetesName,
                    namespace: namespaceOf(copy),
                },
            ],
        });
    });
    yield broken(
        "it looks for pods in another namespace",
        replaceArgument("pool-namespace", "--pool-namespace=default"),
    );
    yield harmless("a ClusterRole in place of the Role", (copy) => {
        const { inputs } = copy.get("Role", role).unset("metadata.namespace");
        copy.remove("Role", new RegExp(`^${copy.get("Role", role).kubernetesName}$`));
        copy.add({
            ...inputs,
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            metadata: { name: "epp" },
        });
        copy.get("RoleBinding", role).set("roleRef.kind", "ClusterRole").set("roleRef.name", "epp");
    });
    yield harmless("the binding names the account as a user", (copy) => {
        const account = copy.get("ServiceAccount", epp).kubernetesName;
        copy.get("RoleBinding", role).set("subjects", [
            { kind: "User", name: `system:serviceaccount:${namespaceOf(copy)}:${account}` },
        ]);
    });
    yield harmless("rights to read something else", (copy) => {
        copy.get("Role", role)
            .list("rules")
            .push({ apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"] });
    });
    yield harmless("the rules in another order", (copy) => {
        copy.get("Role", role).update<unknown[]>("rules", (rules) => [...rules].reverse());
    });
    yield harmless("another account's rights to write", (copy) => {
        copy.add({
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "RoleBinding",
            metadata: { name: "operator", namespace: "llm-d-sim" },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" },
            subjects: [{ kind: "ServiceAccount", name: "operator", namespace: "operators" }],
        });
    });
    const leases = {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["get", "create", "update"],
    };
    if (isReplicated(program)) {
        yield broken("no right to leases", (copy) => {
            copy.get("Role", role).update<{ resources: string[] }[]>("rules", (rules) =>
                rules.filter(({ resources }) => !resources.includes("leases")),
            );
        });
    } else {
        yield broken("rights to leases without leader election", (copy) => {
            copy.get("Role", role).list("rules").push(leases);
        });
    }
    if (pool) {
        const resources = ["inferencepools", "inferenceobjectives", "inferencemodelrewrites"];
        const granted = JSON.stringify(program.get("Role", role).get("rules"));
        for (const resource of resources.filter((name) => granted.includes(name))) {
            yield broken(`no right to ${resource}`, (copy) => {
                copy.get("Role", role).update<{ resources: string[] }[]>("rules", (rules) =>
                    rules.map((rule) => ({
                        ...rule,
                        resources: rule.resources.filter((candidate) => candidate !== resource),
                    })),
                );
            });
        }
        yield broken("pools of the experimental group", (copy) => {
            copy.get("Role", role).update<{ resources: string[] }[]>("rules", (rules) =>
                rules.map((rule) =>
                    rule.resources.includes("inferencepools")
                        ? { ...rule, apiGroups: ["inference.networking.x-k8s.io"] }
                        : rule,
                ),
            );
        });
    }
    if (program.has("ClusterRole")) {
        yield broken("no ClusterRole for authenticated metrics", (copy) => {
            copy.remove("ClusterRole");
        });
        yield broken("no ClusterRoleBinding for authenticated metrics", (copy) => {
            copy.remove("ClusterRoleBinding");
        });
        yield broken("no right to review tokens", (copy) => {
            copy.get("ClusterRole").unset("rules.0");
        });
        yield harmless("the built-in ClusterRole for reviews", (copy) => {
            copy.remove("ClusterRole");
            copy.get("ClusterRoleBinding").set("roleRef.name", "system:auth-delegator");
        });
    } else {
        yield broken(
            "authenticated metrics without a ClusterRole",
            replaceArgument("metrics-endpoint-auth", "--metrics-endpoint-auth=true"),
        );
        yield broken("authenticated metrics by default", replaceArgument("metrics-endpoint-auth"));
    }
};
