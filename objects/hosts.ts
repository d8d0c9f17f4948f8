/** A Service, as a host name names it. */
export interface ServiceHost {
    readonly name: string;
    readonly namespace: string;
}

/**
 * The Service that a host names: `<name>`, `<name>.<namespace>`, `<name>.<namespace>.svc` or that with the cluster's
 * domain after it. `undefined` for a host outside the cluster.
 *
 * @param namespace where the host is written: a single name is relative to it (Istio, DestinationRule `host`).
 */
export function serviceHost(host: string, namespace: string): ServiceHost | undefined {
    const [name = "", inNamespace, svc] = host.split(".");
    if (svc !== undefined && svc !== "svc") {
        return undefined;
    }
    return name === "" ? undefined : { name, namespace: inNamespace ?? namespace };
}
