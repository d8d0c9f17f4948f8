import type { DeploymentOutput } from "../../components/deploymentOutput";
import type { ParentRef } from "../../objects/attachments";
import { gatewayParents } from "../../objects/attachments";
import type { Target } from "../../objects/chains";
import { forwardedBy, isService } from "../../objects/chains";
import { declaredPortsIn, targetNumber } from "../../objects/containers";
import { dataPlaneOf } from "../../objects/dataPlane";
import type { ExtProcFilter } from "../../objects/extProc";
import { extProcFiltersOf, gatewayNamed, gatewaysOf } from "../../objects/extProc";
import { gatewayRoutesOf } from "../../objects/gatewayRoutes";
import { grantsOf } from "../../objects/grants";
import type { Json } from "../../objects/json";
import { integer, list, record, text, written } from "../../objects/json";
import { kinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { admissionOf, listenerPortsOf } from "../../objects/listeners";
import { pickerReference } from "../../objects/pickers";
import type { PodTemplate } from "../../objects/podIndex";
import { replicasOf } from "../../objects/podIndex";
import type { Reference } from "../../objects/references";
import { selectionOf, selectorOf } from "../../objects/selections";
import { requirementsOf } from "../../objects/selectors";
import { mayListenAt } from "../../objects/serving";
import type { StackIndex } from "../../objects/stackIndex";
import type { ObjectName, TopologyFinding } from "./model";
import { againstOutputs } from "./outputs";
import { backendsOf, portsOf, referencesTo } from "./references";

/**
 * What is wrong with each object by itself, on its ways to others, or held against the outputs. Of a pair that is not in
 * the picture nothing shows.
 *
 * @param live whether the objects are a running cluster's, so that what controllers make and report counts.
 */
export function judgeObjects(
    index: StackIndex,
    deployment: DeploymentOutput | undefined,
    live: boolean,
): TopologyFinding[] {
    const gateways = index.ofKind(kinds.gateway);
    const ofGateways = gateways.map((gateway) => serviceOf(gateway, index));
    return [
        ...index
            .ofKind(kinds.httpRoute)
            .flatMap((route) => [...attachments(route, index), ...backends(route, index)]),
        ...index.ofKind(...poolKinds).flatMap((pool) => [...selection(pool, index), ...picker(pool, index)]),
        ...extProcFiltersOf(index).all.flatMap((filter) => extProc(filter, index)),
        ...index
            .ofKind(kinds.service)
            // A Gateway's pods are Istio's, which nobody lists.
            .filter((service) => !ofGateways.includes(service))
            .flatMap((service) => selection(service, index)),
        ...(live ? reported(index) : []),
        ...gateways.flatMap((gateway) => gatewayService(gateway, index, live)),
        ...(deployment ? againstOutputs(index, deployment) : []),
    ];
}

/** Where a route attaches, or would. */
function attachments(route: KubernetesObject, index: StackIndex): TopologyFinding[] {
    const parents = gatewayParents(route);
    return parents.length === 0
        ? [{ object: route, message: "attaches to no Gateway" }]
        : parents.flatMap((parent): TopologyFinding[] => {
              const { namespace, name } = parent;
              const gateway = index.find(kinds.gateway, namespace, name);
              return gateway === undefined
                  ? absent({ ...kinds.gateway, namespace, name }, "a route names it")
                  : admissionProblems(route, parent, gateway, index).map((message) => ({
                        object: gateway,
                        to: route,
                        message,
                    }));
          });
}

function admissionProblems(
    route: KubernetesObject,
    parent: ParentRef,
    gateway: KubernetesObject,
    index: StackIndex,
): string[] {
    const { isNamed, refusals } = admissionOf(route, parent, gateway, index);
    if (!isNamed) {
        const name = parent.sectionName === undefined ? "" : ` "${parent.sectionName}"`;
        const port = parent.port === undefined ? "" : ` on port ${String(parent.port)}`;
        return [`the Gateway has no listener${name}${port}`];
    }
    // What is not among the objects, such as a Namespace's labels, may let one of the listeners admit the route.
    return refusals.some(({ absent }) => absent !== undefined)
        ? []
        : refusals.map(({ listener, reason }) => `${listener} ${reason}`);
}

/** What a route sends requests to. */
function backends(route: KubernetesObject, index: StackIndex): TopologyFinding[] {
    return backendsOf(route).flatMap((reference) => {
        const { kind, namespace, name } = reference;
        const [found] = [reference, kinds.service, ...poolKinds]
            .filter((one) => one.kind === kind)
            .flatMap((one) => index.find(one, namespace, name) ?? []);
        return found === undefined
            ? [
                  ...absent(reference, `HTTPRoute ${route.name ?? ""} refers to it`),
                  ...ungranted(reference, index),
              ]
            : referenceProblems(reference, found, index);
    });
}

/** What is wrong with a reference to an object that is there, in whichever group. */
function referenceProblems(
    reference: Reference,
    found: KubernetesObject,
    index: StackIndex,
): TopologyFinding[] {
    const { from: object, group, port } = reference;
    if (!found.is(reference)) {
        const message = `names it in group "${group}", and it is in group "${found.group}"`;
        return [{ object, to: reference, message }];
    }
    // A pool has its own target ports; the reference's is ignored (Gateway API Inference Extension).
    const problems = !isService(found)
        ? []
        : port === undefined
          ? ["names no port, which a Service needs"]
          : portProblems(found, port);
    return [
        ...problems.map((message) => ({ object, to: reference, message })),
        ...ungranted(reference, index),
    ];
}

function ungranted(reference: Reference, index: StackIndex): TopologyFinding[] {
    const { from: object, kind, namespace } = reference;
    const message = `RefNotPermitted: no ReferenceGrant in ${namespace} lets HTTPRoutes of ${object.namespace} refer to this ${kind}`;
    return grantsOf(index).lack(reference) ? [{ object, to: reference, message }] : [];
}

/** The EPP that a pool names, and whether anybody asks it. */
function picker(pool: KubernetesObject, index: StackIndex): TopologyFinding[] {
    const { name, isService: isCallable, port } = pickerReference(pool);
    if (name === "") {
        return [{ object: pool, message: "names no EPP" }];
    }
    const epp = { ...kinds.service, namespace: pool.namespace, name };
    return [
        ...(isCallable
            ? asked(pool, epp, port?.value, index, `InferencePool ${pool.name ?? ""} names it`)
            : []),
        ...(referencesTo(pool, index).length > 0
            ? []
            : [{ object: pool, message: "no route refers to it, so its EPP is never asked" }]),
    ];
}

/** Who an EnvoyFilter has ask an EPP. */
function extProc({ object, target }: ExtProcFilter, index: StackIndex): TopologyFinding[] {
    if (target?.service === undefined) {
        return [];
    }
    const epp = { ...kinds.service, ...target.service };
    return [
        ...filtered(object, index),
        ...asked(object, epp, target.port, index, `EnvoyFilter ${object.name ?? ""} asks it`),
    ];
}

function filtered(filter: KubernetesObject, index: StackIndex): TopologyFinding[] {
    const gateways = gatewaysOf(filter, index);
    if (gateways.length === 0) {
        const name = gatewayNamed(filter);
        const isThere = name !== undefined && index.find(kinds.gateway, filter.namespace, name) !== undefined;
        const message =
            name === undefined || isThere
                ? "applies to no Gateway"
                : `applies to Gateway ${name}, which is not there`;
        return [{ object: filter, message }];
    }
    const hasPool = gateways.some((gateway) =>
        gatewayRoutesOf(index)
            .rulesAt(gateway)
            .some(({ pools }) => pools.length > 0),
    );
    return hasPool
        ? [{ object: filter, message: "beside an InferencePool, for which Istio makes the filter itself" }]
        : [];
}

/** The Service of an EPP that something names, and that reference. */
function asked(
    object: KubernetesObject,
    epp: Target,
    port: number | undefined,
    index: StackIndex,
    why: string,
): TopologyFinding[] {
    const service = index.find(epp, epp.namespace, epp.name);
    if (service === undefined) {
        return absent(epp, why);
    }
    const problems = port === undefined ? [] : portProblems(service, port);
    return problems.map((message) => ({ object, to: service, message }));
}

function absent(object: ObjectName, why: string): TopologyFinding[] {
    return [{ object, message: `not there, but ${why}` }];
}

/** The pods that a Service or a pool selects, and the ports that must be open there. */
function selection(backend: KubernetesObject, index: StackIndex): TopologyFinding[] {
    const { templates } = selectionOf(backend, index);
    if (templates.length === 0) {
        const selects = requirementsOf(selectorOf(backend).matchLabels);
        const message = `selects no pods: ${selects.join(", ") || "it has no selector"}`;
        return [{ object: backend, message }];
    }
    return [
        ...(templates.every(({ owner }) => replicasOf(owner) === 0)
            ? [{ object: backend, message: "selects no pods: 0 replicas are asked for" }]
            : []),
        ...templates.flatMap((template) =>
            forwardedBy(backend)
                .filter(({ target }) => !isOpen(template, target))
                .map(({ target }) => ({
                    object: backend,
                    to: template.owner,
                    message: `targets port ${String(target)}, but the containers have ${openPorts(template)}`,
                })),
        ),
    ];
}

function isOpen(template: PodTemplate, target: number | string): boolean {
    const number = targetNumber(template, target);
    return number !== undefined && mayListenAt(template, number);
}

function openPorts(template: PodTemplate): string {
    return (
        declaredPortsIn(template)
            .flatMap(({ number }) => number ?? [])
            .join(", ") || "none"
    );
}

/** What controllers say of objects. */
function reported(index: StackIndex): TopologyFinding[] {
    const conditions = [
        [kinds.gateway, "Programmed"],
        [kinds.httpRoute, "Accepted"],
        [kinds.httpRoute, "ResolvedRefs"],
    ] as const;
    return [
        ...conditions.flatMap(([kind, type]) =>
            index.ofKind(kind).flatMap((object) => {
                const failed = conditionsOf(object, type).find(({ status }) => status !== "True");
                const message = `${type}=${text(failed?.status) ?? "Unknown"} ${text(failed?.reason) ?? ""}`;
                return failed === undefined ? [] : { object, message: message.trim() };
            }),
        ),
        ...index
            .ofKind(kinds.deployment, kinds.statefulSet)
            .filter(
                (workload) => replicasOf(workload) > 0 && (integer(workload.status.readyReplicas) ?? 0) === 0,
            )
            .map((object) => ({ object, message: "no pod is ready" })),
    ];
}

/** The conditions of a type: an object's own, and a route's for each of its parents. */
function conditionsOf({ status }: KubernetesObject, type: string): Json[] {
    return [status, ...list(status.parents).map(record)]
        .flatMap(({ conditions }) => list(conditions))
        .map(record)
        .filter((condition) => condition.type === type);
}

function serviceOf(gateway: KubernetesObject, index: StackIndex): KubernetesObject | undefined {
    return index.find(kinds.service, gateway.namespace, dataPlaneOf(gateway));
}

/** Istio makes a Service for each Gateway. */
function gatewayService(gateway: KubernetesObject, index: StackIndex, live: boolean): TopologyFinding[] {
    const service = serviceOf(gateway, index);
    if (service !== undefined) {
        return listenerPortsOf(gateway)
            .filter((port) => !portsOf(service).includes(port))
            .map((port) => ({
                object: service,
                message: `has no port ${String(port)}, on which the Gateway listens`,
            }));
    }
    const object = { ...kinds.service, namespace: gateway.namespace, name: dataPlaneOf(gateway) };
    const why = `no controller has made it; does Istio run, and is GatewayClass ${written(gateway.spec.gatewayClassName)} its own?`;
    return live ? [{ object, message: `not there: ${why}` }] : [];
}

/** What is wrong with a reference to a Service's port. */
function portProblems(service: KubernetesObject, port: number): string[] {
    const ports = portsOf(service);
    return ports.includes(port)
        ? []
        : [`port ${String(port)}, but the Service has ${ports.join(", ") || "none"}`];
}
