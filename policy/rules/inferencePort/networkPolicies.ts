import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { integer, list, record, strings, written } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { append } from "../../../objects/multimap";
import type { PodTemplate } from "../../../objects/podIndex";
import { labelSelector } from "../../../objects/selectors";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Chains } from "../../../objects/chains";
import { marksInference } from "../../../objects/servers";
import { namedPort } from "../../../objects/containers";

/**
 * NetworkPolicies that list ports admit the inference port. What may reach a pod is the union of the policies that
 * select it, so a policy is at fault only where no other admits the port either. One that lists no port is no claim.
 */
export function* checkNetworkPolicies(index: StackIndex, chains: Chains, port: number): Findings {
    const policies = index.ofKind(kinds.networkPolicy);
    const byTemplate = new Map<PodTemplate, KubernetesObject[]>();
    yield* each(policies, function* (policy) {
        if (restricts(policy, "Ingress")) {
            const { templates } = index.pods.select(policy.namespace, labelSelector(policy.spec.podSelector));
            for (const template of templates.filter((candidate) => chains.templates.has(candidate))) {
                append(byTemplate, template, policy);
            }
        }
        yield* checkEgress(policy, port);
    });
    for (const [template, selecting] of byTemplate) {
        yield* each([template.owner], () => checkIngress(template, selecting, port));
    }
}

/** Without `policyTypes` a policy is about ingress, and about egress if it has such rules. */
function restricts({ spec }: KubernetesObject, type: "Ingress" | "Egress"): boolean {
    const types = list(spec.policyTypes);
    return types.length > 0 ? types.includes(type) : type === "Ingress" || spec.egress !== undefined;
}

function* checkIngress(template: PodTemplate, policies: readonly KubernetesObject[], port: number): Findings {
    const rules = policies.flatMap((policy) => list(policy.spec.ingress).map((rule) => ({ policy, rule })));
    if (rules.some(({ rule }) => admits(record(rule), port, template))) {
        return;
    }
    const listing = rules.find(({ rule }) => list(record(rule).ports).length > 0);
    if (listing) {
        yield {
            object: listing.policy,
            message: `${listing.policy.toString()}: the ports admitted (spec.ingress) to the pods of ${template.owner.toString()} are ${portsIn(record(listing.rule))}, but the inference port is ${String(port)} (\`port\` in this rule's config).`,
        };
    }
}

/** Egress to pods that carry llm-d's labels. */
function* checkEgress(policy: KubernetesObject, port: number): Findings {
    if (!restricts(policy, "Egress")) {
        return;
    }
    yield* each(list(policy.spec.egress), function* (value, position) {
        const rule = record(value);
        const toInference = list(rule.to).some((peer) =>
            marksInference(strings(record(record(peer).podSelector).matchLabels)),
        );
        // Names are resolved in the pods at the other end, which this policy does not say.
        const named = list(rule.ports).some((entry) => typeof record(entry).port === "string");
        if (toInference && !named && !admits(rule, port)) {
            yield {
                message: `${policy.toString()}: the ports admitted to model servers (spec.egress.${String(position)}.ports) are ${portsIn(rule)}, but the inference port is ${String(port)} (\`port\` in this rule's config).`,
            };
        }
    });
}

function admits(rule: Readonly<Record<string, unknown>>, port: number, template?: PodTemplate): boolean {
    const ports = list(rule.ports);
    return (
        ports.length === 0 ||
        ports.map(record).some((entry) => {
            if ((entry.protocol ?? "TCP") !== "TCP") {
                return false;
            }
            if (typeof entry.port === "string") {
                return template !== undefined && namedPort(template, entry.port)?.number === port;
            }
            const first = integer(entry.port);
            return first === undefined || (first <= port && port <= (integer(entry.endPort) ?? first));
        })
    );
}

function portsIn(rule: Readonly<Record<string, unknown>>): string {
    return list(rule.ports)
        .map((entry) => written(record(entry).port))
        .join(", ");
}
