import { integer, list, record, text } from "./json";
import { kinds } from "./kinds";
import { append } from "./multimap";
import type { KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import { Unknowns } from "./unknown";
import type { Chains } from "./chains";

/** A route's wish to attach to a Gateway: an entry of its `spec.parentRefs`. */
export interface ParentRef {
    readonly path: string;
    readonly namespace: string;
    readonly name: string;
    readonly sectionName: string | undefined;
    readonly port: number | undefined;
}

/**
 * A route's parentRefs that name Gateways. A mesh route has Services as parents instead.
 *
 * Gateway API: group and kind default to those of a Gateway, the namespace to the route's.
 */
export function gatewayParents(route: KubernetesObject): ParentRef[] {
    return list(route.spec.parentRefs).flatMap((value, position) => {
        const { group, kind, namespace, name, sectionName, port } = record(value);
        const isGateway =
            (text(group) ?? kinds.gateway.group) === kinds.gateway.group &&
            (text(kind) ?? kinds.gateway.kind) === kinds.gateway.kind;
        return isGateway
            ? {
                  path: `spec.parentRefs.${String(position)}`,
                  namespace: text(namespace) || route.namespace,
                  name: text(name) ?? "",
                  sectionName: text(sectionName) || undefined,
                  port: integer(port),
              }
            : [];
    });
}

/** The Gateways of the program that inference routes name as parents, with those routes. */
export function inferenceGateways(
    index: StackIndex,
    { routes }: Chains,
): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
    const gateways = new Map<KubernetesObject, KubernetesObject[]>();
    for (const route of routes) {
        // A parent that is not known is reported where the route is checked.
        new Unknowns().attempt(() => {
            for (const { namespace, name } of gatewayParents(route)) {
                const gateway = index.find(kinds.gateway, namespace, name);
                if (gateway) {
                    append(gateways, gateway, route);
                }
            }
        });
    }
    return gateways;
}
