import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Json } from "../../objects/json";
import { list, record, text } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { gatewaysOf } from "../../objects/extProc";
import type { RouteRule } from "../../objects/gatewayRoutes";
import { gatewayRoutesOf, routeRulesIn } from "../../objects/gatewayRoutes";
import { targetOf } from "../../objects/references";

const virtualService = { group: "networking.istio.io", kind: "VirtualService" };

/** What Istio makes of these in place of the settings by which a rule asks its pool's endpoint picker. */
const disturbing = { fault: "fault", corsPolicy: "CORS policy" };

/** Names of Envoy's own filters for the same. */
const envoyFilters = /envoy\.filters\.http\.(fault|cors)|http\.fault\.v3\.HTTPFault|http\.cors\.v3\.Cors/;

/** Nothing on the way to a pool takes the place of its ext_proc settings. */
export const extProcFilters: Rule = {
    name: "ext-proc-filters",
    description: "No CORS filter and no fault injection is on a rule that routes to an InferencePool.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Answer CORS requests in front of the Gateway or on a rule without a pool, and inject faults in the simulator (--failure-injection-rate) instead of in Envoy.",
    *checkResource(object) {
        if (object.is(kinds.httpRoute)) {
            const ruleOf = new Map(routeRulesIn(object).map((rule) => [rule.path, rule]));
            yield* each(list(object.spec.rules), (rule, position) =>
                checkRule(record(rule), ruleOf.get(`spec.rules.${String(position)}`)),
            );
        }
    },
    *checkStack(index) {
        yield* each(index.ofKind(kinds.envoyFilter), (filter) => checkEnvoyFilter(filter, index));
        const services = index.ofKind(virtualService);
        if (services.length > 0) {
            const gateways = poolsByGateway(index);
            yield* each(services, (service) => checkVirtualService(service, gateways));
        }
    },
};

function* checkRule(rule: Json, found: RouteRule | undefined): Findings {
    const [pool] = found?.pools ?? [];
    if (!found || !pool) {
        return;
    }
    const places: [string, unknown][] = [
        [found.path, rule.filters],
        ...list(rule.backendRefs).map((backend, position): [string, unknown] => [
            `${found.path}.backendRefs.${String(position)}`,
            record(backend).filters,
        ]),
    ];
    for (const [path, filters] of places) {
        for (const [position, filter] of list(filters).map(record).entries()) {
            if (filter.type === "CORS" || "cors" in filter) {
                yield {
                    message: `${found.route.toString()}: a CORS filter (${path}.filters.${String(position)}) on a rule that routes to ${targetOf(pool)} takes the place of its ext_proc settings, and no endpoint is picked.`,
                };
            }
        }
    }
}

function* checkEnvoyFilter(filter: KubernetesObject, index: StackIndex): Findings {
    for (const [position, patch] of list(filter.spec.configPatches).map(record).entries()) {
        const added = envoyFilters.exec(JSON.stringify(record(patch.patch).value ?? ""));
        if (!added || record(patch.patch).operation === "REMOVE") {
            continue;
        }
        for (const gateway of gatewaysOf(filter, index)) {
            const rule = gatewayRoutesOf(index)
                .rulesAt(gateway)
                .find(({ pools }) => pools.length > 0);
            const [pool] = rule?.pools ?? [];
            if (rule && pool) {
                yield {
                    message: `${filter.toString()} adds ${added[0]} (spec.configPatches.${String(position)}) to ${gateway.toString()}, where ${rule.route.toString()} routes to ${targetOf(pool)}: it takes the place of the pool's ext_proc settings.`,
                };
            }
        }
    }
}

/** A pool that each Gateway's routes lead to, by the Gateway's name as a VirtualService may write it. */
function poolsByGateway(index: StackIndex): Map<string, string> {
    const pools = new Map<string, string>();
    for (const gateway of index.ofKind(kinds.gateway)) {
        const [pool] = gatewayRoutesOf(index)
            .rulesAt(gateway)
            .flatMap((rule) => rule.pools);
        if (pool) {
            pools.set(`${gateway.namespace}/${gateway.name ?? ""}`, targetOf(pool));
        }
    }
    return pools;
}

function* checkVirtualService(service: KubernetesObject, pools: ReadonlyMap<string, string>): Findings {
    for (const value of list(service.spec.gateways)) {
        const name = text(value) ?? "";
        // Istio's name for what it makes of a Gateway API Gateway has this ending.
        const [gateway = ""] = (name.includes("/") ? name : `${service.namespace}/${name}`).split(
            "-istio-autogenerated-k8s-gateway",
            1,
        );
        const pool = pools.get(gateway);
        if (pool === undefined) {
            continue;
        }
        for (const [position, route] of list(service.spec.http).map(record).entries()) {
            for (const [field, what] of Object.entries(disturbing)) {
                if (route[field] !== undefined) {
                    yield {
                        message: `${service.toString()} has a ${what} (spec.http.${String(position)}.${field}) on Gateway ${gateway}, which routes to ${pool}: it takes the place of the pool's ext_proc settings.`,
                    };
                }
            }
        }
    }
}
