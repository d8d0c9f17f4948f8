import type { Findings, Violation } from "../../framework/finding";
import { each } from "../../framework/finding";
import type { Json } from "../../../objects/json";
import { integer, list, record, text, written } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { labelSelector, selects } from "../../../objects/selectors";
import type { StackIndex } from "../../../objects/stackIndex";
import type { ParentRef } from "../../../objects/attachments";
import { gatewayParents } from "../../../objects/attachments";
import { hostnamesIntersect } from "../../../objects/hostnames";

/** The kinds that a listener admits by its protocol, where it names none (Gateway API, `allowedRoutes.kinds`). */
const kindsByProtocol: ReadonlyMap<string, readonly string[]> = new Map([
    ["HTTP", ["HTTPRoute", "GRPCRoute"]],
    ["HTTPS", ["HTTPRoute", "GRPCRoute"]],
    ["TLS", ["TLSRoute", "TCPRoute"]],
    ["TCP", ["TCPRoute"]],
    ["UDP", ["UDPRoute"]],
]);

/** A route attaches to a listener that exists and admits it, of each Gateway that it names. */
export function* checkAttachment(route: KubernetesObject, index: StackIndex): Findings {
    if (list(route.spec.parentRefs).length === 0) {
        yield { message: `${route.toString()} attaches to no Gateway: it has no spec.parentRefs.` };
    }
    for (const value of list(route.spec.parentRefs)) {
        const kind = text(record(value).kind);
        if (kind !== undefined && kind !== "Gateway" && kind !== "Service" && kind !== "ListenerSet") {
            yield {
                message: `${route.toString()} names a ${kind} in spec.parentRefs, which routes cannot attach to.`,
            };
        }
    }
    yield* each(gatewayParents(route), (parent) => checkParent(route, parent, index));
}

function* checkParent(route: KubernetesObject, parent: ParentRef, index: StackIndex): Findings {
    const gateway = index.find(kinds.gateway, parent.namespace, parent.name);
    const prefix = `${route.toString()} (${parent.path})`;
    if (!gateway) {
        yield* absentGateway(prefix, parent, index);
        return;
    }
    const listeners = list(gateway.spec.listeners).map(record);
    const named = listeners.filter(
        ({ name, port }) =>
            (parent.sectionName === undefined || name === parent.sectionName) &&
            (parent.port === undefined || port === parent.port),
    );
    if (named.length === 0) {
        yield {
            message: `${prefix} names ${describeSection(parent)} of ${gateway.toString()}, whose listeners are ${listeners.map(describeListener).join(", ")}.`,
        };
        return;
    }
    const verdicts = named.map((listener) => verdict(route, gateway, listener, index));
    if (verdicts.some((reason) => reason === undefined)) {
        return;
    }
    // Advice only where one of the listeners may admit the route, for all the program says.
    const level = verdicts.some((reason) => reason?.level === "advisory") ? "advisory" : undefined;
    const reasons = verdicts.map(
        (reason, position) => `${describeListener(named[position] ?? {})} ${reason?.message ?? ""}`,
    );
    const absent = verdicts.find((reason) => reason?.absent !== undefined)?.absent;
    yield {
        message: `${prefix} is not admitted by ${gateway.toString()}: ${reasons.join("; ")}.`,
        absent,
        level,
    };
}

/** The Gateway may be another program's; one of the name in another namespace was meant. */
function* absentGateway(prefix: string, { namespace, name }: ParentRef, index: StackIndex): Findings {
    const meant = index.ofKind(kinds.gateway).find((gateway) => gateway.name === name);
    yield meant
        ? {
              message: `${prefix} names Gateway ${namespace}/${name}, but the program has ${meant.toString()}.`,
          }
        : {
              message: `${prefix} names Gateway ${namespace}/${name}, which is not in this program: its listeners cannot be checked here.`,
              absent: `Gateway ${namespace}/${name}`,
              level: "advisory",
          };
}

/** Why a listener does not admit a route, or `undefined` if it does. */
function verdict(
    route: KubernetesObject,
    gateway: KubernetesObject,
    listener: Json,
    index: StackIndex,
): Violation | undefined {
    const allowed = record(listener.allowedRoutes);
    const kindsAdmitted = admittedKinds(listener);
    if (!kindsAdmitted.includes(route.kind)) {
        return { message: `admits ${kindsAdmitted.join(", ") || "no kind"} only (allowedRoutes.kinds)` };
    }
    const hostname = text(listener.hostname);
    const hostnames = list(route.spec.hostnames).map(written);
    if (!hostnamesIntersect(hostname, hostnames)) {
        return { message: `is for host ${hostname ?? ""}, and the route for ${hostnames.join(", ")}` };
    }
    return namespaceVerdict(route, gateway, record(allowed.namespaces), index);
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
function namespaceVerdict(
    route: KubernetesObject,
    gateway: KubernetesObject,
    namespaces: Json,
    index: StackIndex,
): Violation | undefined {
    const from = text(namespaces.from) ?? "Same";
    if (from === "All" || (from === "Same" && route.namespace === gateway.namespace)) {
        return undefined;
    }
    if (from !== "Selector") {
        return {
            message: `admits routes from ${from === "Same" ? `namespace ${gateway.namespace}` : "no namespace"} only (allowedRoutes.namespaces.from: ${from})`,
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
              message: `has a selector (allowedRoutes.namespaces.selector) that ${namespace.toString()} does not fit`,
          }
        : {
              message: `has a selector (allowedRoutes.namespaces.selector), and Namespace ${route.namespace} is not in this program`,
              absent: `Namespace ${route.namespace}`,
              level: "advisory",
          };
}

function describeSection({ sectionName, port }: ParentRef): string {
    const parts = [sectionName && `listener ${sectionName}`, port !== undefined && `port ${String(port)}`];
    return parts.filter(Boolean).join(" at ") || "any listener";
}

/** A listener by its name and port. */
export function describeListener({ name, port, protocol }: Json): string {
    return `listener ${text(name) ?? ""} (${text(protocol) ?? ""} ${String(integer(port))})`;
}
