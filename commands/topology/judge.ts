import { gatewayEntrance } from "../../components/contract";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { integer, list, record, text } from "../../objects/json";
import { servicePortsOf } from "../../objects/pickers";
import type { ObjectIndex, Target, TopologyObject } from "./objects";
import { listenersOf, replicasOf } from "./objects";
import { matchesOf, matchText, sameMatch } from "../shared/routeMatch";

/** Something that is wrong with an object. */
export interface TopologyFinding {
    readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
    readonly message: string;
}

/**
 * What is wrong with each object by itself, or held against the outputs. What is wrong with a way from one to another
 * shows where that is drawn.
 *
 * @param live whether the objects are a running cluster's, so that what controllers make and report counts.
 */
export function judgeObjects(
    index: ObjectIndex,
    deployment: DeploymentOutput | undefined,
    live: boolean,
): TopologyFinding[] {
    return [
        ...(live ? reported(index) : []),
        ...index.all("Gateway").flatMap((gateway) => gatewayService(gateway, index, live)),
        ...index
            .all("HTTPRoute")
            .filter(attachesNowhere)
            .map((object) => ({
                object,
                message: "attaches to no Gateway",
            })),
        ...index
            .all("InferencePool")
            .filter(({ spec }) => text(record(spec.endpointPickerRef).name) === undefined)
            .map((object) => ({ object, message: "names no EPP" })),
        ...(deployment ? againstOutputs(index, deployment) : []),
    ];
}

/** What controllers say of objects. */
function reported(index: ObjectIndex): TopologyFinding[] {
    const conditions = [
        ["Gateway", "Programmed"],
        ["HTTPRoute", "Accepted"],
        ["HTTPRoute", "ResolvedRefs"],
    ] as const;
    const workloads = [...index.all("Deployment"), ...index.all("StatefulSet")];
    return [
        ...conditions.flatMap(([kind, type]) =>
            index.all(kind).flatMap((object) => {
                const condition = object.condition(type);
                return condition === undefined || condition.status === "True"
                    ? []
                    : { object, message: `${type}=${condition.status} ${condition.reason}`.trim() };
            }),
        ),
        ...workloads
            .filter(
                (workload) => replicasOf(workload) > 0 && (integer(workload.status.readyReplicas) ?? 0) === 0,
            )
            .map((object) => ({ object, message: "no pod is ready" })),
    ];
}

/** Istio makes a Service `<gateway>-<class>` for each Gateway. */
function gatewayService(gateway: TopologyObject, index: ObjectIndex, live: boolean): TopologyFinding[] {
    const { namespace, spec } = gateway;
    const name = `${gateway.name}-${text(spec.gatewayClassName) ?? ""}`;
    const service = index.get("Service", namespace, name);
    if (service !== undefined) {
        return listenersOf(gateway)
            .filter(({ port }) => !hasPort(service, port))
            .map(({ port }) => ({
                object: service,
                message: `has no port ${String(port)}, on which the Gateway listens`,
            }));
    }
    const why = `no controller has made it; does Istio run, and is GatewayClass ${String(spec.gatewayClassName)} its own?`;
    return live ? [{ object: { kind: "Service", namespace, name }, message: `not there: ${why}` }] : [];
}

function attachesNowhere({ spec }: TopologyObject): boolean {
    return !list(spec.parentRefs)
        .map(record)
        .some(({ name, kind }) => text(name) !== undefined && (text(kind) ?? "Gateway") === "Gateway");
}

/** Where objects are not as the stack's outputs say. */
function againstOutputs(index: ObjectIndex, deployment: DeploymentOutput): TopologyFinding[] {
    const { gateway, namespaces, models } = deployment;
    const findings: TopologyFinding[] = [];
    const found = index.get("Gateway", namespaces.scheduler, gateway.name);
    if (found !== undefined && found.spec.gatewayClassName !== gateway.className) {
        const message = `its class is ${String(found.spec.gatewayClassName)}, not ${gateway.className}`;
        findings.push({ object: found, message });
    }
    const entrance = gatewayEntrance(gateway);
    if (found !== undefined && !listenersOf(found).some(({ port }) => port === entrance.port)) {
        findings.push({ object: found, message: `no listener on port ${String(entrance.port)}` });
    }
    for (const { route: name, match, besides = [], backend, proxy, epp } of Object.values(models)) {
        const route = index.get("HTTPRoute", namespaces.scheduler, name);
        const taken = route === undefined ? [] : matchesOf(route);
        for (const wanted of route === undefined ? [] : [match, ...besides]) {
            if (!taken.some((candidate) => sameMatch(candidate, wanted))) {
                findings.push({
                    object: route!,
                    message: `does not match ${matchText(wanted)}, as the outputs say`,
                });
            }
        }
        if (route !== undefined && !refersTo(route, backend)) {
            findings.push({
                object: route,
                message: `does not refer to ${backend.kind} ${backend.name}, as the outputs say`,
            });
        }
        const direct = index.get("Service", namespaces.simulator, proxy.name);
        if (direct !== undefined && !hasPort(direct, proxy.port)) {
            const ports = servicePortsOf(direct.object).map(({ number }) => number);
            findings.push({
                object: direct,
                message: `port ${ports.join(", ")}, but the outputs say ${String(proxy.port)}`,
            });
        }
        const picker = index.get("Service", epp.namespace, epp.name);
        for (const port of picker === undefined ? [] : [epp.grpcPort, epp.healthPort, epp.metricsPort]) {
            if (!hasPort(picker!, port)) {
                findings.push({
                    object: picker!,
                    message: `has no port ${String(port)}, which the outputs name`,
                });
            }
        }
    }
    return findings;
}

function hasPort({ object }: TopologyObject, port: number): boolean {
    return servicePortsOf(object).some(({ number }) => number === port);
}

function refersTo(
    route: TopologyObject,
    backend: { kind: string; namespace: string; name: string },
): boolean {
    return list(route.spec.rules)
        .flatMap((rule) => list(record(rule).backendRefs))
        .map(record)
        .some(
            ({ kind, name, namespace }) =>
                (text(kind) ?? "Service") === backend.kind &&
                name === backend.name &&
                (text(namespace) ?? route.namespace) === backend.namespace,
        );
}

/** What is wrong with a route's attachment to a listener of a Gateway. */
export function attachmentProblems(
    route: TopologyObject,
    gateway: TopologyObject,
    sectionName: string,
): string[] {
    const listener = listenersOf(gateway).find(({ name }) => name === sectionName);
    if (listener === undefined) {
        return [`the Gateway has no listener "${sectionName}"`];
    }
    return listener.from === "Same" && gateway.namespace !== route.namespace
        ? [`listener "${sectionName}" takes routes of its own namespace only`]
        : [];
}

/** What is wrong with a route's reference to a backend, beside that the backend may not be there. */
export function backendProblems(
    index: ObjectIndex,
    route: TopologyObject,
    target: Target,
    port: number | undefined,
): string[] {
    const { kind, namespace, name } = target;
    // A pool has its own target ports; the reference's is ignored (Gateway API Inference Extension).
    const service = kind === "Service" ? index.get(kind, namespace, name) : undefined;
    const problems =
        service === undefined
            ? []
            : port === undefined
              ? ["names no port, which a Service needs"]
              : portProblems(service, port);
    if (namespace !== route.namespace && index.grantsFor(target, route.namespace).length === 0) {
        problems.push(
            `RefNotPermitted: no ReferenceGrant in ${namespace} lets HTTPRoutes of ${route.namespace} refer to this ${kind}`,
        );
    }
    return problems;
}

/** What is wrong with a reference to a Service's port. */
export function portProblems(service: TopologyObject, port: number): string[] {
    const ports = servicePortsOf(service.object).map(({ number }) => number);
    return ports.includes(port)
        ? []
        : [`port ${String(port)}, but the Service has ${ports.join(", ") || "none"}`];
}
