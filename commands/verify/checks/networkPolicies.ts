import type { Labels, NetworkPolicyObject, Peer } from "../kinds";
import { selects } from "../../../objects/selectors";
import type { Check, Finding, ModelContext } from "./check";
import { broken, throughGateway } from "./check";
import { gatewayPodLabels } from "./cluster";

/** Pods that connect, or are connected to. */
interface Party {
    namespace: string;
    namespaceLabels: Labels;
    labels: Labels;
}

export const networkPolicies: Check = {
    id: "network-policies",
    title: "NetworkPolicies let the Gateway reach the pods, and the EPP where it is asked",
    scope: "model",
    needs: ["namespaces"],
    on: throughGateway,
    run: (context) => {
        const { deployment, model } = context;
        const { scheduler, simulator } = deployment.namespaces;
        const gateway = party(context, scheduler, gatewayPodLabels(deployment.gateway.name));
        const decode = party(context, simulator, model.pods.decode.selector);
        const picker = party(context, model.epp.namespace, eppLabels(context));
        return [
            ...between(context, gateway, decode, model.backend.port, "decode pods"),
            ...(deployment.mode === "scheduler"
                ? []
                : [
                      ...between(context, gateway, picker, model.epp.grpcPort, "EPP"),
                      ...between(context, picker, decode, model.backend.port, "decode pods", "EPP"),
                  ]),
        ];
    },
};

function eppLabels({ snapshot, model }: ModelContext): Labels {
    const found = snapshot.find("deployment", model.epp.namespace, model.epp.name);
    return found?.spec?.template?.metadata?.labels ?? {};
}

function party({ snapshot }: ModelContext, namespace: string, labels: Labels): Party {
    const found = snapshot.find("namespace", "", namespace);
    return { namespace, namespaceLabels: found?.metadata.labels ?? {}, labels };
}

/** The policies that apply to `to` and admit it all the same; none of them means that nobody may connect. */
function between(
    { snapshot }: ModelContext,
    from: Party,
    to: Party,
    port: number,
    toText: string,
    fromText = "Gateway",
): Finding[] {
    const policies = snapshot
        .inNamespace("networkPolicy", to.namespace)
        .filter(({ spec }) => (spec?.policyTypes ?? ["Ingress"]).includes("Ingress"))
        .filter(({ spec }) => selects(spec?.podSelector ?? {}, to.labels));
    if (policies.length === 0 || policies.some((policy) => admits(policy, from, to, port))) {
        return [];
    }
    return [
        broken(
            "network-policy-blocks",
            `NetworkPolicies ${policies.map(({ metadata }) => `${to.namespace}/${metadata.name}`).join(", ")} keep the ${fromText} of ${from.namespace} from the ${toText} on ${String(port)}`,
            `admit pods labelled ${Object.entries(from.labels)[0]?.join("=") ?? ""} of ${from.namespace}, or set networkPolicies.enabled and \`pulumi up\``,
        ),
    ];
}

function admits({ spec }: NetworkPolicyObject, from: Party, to: Party, port: number): boolean {
    return (spec?.ingress ?? []).some(
        ({ from: peers, ports }) =>
            (peers === undefined || peers.length === 0 || peers.some((peer) => fits(peer, from, to))) &&
            (ports === undefined ||
                ports.length === 0 ||
                ports.some(
                    (entry) =>
                        // A port by name may be any: it is given the benefit of the doubt.
                        entry.port === undefined ||
                        typeof entry.port === "string" ||
                        (entry.port <= port && port <= (entry.endPort ?? entry.port)),
                )),
    );
}

function fits({ podSelector, namespaceSelector, ipBlock }: Peer, from: Party, to: Party): boolean {
    if (ipBlock !== undefined) {
        // Addresses of pods that may come and go are given the benefit of the doubt.
        return true;
    }
    const inNamespace =
        namespaceSelector === undefined
            ? from.namespace === to.namespace
            : selects(namespaceSelector, from.namespaceLabels);
    return inNamespace && selects(podSelector ?? {}, from.labels);
}
