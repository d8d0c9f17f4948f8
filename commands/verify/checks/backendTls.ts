import type { BackendTlsPolicyObject } from "../kinds";
import type { Check } from "./check";
import { broken, ref, throughGateway } from "./check";
import { conditionText } from "./route";

export const backendTls: Check = {
    id: "backend-tls",
    title: "No BackendTLSPolicy makes Envoy speak TLS to the proxy's pods",
    scope: "model",
    needs: ["kinds"],
    on: (mode) => (mode === "scoring" ? [] : throughGateway()),
    run: ({ snapshot, deployment, model }) => {
        const namespace = deployment.namespaces.simulator;
        const { name: proxy } = model.proxy;
        return snapshot
            .inNamespace("backendTlsPolicy", namespace)
            .filter(({ spec }) =>
                spec?.targetRefs?.some(
                    ({ group = "", kind, name }) => group === "" && kind === "Service" && name === proxy,
                ),
            )
            .map((policy) => {
                const name = ref("BackendTLSPolicy", namespace, policy.metadata.name);
                return broken(
                    "backend-tls-policy",
                    `${name} makes Envoy speak TLS to ${ref("Service", namespace, proxy)}, whose pods serve plain HTTP: requests get 5xx${refusalText(policy)}`,
                    `kubectl --namespace ${namespace} delete backendtlspolicy ${policy.metadata.name}`,
                );
            });
    },
};

/** What Istio says against the policy itself. */
function refusalText({ status }: BackendTlsPolicyObject): string {
    const refused = (status?.ancestors ?? [])
        .flatMap(({ conditions }) => conditions ?? [])
        .filter(({ status: is }) => is === "False")
        .map((condition) => `${condition.type}=${conditionText(condition)}`);
    return refused.length === 0 ? "" : `; and it is refused itself: ${[...new Set(refused)].join("; ")}`;
}
