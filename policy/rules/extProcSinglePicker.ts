import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { kinds } from "../../objects/kinds";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { ExtProcFilter } from "../../objects/extProc";
import { extProcFiltersOf, gatewaysOf, namesPicker } from "../../objects/extProc";
import type { RouteRule } from "../../objects/gatewayRoutes";
import { gatewayRoutesOf, routeRulesIn } from "../../objects/gatewayRoutes";
import { pickerPorts } from "../../objects/pickers";
import { scanReferences, targetOf } from "../../objects/references";

/** A request is picked an endpoint for once: by its rule's one pool, and by nothing beside it. */
export const extProcSinglePicker: Rule = {
    name: "ext-proc-single-picker",
    description:
        "No rule of a route has several pools, or a pool beside a Service, and no ext_proc EnvoyFilter works on a Gateway with pools.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Give each pool rules of its own. Remove the EnvoyFilter: Istio makes ext_proc for pools by itself.",
    *checkResource(object) {
        if (object.is(kinds.httpRoute) || object.is(kinds.grpcRoute)) {
            yield* scanReferences(object).unknowns.map((unknown) => ({ unknown }));
            yield* routeRulesIn(object).flatMap((rule) => [...checkRule(rule)]);
        }
    },
    *checkStack(index) {
        const filters = extProcFiltersOf(index);
        yield* filters.undecided;
        yield* filters.all.length > 0 ? gatewayRoutesOf(index).undecided : [];
        for (const filter of filters.all) {
            yield* each([filter.object], () => checkFilter(filter, index));
        }
    },
};

function* checkRule({ route, path, pools, services }: RouteRule): Findings {
    const names = [...new Set(pools.map(targetOf))];
    const at = `${route.toString()}: the rule at ${path}`;
    if (names.length > 1) {
        yield {
            message: `${at} has the pools ${names.join(", ")}, but Istio asks the endpoint picker of one of them for all (istio#61594).`,
        };
    }
    const [service] = services;
    if (names.length > 0 && service) {
        yield {
            message: `${at} has ${names.join(", ")} beside ${targetOf(service)} (${service.path}), and the last of them decides whether Istio asks an endpoint picker at all.`,
        };
    }
}

function* checkFilter(filter: ExtProcFilter, index: StackIndex): Findings {
    if (!namesPicker(filter, pickerPorts.grpc.byDefault)) {
        return;
    }
    for (const gateway of gatewaysOf(filter.object, index)) {
        for (const { route, path, pools } of gatewayRoutesOf(index).rulesAt(gateway)) {
            const [pool] = pools;
            if (pool) {
                yield {
                    message: `${filter.object.toString()} adds ext_proc to ${gateway.toString()}, where ${route.toString()} routes to ${targetOf(pool)} (${path}), for which Istio adds it too: two filters pick an endpoint for each request.`,
                };
            }
        }
    }
}
