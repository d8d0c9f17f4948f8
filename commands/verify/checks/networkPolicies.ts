import type { V1NetworkPolicyIngressRule, V1NetworkPolicyPeer } from "@kubernetes/client-node";
import type { Labels } from "../../../objects/selectors";
import { selects } from "../../../objects/selectors";
import type { AsJson } from "../../shared/cluster";
import type { Kinds } from "../kinds";
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
    return found?.spec?.template.metadata?.labels ?? {};
}

function party({ snapshot }: ModelContext, namespace: string, labels: Labels): Party {
    const found = snapshot.find("namespace", "", namespace);
    return { namespace, namespaceLabels: found?.metadata.labels ?? {}, labels };
}

/** The NetworkPolicies that say who may connect to pods with certain labels. */
function policiesOf(
    { snapshot }: Pick<ModelContext, "snapshot">,
    { namespace, labels }: Pick<Party, "namespace" | "labels">,
): Kinds["networkPolicy"][] {
    return snapshot
        .inNamespace("networkPolicy", namespace)
        .filter(({ spec }) => (spec?.policyTypes ?? ["Ingress"]).includes("Ingress"))
        .filter(({ spec }) => selects(spec?.podSelector ?? {}, labels));
}

/**
 * The NetworkPolicies, by name, that admit to pods with certain labels nobody but other pods: the API server is none, and
 * what comes by its proxy is not let in unless the network plugin makes an exception of it.
 */
export function policiesForPodsOnly(
    context: Pick<ModelContext, "snapshot">,
    to: Pick<Party, "namespace" | "labels">,
    port: number,
): string[] {
    const policies = policiesOf(context, to);
    const admitted = policies.some(({ spec }) =>
        (spec?.ingress ?? []).some(
            (rule) =>
                isOnPort(rule, port) &&
                (isForEverybody(rule) || rule.from!.some(({ ipBlock }) => ipBlock !== undefined)),
        ),
    );
    return admitted ? [] : policies.map(({ metadata }) => `${to.namespace}/${metadata.name}`);
}

/** The policies that apply to `to` and admit it all the same; none of them means that nobody may connect. */
function between(
    context: ModelContext,
    from: Party,
    to: Party,
    port: number,
    toText: string,
    fromText = "Gateway",
): Finding[] {
    const policies = policiesOf(context, to);
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

function admits({ spec }: Kinds["networkPolicy"], from: Party, to: Party, port: number): boolean {
    return (spec?.ingress ?? []).some(
        (rule) =>
            isOnPort(rule, port) && (isForEverybody(rule) || rule.from!.some((peer) => fits(peer, from, to))),
    );
}

/** A rule without peers is for everybody. */
function isForEverybody({ from }: AsJson<V1NetworkPolicyIngressRule>): boolean {
    return from === undefined || from.length === 0;
}

function isOnPort({ ports }: AsJson<V1NetworkPolicyIngressRule>, port: number): boolean {
    return (
        ports === undefined ||
        ports.length === 0 ||
        ports.some(
            (entry) =>
                // A port by name may be any: it is given the benefit of the doubt.
                entry.port === undefined ||
                typeof entry.port === "string" ||
                (entry.port <= port && port <= (entry.endPort ?? entry.port)),
        )
    );
}

function fits(
    { podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer,
    from: Party,
    to: Party,
): boolean {
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
