import { strict as assert } from "assert";
import { eppRbac as rule } from "../../../policy/rules/eppRbac";
import { models } from "./fixtures";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { account, binding, picker, poolArguments, poolRules, read, role } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const full = [account, role(), binding()];
const selector = ["--endpoint-selector=a=b", "--metrics-endpoint-auth=false"];
const leases = {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "create", "update"],
};
const elected = picker({
    args: [...poolArguments, "--metrics-endpoint-auth=false", "--ha-enable-leader-election"],
});

function clusterBinding(name: string, subjects: unknown = binding().subjects): Manifest {
    return {
        ...binding({ roleRef: { kind: "ClusterRole", name }, subjects }),
        kind: "ClusterRoleBinding",
        metadata: { name },
    };
}

function clusterRole(rules: unknown, name = "epp"): Manifest {
    return { ...role(rules), kind: "ClusterRole", metadata: { name } };
}

describe("epp-rbac", () => {
    it("passes an account with exactly what it needs", () => {
        assert.deepEqual(check(picker(), ...full), []);
        assert.deepEqual(
            check(
                elected,
                account,
                role([
                    ...poolRules,
                    leases,
                    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
                ]),
                binding(),
            ),
            [],
        );
    });

    it("passes rights that come by a ClusterRole, by a user's name, or by a group", () => {
        assert.deepEqual(
            check(
                picker(),
                account,
                clusterRole(poolRules),
                binding({ roleRef: { kind: "ClusterRole", name: "epp" } }),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker(),
                account,
                role(),
                binding({ subjects: [{ kind: "User", name: "system:serviceaccount:models:epp" }] }),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker(),
                account,
                role(),
                binding({ subjects: [{ kind: "Group", name: "system:serviceaccounts:models" }] }),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker(),
                account,
                role(),
                binding({ subjects: [{ kind: "ServiceAccount", name: "epp" }] }),
            ),
            [],
        );
    });

    it("needs pods only where no pool is read", () => {
        assert.deepEqual(
            check(
                picker({ args: selector, container: { env: [{ name: "NAMESPACE", value: "models" }] } }),
                account,
                role([poolRules[0]]),
                binding(),
            ),
            [],
        );
    });

    it("names the namespace in which a right is missing", () => {
        assert.deepEqual(check(picker(), account, role(poolRules, "elsewhere"), binding({}, "elsewhere")), [
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch pods in namespace models.",
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferencepools.inference.networking.k8s.io in namespace models.",
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferenceobjectives.inference.networking.x-k8s.io in namespace models.",
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferencemodelrewrites.inference.networking.x-k8s.io in namespace models.",
        ]);
        assert.deepEqual(check(picker({ args: selector }), ...full), [
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch pods in namespace default.",
        ]);
        assert.deepEqual(
            check(
                picker({
                    args: [
                        "--endpoint-selector=a=b",
                        "--metrics-endpoint-auth=false",
                        "--pool-namespace=$(NAMESPACE)",
                    ],
                    container: {
                        env: [
                            {
                                name: "NAMESPACE",
                                valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } },
                            },
                        ],
                    },
                }),
                ...full,
            ),
            [],
        );
    });

    it("needs no rewrites before GIE 1.3", () => {
        assert.deepEqual(
            check(
                picker({ image: "llm-d-inference-scheduler:v0.4.0" }),
                account,
                role([...poolRules.slice(0, 2), { ...poolRules[2], resources: ["inferenceobjectives"] }]),
                binding(),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker(),
                account,
                role([...poolRules.slice(0, 2), { ...poolRules[2], resources: ["inferenceobjectives"] }]),
                binding(),
            ),
            [
                "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferencemodelrewrites.inference.networking.x-k8s.io in namespace models.",
            ],
        );
    });

    it("needs the objectives of every group that the version reads", () => {
        const router = picker({ image: "llm-d-router-endpoint-picker:v0.9.0" });
        assert.deepEqual(check(router, account, role(), binding()), [
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferenceobjectives.llm-d.ai in namespace models.",
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferencemodelrewrites.llm-d.ai in namespace models.",
        ]);
    });

    it("needs leases for leader election, and allows them for nothing else", () => {
        const off = picker({
            args: [...poolArguments, "--metrics-endpoint-auth=false", "--ha-enable-leader-election=false"],
        });
        assert.deepEqual(check(off, account, role([...poolRules, leases]), binding()), []);
    });

    it("needs reviews for authenticated metrics", () => {
        const found = [
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not create tokenreviews.authentication.k8s.io in all namespaces, as --metrics-endpoint-auth needs.",
            "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not create subjectaccessreviews.authorization.k8s.io in all namespaces, as --metrics-endpoint-auth needs.",
        ];
        const metadata = { name: "epp", namespace: models, labels: { app: "epp" } };
        const service = {
            apiVersion: "v1",
            kind: "Service",
            metadata,
            spec: { selector: { app: "epp" }, ports: [{ port: 9090 }] },
        };
        const monitor = (kind: string, app: string): Manifest => ({
            apiVersion: "monitoring.coreos.com/v1",
            kind,
            metadata,
            spec: { selector: { matchLabels: { app } } },
        });
        const unread = found.map((finding) => `advisory: ${finding}`);
        const authenticated = picker({ args: poolArguments });
        assert.deepEqual(check(authenticated, ...full), unread);
        assert.deepEqual(check(authenticated, ...full, service, monitor("ServiceMonitor", "other")), unread);
        assert.deepEqual(check(authenticated, ...full, service, monitor("ServiceMonitor", "epp")), found);
        assert.deepEqual(check(authenticated, ...full, monitor("PodMonitor", "epp")), found);
        assert.deepEqual(
            check(picker({ args: poolArguments }), ...full, clusterBinding("system:auth-delegator")),
            [],
        );
        assert.deepEqual(check(picker({ args: poolArguments }), ...full, clusterBinding("system:other")), [
            "advisory: Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not create tokenreviews.authentication.k8s.io in all namespaces, as --metrics-endpoint-auth needs. ClusterRoleBinding system:other binds ClusterRole system:other, which the program does not have.",
            "advisory: Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not create subjectaccessreviews.authorization.k8s.io in all namespaces, as --metrics-endpoint-auth needs. ClusterRoleBinding system:other binds ClusterRole system:other, which the program does not have.",
        ]);
    });

    it("reports rights to write, and wildcards", () => {
        assert.deepEqual(
            check(picker(), account, role([{ apiGroups: ["*"], resources: ["*"], verbs: read }]), binding()),
            [
                "Role models/epp: Role models/epp (rules.0), bound by RoleBinding models/epp, lets the endpoint picker do more than is known, by a wildcard in apiGroups, resources.",
            ],
        );
        assert.deepEqual(check(picker(), ...full, clusterBinding("edit")), [
            "ClusterRoleBinding edit: ClusterRole edit, bound by ClusterRoleBinding edit, lets the endpoint picker create, update, patch, delete pods.",
        ]);
    });

    it("does not hold a group's rights against the account", () => {
        assert.deepEqual(
            check(
                picker(),
                ...full,
                clusterBinding("edit", [{ kind: "Group", name: "system:authenticated" }]),
            ),
            [],
        );
    });

    it("waits while bindings and roles are not known", () => {
        assert.deepEqual(check(picker(), account, role(), binding({ subjects: unknown })), [
            "waits: Deployment models/epp: subjects of RoleBinding models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker(), account, role(unknown), binding()), [
            "waits: Deployment models/epp: rules of Role models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker({ args: unknown }), ...full), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.args of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.args of Deployment models/epp is not known in preview",
        ]);
    });

    it("takes the groups that the config says", () => {
        assert.deepEqual(
            checkStack(rule, [picker(), ...full], { config: { objectiveGroups: ["llm-d.ai"] } }),
            [
                "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferenceobjectives.llm-d.ai in namespace models.",
                "Deployment models/epp: Deployment models/epp: ServiceAccount models/epp may not get, list, watch inferencemodelrewrites.llm-d.ai in namespace models.",
            ],
        );
    });

    it("reports an endpoint picker without a token of its account", () => {
        const said =
            "exits at start: automountServiceAccountToken is false (spec.template.spec.automountServiceAccountToken of Deployment models/epp)";
        const without = { automountServiceAccountToken: false };
        assert.ok(check(picker(without), ...full)[0]?.includes(said));
        const careful = { ...account, ...without };
        assert.match(
            check(picker(), careful, role(), binding())[0] ?? "",
            /^ServiceAccount models\/epp: .* \(automountServiceAccountToken of ServiceAccount models\/epp\)/,
        );
        assert.deepEqual(
            check(picker({ automountServiceAccountToken: true }), careful, role(), binding()),
            [],
        );
    });

    it("passes a token that is mounted by hand", () => {
        const volumeMounts = [
            { name: "config", mountPath: "/config" },
            { name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount/" },
        ];
        assert.deepEqual(
            check(picker({ automountServiceAccountToken: false, container: { volumeMounts } }), ...full),
            [],
        );
    });
});
