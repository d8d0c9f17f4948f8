import type { Json } from "./json";
import { integer, list, record, text } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import { append } from "./multimap";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";
import { Unknowns } from "./unknown";
import { clusterService, coversService, destinationHost } from "./istioHosts";

/** The TLS that a DestinationRule has Envoys use for a port. */
export interface ClientTls {
    readonly rule: KubernetesObject;
    readonly path: string;
    readonly mode: string;
    readonly settings: Json;
}

/** A Service, whether it is there or not. */
type Named = Pick<KubernetesObject, "name" | "namespace">;

/** A program's DestinationRules, by the Service that they are for. */
export interface DestinationRules {
    /** Those that Istio applies to a Service: all with its host, or else the one with the longest wildcard. */
    covering(service: Named): readonly KubernetesObject[];
    /** Those whose host looks like the Service's, and is not, because Istio takes it for a full one. */
    missing(service: Named): readonly KubernetesObject[];
    /** Rules whose host is not known in preview. */
    readonly unknowns: readonly UnknownInputError[];
}

/** From where a DestinationRule reaches clients in every namespace, besides the Service's own. */
const rootNamespace = "istio-system";

export function destinationRulesOf(index: StackIndex): DestinationRules {
    return index.model(collect);
}

function collect(index: StackIndex): DestinationRules {
    const unknowns = new Unknowns();
    const byService = new Map<string, KubernetesObject[]>();
    const wildcards: { host: string; rule: KubernetesObject }[] = [];
    const byFirstLabels = new Map<string, KubernetesObject[]>();
    // Istio looks in the client's namespace first, then in the Service's, then in its root namespace.
    const clients = new Set(index.ofKind(kinds.gateway).flatMap((gateway) => namespaceOrNone(gateway)));
    const reaches = (rule: KubernetesObject, service: string) =>
        [service, rootNamespace].includes(rule.namespace) || clients.has(rule.namespace);
    for (const rule of index.ofKind(kinds.destinationRule)) {
        unknowns.attempt(() => {
            const written = text(rule.spec.host) ?? "";
            const host = destinationHost(written, rule.namespace);
            const service = clusterService(host);
            if (host.startsWith("*")) {
                wildcards.push({ host, rule });
            } else if (service) {
                append(byService, `${service.namespace}/${service.name}`, rule);
            } else {
                const [name = "", namespace = ""] = written.split(".");
                append(byFirstLabels, `${namespace}/${name}`, rule);
            }
        });
    }
    wildcards.sort((one, other) => other.host.length - one.host.length);
    const keyOf = (service: Named) => `${service.namespace}/${service.name ?? ""}`;
    return {
        covering: (service) => {
            const exact = (byService.get(keyOf(service)) ?? []).filter((rule) =>
                reaches(rule, service.namespace),
            );
            const named = { name: service.name ?? "", namespace: service.namespace };
            const wider = wildcards.find(
                ({ host, rule }) => coversService(host, named) && reaches(rule, service.namespace),
            );
            return exact.length > 0 || !wider ? exact : [wider.rule];
        },
        missing: (service) => byFirstLabels.get(keyOf(service)) ?? [],
        unknowns: unknowns.errors,
    };
}

function namespaceOrNone(object: KubernetesObject): string[] {
    const namespaces: string[] = [];
    // An unknown namespace only means that no rule is found there.
    new Unknowns().attempt(() => namespaces.push(object.namespace));
    return namespaces;
}

/** What a DestinationRule says of TLS for a port. Settings for the port replace the rule's general ones altogether. */
export function tlsOf(rule: KubernetesObject, port: number): ClientTls | undefined {
    const policy = record(rule.spec.trafficPolicy);
    const position = list(policy.portLevelSettings).findIndex(
        (setting) => integer(record(record(setting).port).number) === port,
    );
    const path =
        position < 0
            ? "spec.trafficPolicy.tls"
            : `spec.trafficPolicy.portLevelSettings.${String(position)}.tls`;
    const settings = position < 0 ? policy.tls : record(list(policy.portLevelSettings)[position]).tls;
    return settings === undefined
        ? undefined
        : { rule, path, mode: text(record(settings).mode) ?? "DISABLE", settings: record(settings) };
}
