import type { Mode } from "../../../components/deploymentOutput";
import type { Snapshot } from "../snapshot";
import { asleep } from "./asleep";
import type { Check, Path } from "./check";
import { broken, paths, ref } from "./check";

/** Label that ties an EndpointSlice to its Service (Kubernetes `discovery.k8s.io`). */
const serviceNameLabel = "kubernetes.io/service-name";

/** A ready endpoint of a Service. */
export interface Endpoint {
    address: string;
    pod?: string;
    ports: number[];
}

/** The ready endpoints of a Service, from its EndpointSlices. */
export function readyEndpoints(snapshot: Snapshot, namespace: string, service: string): Endpoint[] {
    return snapshot
        .inNamespace("endpointSlice", namespace)
        .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service)
        .flatMap(({ endpoints, ports }) =>
            (endpoints ?? [])
                // Absent means ready (EndpointConditions).
                .filter(({ conditions }) => conditions?.ready !== false)
                .map(({ addresses, targetRef }) => ({
                    address: addresses[0] ?? "",
                    pod: targetRef?.name,
                    ports: (ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port])),
                })),
        );
}

/** The proxy is on the direct path always, and behind the Gateway unless a pool is there. */
export function proxyPaths(mode: Mode): readonly Path[] {
    return mode === "scoring" ? ["direct"] : paths;
}

export const endpoints: Check = {
    id: "endpoints",
    title: "The proxy Service has ready endpoints on its port",
    scope: "model",
    needs: ["namespaces", "proxy", "pods"],
    on: proxyPaths,
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.simulator;
        const { name, port } = model.proxy;
        if (snapshot.find("service", namespace, name) === undefined) {
            return { skipped: `${ref("Service", namespace, name)} does not exist` };
        }
        const ready = readyEndpoints(snapshot, namespace, name);
        if (ready.length === 0) {
            return (
                asleep(context) ?? [
                    broken(
                        "endpoints-none",
                        `${ref("Service", namespace, name)} has no ready endpoint: requests get "no healthy upstream"`,
                        "see to the decode pods, and to the Service's selector",
                    ),
                ]
            );
        }
        const astray = ready.filter(({ ports }) => !ports.includes(port));
        return astray.length === 0
            ? []
            : [
                  broken(
                      "endpoints-wrong-port",
                      `${ref("Service", namespace, name)} sends requests to port ${[...new Set(astray.flatMap(({ ports }) => ports))].join(", ")} of its pods, and they listen on ${String(port)}`,
                      "see to the Service's targetPort and the pods' container port",
                  ),
              ];
    },
};
