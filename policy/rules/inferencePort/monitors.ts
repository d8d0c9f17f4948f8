import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import type { Json } from "../../../objects/json";
import { list, record, text, written } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { groupBy } from "../../../objects/multimap";
import type { PodTemplate } from "../../../objects/podIndex";
import { labelSelector, selects } from "../../../objects/selectors";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Backend, Chains } from "../../../objects/chains";
import { isService } from "../../../objects/chains";
import { namedPort } from "../../../objects/containers";
import { isSidecarPort } from "../../../objects/serving";
import { portsOf } from "./services";

/**
 * PodMonitors and ServiceMonitors (Prometheus operator) that pick model servers scrape the inference port, or a port
 * of a sidecar. Endpoints that fit other pods of the same monitor are no fault.
 */
export function* checkMonitors(index: StackIndex, chains: Chains, port: number): Findings {
    const templates = groupBy(chains.templates, ({ namespace }) => namespace);
    yield* each(index.ofKind(kinds.podMonitor), (monitor) => checkPodMonitor(monitor, templates, port));

    const services = groupBy(
        chains.backends.filter(({ object }) => isService(object)),
        ({ object }) => object.namespace,
    );
    yield* each(index.ofKind(kinds.serviceMonitor), (monitor) =>
        checkServiceMonitor(monitor, services, port),
    );
}

function* checkPodMonitor(
    monitor: KubernetesObject,
    templates: ReadonlyMap<string, readonly PodTemplate[]>,
    port: number,
): Findings {
    const selector = labelSelector(monitor.spec.selector);
    const endpoints = list(monitor.spec.podMetricsEndpoints).map(record);
    const picked = inNamespacesOf(monitor, templates).filter(({ labels }) => selects(selector, labels));
    yield* each(picked, function* (template) {
        if (!endpoints.some((endpoint) => reachesPods(endpoint, template, port))) {
            yield complaint(monitor, "spec.podMetricsEndpoints", endpoints, template.owner, port);
        }
    });
}

function* checkServiceMonitor(
    monitor: KubernetesObject,
    services: ReadonlyMap<string, readonly Backend[]>,
    port: number,
): Findings {
    const selector = labelSelector(monitor.spec.selector);
    const endpoints = list(monitor.spec.endpoints).map(record);
    const picked = inNamespacesOf(monitor, services).filter(({ object }) => selects(selector, object.labels));
    yield* each(picked, function* (backend) {
        if (!endpoints.some((endpoint) => reachesService(endpoint, backend, port))) {
            yield complaint(monitor, "spec.endpoints", endpoints, backend.object, port);
        }
    });
}

function reachesPods(
    { port: name, portNumber, targetPort }: Json,
    template: PodTemplate,
    port: number,
): boolean {
    const number = portNumber ?? targetPort;
    const resolved =
        typeof number === "number"
            ? number
            : namedPort(template, text(name) ?? text(targetPort) ?? "")?.number;
    return resolved === port || (resolved !== undefined && isSidecarPort(template, resolved, port));
}

/** `port` names a port of the Service; `targetPort` is one of the pods. */
function reachesService(
    { port: name, targetPort }: Json,
    { object, selection }: Backend,
    port: number,
): boolean {
    if (text(name) !== undefined) {
        return portsOf(object).some((entry) => entry.name === name);
    }
    return selection.templates.every((template) => reachesPods({ targetPort }, template, port));
}

function complaint(
    monitor: KubernetesObject,
    path: string,
    endpoints: Json[],
    of: KubernetesObject,
    port: number,
) {
    const scraped = endpoints.map((endpoint) =>
        written(endpoint.port ?? endpoint.portNumber ?? endpoint.targetPort),
    );
    return {
        message: `${monitor.toString()}: the ports scraped (${path}) are ${scraped.join(", ")}, none of which is the inference port ${String(port)} of ${of.toString()}.`,
    };
}

/** `spec.namespaceSelector`: the monitor's own namespace unless it says `any` or names others. */
function inNamespacesOf<T>(
    monitor: KubernetesObject,
    byName: ReadonlyMap<string, readonly T[]>,
): readonly T[] {
    const { any, matchNames } = record(monitor.spec.namespaceSelector);
    if (any === true) {
        return [...byName.values()].flat();
    }
    const names = list(matchNames).length > 0 ? list(matchNames) : [monitor.namespace];
    return names.flatMap((name) => byName.get(written(name)) ?? []);
}
