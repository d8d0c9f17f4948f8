import type { ServiceHost } from "./hosts";

/** The cluster's DNS domain that the hosts of DestinationRules are completed with. */
const clusterDomain = "cluster.local";

/** The full host of a Service. */
export function fullHost({ name, namespace }: ServiceHost): string {
    return `${name}.${namespace}.svc.${clusterDomain}`;
}

/** The Service that an Istio cluster is made for: its name holds the full host, and no shorter form exists. */
export function clusterService(host: string): ServiceHost | undefined {
    const [name, namespace, svc, ...domain] = host.split(".");
    return name && namespace && svc === "svc" && domain.length > 0 ? { name, namespace } : undefined;
}

/**
 * The host of a DestinationRule, in full. Istio completes a host without a dot, by the rule's namespace, and takes any
 * other as it is: `name.namespace` matches no Service (istio `ResolveShortnameToFQDN`).
 */
export function destinationHost(host: string, namespace: string): string {
    return host.includes(".") || host === "*" ? host : fullHost({ name: host, namespace });
}

/** Whether a full host of a DestinationRule, which may be a wildcard, covers a Service. */
export function coversService(host: string, service: ServiceHost): boolean {
    if (host.startsWith("*")) {
        return fullHost(service).endsWith(host.slice(1));
    }
    const named = clusterService(host);
    return named?.name === service.name && named.namespace === service.namespace;
}
