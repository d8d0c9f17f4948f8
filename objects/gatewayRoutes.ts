import { kinds } from "./kinds";
import { append } from "./multimap";
import type { KubernetesObject, Undecided } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import { UnknownInputError } from "./unknown";
import { gatewayParents } from "./attachments";
import { isPool } from "./chains";
import type { Reference } from "./references";
import { referencesOf, scanReferences } from "./references";

/** The backends of one rule of a route. */
export interface RouteRule {
    readonly route: KubernetesObject;
    /** Where in the route the rule is, e.g. `spec.rules.0`. */
    readonly path: string;
    readonly pools: readonly Reference[];
    readonly services: readonly Reference[];
}

/** What passes through a Gateway of the program. */
export interface GatewayRoutes {
    rulesAt(gateway: KubernetesObject): readonly RouteRule[];
    /** Routes of which preview does not tell where they attach, or to what they lead. */
    readonly undecided: readonly Undecided[];
}

export function gatewayRoutesOf(index: StackIndex): GatewayRoutes {
    return index.model(collect);
}

function collect(index: StackIndex): GatewayRoutes {
    const byGateway = new Map<KubernetesObject, RouteRule[]>();
    const undecided: Undecided[] = [];
    for (const object of index.ofKind(kinds.httpRoute, kinds.grpcRoute)) {
        try {
            const scan = referencesOf(index).get(object);
            undecided.push(...(scan?.unknowns ?? []).map((unknown) => ({ object, unknown })));
            const rules = rulesFrom(object, scan?.references ?? []);
            const gateways = gatewayParents(object).map(({ namespace, name }) =>
                index.find(kinds.gateway, namespace, name),
            );
            for (const gateway of new Set(gateways)) {
                if (gateway) {
                    rules.forEach((rule) => append(byGateway, gateway, rule));
                }
            }
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            undecided.push({ object, unknown: error });
        }
    }
    return { rulesAt: (gateway) => byGateway.get(gateway) ?? [], undecided };
}

/** The rules of a route alone, as far as they are known. */
export function routeRulesIn(route: KubernetesObject): RouteRule[] {
    return rulesFrom(route, scanReferences(route).references);
}

function rulesFrom(route: KubernetesObject, references: readonly Reference[]): RouteRule[] {
    const byRule = new Map<string, Reference[]>();
    for (const reference of references) {
        if (reference.purpose === "backend") {
            const path = reference.path.split(".").slice(0, 3).join(".");
            append(byRule, path, reference);
        }
    }
    return [...byRule].map(([path, backends]) => ({
        route,
        path,
        pools: backends.filter(isPool),
        services: backends.filter(({ group, kind }) => group === "" && kind === "Service"),
    }));
}
