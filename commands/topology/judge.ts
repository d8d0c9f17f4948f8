import { gatewayEntrance } from "../../components/contract";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { extProcFiltersIn } from "../../objects/extProc";
import { integer } from "../../objects/json";
import { servicePortsOf } from "../../objects/pickers";
import type { Attachment, BackendReference, ObjectIndex, Selection, Target, TopologyObject } from "./objects";
import {
    attachmentsOf,
    backendsOf,
    containerPorts,
    filteredGateway,
    gatewayServiceName,
    listenersOf,
    pickerOf,
    poolSelection,
    replicasOf,
    resolvePort,
    serviceSelection,
} from "./objects";
import { matchesOf, matchText, sameMatch } from "../shared/routeMatch";

/** Which object, whether it is there or not. */
export interface ObjectName {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
}

/** Something that is wrong with an object, or with its way to another. */
export interface TopologyFinding {
    readonly object: ObjectName;
    /** Where the way leads. */
    readonly to?: ObjectName;
    readonly message: string;
}

/**
 * What is wrong with each object by itself, on its ways to others, or held against the outputs. Of a pair that is not in
 * the picture nothing shows.
 *
 * @param live whether the objects are a running cluster's, so that what controllers make and report counts.
 */
export function judgeObjects(
    index: ObjectIndex,
    deployment: DeploymentOutput | undefined,
    live: boolean,
): TopologyFinding[] {
    const gatewayServices = index
        .all("Gateway")
        .map((gateway) => index.get("Service", gateway.namespace, gatewayServiceName(gateway)));
    return [
        ...index
            .all("HTTPRoute")
            .flatMap((route) => [...attachments(route, index), ...backends(route, index)]),
        ...index
            .all("InferencePool")
            .flatMap((pool) => [...selection(pool, poolSelection(pool), index), ...picker(pool, index)]),
        ...index.all("EnvoyFilter").flatMap((filter) => extProc(filter, index)),
        ...index
            .all("Service")
            // A Gateway's pods are Istio's, which nobody lists.
            .filter((service) => !gatewayServices.includes(service))
            .flatMap((service) => selection(service, serviceSelection(service), index)),
        ...(live ? reported(index) : []),
        ...index.all("Gateway").flatMap((gateway) => gatewayService(gateway, index, live)),
        ...(deployment ? againstOutputs(index, deployment) : []),
    ];
}

/** Where a route attaches, or would. */
function attachments(route: TopologyObject, index: ObjectIndex): TopologyFinding[] {
    const attached = attachmentsOf(route);
    return attached.length === 0
        ? [{ object: route, message: "attaches to no Gateway" }]
        : attached.flatMap((attachment): TopologyFinding[] => {
              const { namespace, name } = attachment;
              const gateway = index.get("Gateway", namespace, name);
              return gateway === undefined
                  ? [
                        {
                            object: { kind: "Gateway", namespace, name },
                            message: "not there, but a route names it",
                        },
                    ]
                  : attachmentProblems(route, gateway, attachment).map((message) => ({
                        object: gateway,
                        to: route,
                        message,
                    }));
          });
}

function attachmentProblems(
    route: TopologyObject,
    gateway: TopologyObject,
    { section }: Attachment,
): string[] {
    if (section === undefined) {
        return [];
    }
    const listener = listenersOf(gateway).find(({ name }) => name === section);
    if (listener === undefined) {
        return [`the Gateway has no listener "${section}"`];
    }
    return listener.from === "Same" && gateway.namespace !== route.namespace
        ? [`listener "${section}" takes routes of its own namespace only`]
        : [];
}

/** What a route sends requests to. */
function backends(route: TopologyObject, index: ObjectIndex): TopologyFinding[] {
    return backendsOf(route).flatMap((reference) => [
        ...absent(reference.target, index, `HTTPRoute ${route.name} refers to it`),
        ...backendProblems(index, route, reference).map((message) => ({
            object: route,
            to: reference.target,
            message,
        })),
    ]);
}

function backendProblems(
    index: ObjectIndex,
    route: TopologyObject,
    { target, port }: BackendReference,
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

/** The EPP that a pool names, and whether anybody asks it. */
function picker(pool: TopologyObject, index: ObjectIndex): TopologyFinding[] {
    const named = pickerOf(pool);
    if (named === undefined) {
        return [{ object: pool, message: "names no EPP" }];
    }
    return [
        ...asked(pool, named, index, `InferencePool ${pool.name} names it`),
        ...(gatewaysOf(pool, index).length > 0
            ? []
            : [{ object: pool, message: "no route refers to it, so its EPP is never asked" }]),
    ];
}

/** The Gateways whose routes refer to a pool. */
function gatewaysOf({ namespace, name }: TopologyObject, index: ObjectIndex): Attachment[] {
    return index
        .all("HTTPRoute")
        .filter((route) =>
            backendsOf(route).some(
                ({ target }) =>
                    target.kind === "InferencePool" && target.namespace === namespace && target.name === name,
            ),
        )
        .flatMap(attachmentsOf);
}

/** Who an EnvoyFilter has ask an EPP. */
function extProc(filter: TopologyObject, index: ObjectIndex): TopologyFinding[] {
    return extProcFiltersIn(filter.object).flatMap(({ target }) => {
        if (target?.service === undefined) {
            return [];
        }
        const { namespace, name } = target.service;
        const epp = { target: { kind: "Service" as const, namespace, name }, port: target.port };
        return [
            ...filtered(filter, index),
            ...asked(filter, epp, index, `EnvoyFilter ${filter.name} asks it`),
        ];
    });
}

function filtered(filter: TopologyObject, index: ObjectIndex): TopologyFinding[] {
    const { namespace } = filter;
    const name = filteredGateway(filter);
    if (name === undefined) {
        return [];
    }
    if (index.get("Gateway", namespace, name) === undefined) {
        return [{ object: filter, message: `applies to Gateway ${name}, which is not there` }];
    }
    const hasPool = index
        .all("InferencePool")
        .flatMap((pool) => gatewaysOf(pool, index))
        .some((gateway) => gateway.namespace === namespace && gateway.name === name);
    return hasPool
        ? [{ object: filter, message: "beside an InferencePool, for which Istio makes the filter itself" }]
        : [];
}

/** The Service of an EPP that something names, and that reference. */
function asked(
    object: ObjectName,
    { target, port }: BackendReference,
    index: ObjectIndex,
    why: string,
): TopologyFinding[] {
    const service = index.get("Service", target.namespace, target.name);
    return service === undefined
        ? absent(target, index, why)
        : (port === undefined ? [] : portProblems(service, port)).map((message) => ({
              object,
              to: service,
              message,
          }));
}

function absent(target: Target, index: ObjectIndex, why: string): TopologyFinding[] {
    return index.get(target.kind, target.namespace, target.name) === undefined
        ? [{ object: target, message: `not there, but ${why}` }]
        : [];
}

/** The pods that a Service or a pool selects, and the ports that must be open there. */
function selection(
    from: TopologyObject,
    { selector, ports }: Selection,
    index: ObjectIndex,
): TopologyFinding[] {
    const workloads = index.selected(from.namespace, selector);
    if (workloads.length === 0) {
        const selects = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
        const message = `selects no pods: ${selects.join(", ") || "it has no selector"}`;
        return [{ object: from, message }];
    }
    const open = (workload: TopologyObject) => containerPorts(workload).join(", ") || "none";
    return [
        ...(workloads.every((workload) => replicasOf(workload) === 0)
            ? [{ object: from, message: "selects no pods: 0 replicas are asked for" }]
            : []),
        ...workloads.flatMap((workload) =>
            ports
                .filter(({ target }) => resolvePort(target, workload) === undefined)
                .map(({ target }) => ({
                    object: from,
                    to: workload,
                    message: `targets port ${String(target)}, but the containers have ${open(workload)}`,
                })),
        ),
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
    const name = gatewayServiceName(gateway);
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
    for (const { route: name, match, besides = [], backend, proxy, epp, extProcFilter } of Object.values(
        models,
    )) {
        const filter = { kind: "EnvoyFilter", namespace: namespaces.scheduler, name: extProcFilter ?? "" };
        if (
            extProcFilter !== undefined &&
            index.get("EnvoyFilter", filter.namespace, filter.name) === undefined
        ) {
            const message = "not there: the Gateway asks no EPP, though the mode says so";
            findings.push({ object: filter, message });
        }
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

function refersTo(route: TopologyObject, backend: ObjectName): boolean {
    return backendsOf(route).some(
        ({ target: { kind, namespace, name } }) =>
            kind === backend.kind && namespace === backend.namespace && name === backend.name,
    );
}

/** What is wrong with a reference to a Service's port. */
function portProblems(service: TopologyObject, port: number): string[] {
    const ports = servicePortsOf(service.object).map(({ number }) => number);
    return ports.includes(port)
        ? []
        : [`port ${String(port)}, but the Service has ${ports.join(", ") || "none"}`];
}
