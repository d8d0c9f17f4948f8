import type { ParentRef } from "./attachments";
import { hostnamesIntersect } from "./hostnames";
import type { Json } from "./json";
import { integer, list, record, text, written } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import { labelSelector, selects } from "./selectors";
import type { StackIndex } from "./stackIndex";

/** Why a listener does not admit a route. */
interface Refusal {
    /** What follows the listener's name in a sentence. */
    reason: string;
    /** The object that the program does not have, and that alone would tell. */
    absent?: string;
}

/** What a Gateway makes of a route that names it. */
export interface Admission {
    /** Whether the Gateway has a listener that the route names. */
    isNamed: boolean;
    /** Why none of those that it names admits it, for each; none where one does. */
    refusals: readonly (Refusal & { listener: string })[];
}

/** The kinds that a listener admits by its protocol, where it names none (Gateway API, `allowedRoutes.kinds`). */
const kindsByProtocol: ReadonlyMap<string, readonly string[]> = new Map([
    ["HTTP", ["HTTPRoute", "GRPCRoute"]],
    ["HTTPS", ["HTTPRoute", "GRPCRoute"]],
    ["TLS", ["TLSRoute", "TCPRoute"]],
    ["TCP", ["TCPRoute"]],
    ["UDP", ["UDPRoute"]],
]);

/** A Gateway's listeners. */
export function listenersOf(gateway: KubernetesObject): Json[] {
    return list(gateway.spec.listeners).map(record);
}

/** The ports that a Gateway listens on. */
export function listenerPortsOf(gateway: KubernetesObject): number[] {
    return listenersOf(gateway).flatMap(({ port }) => integer(port) ?? []);
}

/** The listeners that a route names: every one, but for those of other names and ports than it says. */
export function listenersNamed(gateway: KubernetesObject, { sectionName, port }: ParentRef): Json[] {
    return listenersOf(gateway).filter(
        (listener) =>
            (sectionName === undefined || listener.name === sectionName) &&
            (port === undefined || listener.port === port),
    );
}

/** Whether one of the listeners that a route names of a Gateway admits it. */
export function admissionOf(
    route: KubernetesObject,
    parent: ParentRef,
    gateway: KubernetesObject,
    index: StackIndex,
): Admission {
    const named = listenersNamed(gateway, parent);
    const refusals = named.flatMap((listener) => {
        const refusal = refusalOf(route, gateway, listener, index);
        return refusal === undefined ? [] : [{ ...refusal, listener: describeListener(listener) }];
    });
    return { isNamed: named.length > 0, refusals: refusals.length < named.length ? [] : refusals };
}

/** Why a listener does not admit a route, or `undefined` if it does. */
function refusalOf(
    route: KubernetesObject,
    gateway: KubernetesObject,
    listener: Json,
    index: StackIndex,
): Refusal | undefined {
    const kindsAdmitted = admittedKinds(listener);
    if (!kindsAdmitted.includes(route.kind)) {
        return { reason: `admits ${kindsAdmitted.join(", ") || "no kind"} only (allowedRoutes.kinds)` };
    }
    const hostname = text(listener.hostname);
    const hostnames = list(route.spec.hostnames).map(written);
    if (!hostnamesIntersect(hostname, hostnames)) {
        return { reason: `is for host ${hostname ?? ""}, and the route for ${hostnames.join(", ")}` };
    }
    return namespaceRefusal(route, gateway, record(record(listener.allowedRoutes).namespaces), index);
}

function admittedKinds(listener: Json): readonly string[] {
    const named = list(record(listener.allowedRoutes).kinds).map(record);
    return named.length > 0
        ? named
              .filter(({ group }) => (text(group) ?? kinds.gateway.group) === kinds.gateway.group)
              .map(({ kind }) => written(kind))
        : (kindsByProtocol.get(text(listener.protocol) ?? "") ?? []);
}

/** Gateway API: `allowedRoutes.namespaces.from` is `Same` where it is missing. */
function namespaceRefusal(
    route: KubernetesObject,
    gateway: KubernetesObject,
    namespaces: Json,
    index: StackIndex,
): Refusal | undefined {
    const from = text(namespaces.from) ?? "Same";
    if (from === "All" || (from === "Same" && route.namespace === gateway.namespace)) {
        return undefined;
    }
    if (from !== "Selector") {
        return {
            reason: `admits routes from ${from === "Same" ? `namespace ${gateway.namespace}` : "no namespace"} only (allowedRoutes.namespaces.from: ${from})`,
        };
    }
    const namespace = index.find(kinds.namespace, "", route.namespace);
    // The API server adds this label to every namespace.
    const automatic = { "kubernetes.io/metadata.name": route.namespace };
    if (selects(labelSelector(namespaces.selector), { ...namespace?.labels, ...automatic })) {
        return undefined;
    }
    return namespace
        ? {
              reason: `has a selector (allowedRoutes.namespaces.selector) that ${namespace.toString()} does not fit`,
          }
        : {
              reason: `has a selector (allowedRoutes.namespaces.selector), and Namespace ${route.namespace} is not in this program`,
              absent: `Namespace ${route.namespace}`,
          };
}

/** What a route names of a Gateway: a listener, a port, both or neither. */
export function describeSection({ sectionName, port }: ParentRef): string {
    const parts = [sectionName && `listener ${sectionName}`, port !== undefined && `port ${String(port)}`];
    return parts.filter(Boolean).join(" at ") || "any listener";
}

/** All listeners of a Gateway. */
export function describeListeners(gateway: KubernetesObject): string {
    return listenersOf(gateway).map(describeListener).join(", ");
}

/** A listener by its name and port. */
function describeListener({ name, port, protocol }: Json): string {
    return `listener ${text(name) ?? ""} (${text(protocol) ?? ""} ${String(integer(port))})`;
}
