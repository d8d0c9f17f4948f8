import { gatewayParents } from "../../../objects/attachments";
import type { ParentRef } from "../../../objects/attachments";
import { hostnamesIntersect } from "../../../objects/hostnames";
import type { Json } from "../../../objects/json";
import { list, record, text, written } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { listenersNamed } from "../../../objects/listeners";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Findings } from "../../framework/finding";
import { isolated } from "../../framework/finding";

/** One match of a rule, at one host of one listener: requests that only one rule can get. */
interface Claim {
    readonly route: KubernetesObject;
    readonly path: string;
    /** What the rule does with a request, to leave alone where it makes no difference. */
    readonly outcome: string;
}

/**
 * Of rules that match the same requests, the one of the oldest route gets them all (Gateway API, `HTTPRouteRule.matches`),
 * and the others none. Routes beside those of inference count only where they take requests from them.
 */
export function* checkMatches(
    routes: readonly KubernetesObject[],
    inference: ReadonlySet<KubernetesObject>,
    index: StackIndex,
): Findings {
    const claims = new Map<string, Claim>();
    const reported = new Set<string>();
    for (const route of routes) {
        // What is not known of a route's parents or rules is reported by the rule `gateway`; its other matches count.
        const found = [...isolated(() => claimsOf(route, index, claims, inference, reported))];
        yield* found.map((finding) => ({ object: route, ...finding }));
    }
}

function* claimsOf(
    route: KubernetesObject,
    index: StackIndex,
    claims: Map<string, Claim>,
    inference: ReadonlySet<KubernetesObject>,
    reported: Set<string>,
): Findings {
    const places = placesOf(route, index);
    for (const [position, value] of list(route.spec.rules).entries()) {
        const rule = record(value);
        const matches = list(rule.matches);
        const outcome = canonical([route.namespace, rule.backendRefs, rule.filters]);
        for (const [place, match] of (matches.length > 0 ? matches : [{}]).entries()) {
            const path = `spec.rules.${String(position)}${matches.length > 0 ? `.matches.${String(place)}` : ""}`;
            const requests = matchKey(route, record(match));
            for (const at of places) {
                const key = `${at.key}|${requests}`;
                const other = claims.get(key);
                if (!other) {
                    claims.set(key, { route, path, outcome });
                    continue;
                }
                const pair = `${route.toString()} ${path} ${other.route.toString()} ${other.path}`;
                const concerned = inference.has(route) || inference.has(other.route);
                if (other.outcome !== outcome && concerned && !reported.has(pair)) {
                    reported.add(pair);
                    const who =
                        other.route === route
                            ? `an earlier rule of it (${other.path})`
                            : `${other.route.toString()} (${other.path})`;
                    yield {
                        message: `${route.toString()} (${path}) matches the same requests as ${who} at ${at.place}: only ${other.route === route ? "the earlier one" : "the older of the two routes"} ever gets any.`,
                    };
                }
            }
        }
    }
}

interface Place {
    readonly key: string;
    readonly place: string;
}

/** Where a route's requests come from: each host of each listener that it attaches to. */
function placesOf(route: KubernetesObject, index: StackIndex): Place[] {
    const hosts = list(route.spec.hostnames).map((host) => written(host).toLowerCase());
    return gatewayParents(route).flatMap((parent) => {
        const gateway = `${parent.namespace}/${parent.name}`;
        return meantBy(parent, index).flatMap(({ name, hostname }) =>
            effectiveHosts(hostname, hosts).map((host) => ({
                key: JSON.stringify([gateway, name, host]),
                place: `listener ${name || "any"} of Gateway ${gateway}${host === "" ? "" : `, host ${host}`}`,
            })),
        );
    });
}

/** The listeners that a parentRef means. Those of a Gateway that the program lacks are known by the parentRef alone. */
function meantBy(parent: ParentRef, index: StackIndex): { name: string; hostname: string | undefined }[] {
    const { namespace, name, sectionName, port } = parent;
    const gateway = index.find(kinds.gateway, namespace, name);
    return gateway
        ? listenersNamed(gateway, parent).map((listener) => ({
              name: text(listener.name) ?? "",
              hostname: text(listener.hostname),
          }))
        : [{ name: sectionName ?? (port === undefined ? "" : `at ${String(port)}`), hostname: undefined }];
}

/** The hosts of a listener that are a route's: the narrower of the two for each pair; `""` for every host. */
function effectiveHosts(listener: string | undefined, route: readonly string[]): string[] {
    if (route.length === 0) {
        return [(listener ?? "").toLowerCase()];
    }
    const common = route.filter((host) => hostnamesIntersect(listener, [host]));
    return [
        ...new Set(
            common.map((host) =>
                host.startsWith("*.") && listener && !listener.startsWith("*.")
                    ? listener.toLowerCase()
                    : host,
            ),
        ),
    ];
}

/**
 * The requests that a match is for, in one spelling: with the API's defaults, header names in small letters, the first of
 * several headers with one name, conditions in order, and a path prefix without a slash at its end, which does not count.
 */
function matchKey(route: KubernetesObject, { path, method, headers, queryParams }: Json): string {
    const conditions = (values: unknown, nameOf: (name: string) => string) => {
        const byName = new Map<string, unknown>();
        for (const { name, type, value } of list(values).map(record)) {
            const key = nameOf(text(name) ?? "");
            if (!byName.has(key)) {
                byName.set(key, [text(type) ?? "Exact", value]);
            }
        }
        return [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
    };
    const headerConditions = conditions(headers, (name) => name.toLowerCase());
    if (route.is(kinds.grpcRoute)) {
        const { type, service, method: call } = record(method);
        return canonical([text(type) ?? "Exact", service, call, headerConditions]);
    }
    const { type, value } = record(path);
    const kind = text(type) ?? "PathPrefix";
    const written = text(value) ?? "/";
    const prefix = kind === "PathPrefix" && written.endsWith("/") ? written.slice(0, -1) : written;
    return canonical([kind, prefix, method ?? "", headerConditions, conditions(queryParams, (name) => name)]);
}

/** A value as text, with the keys of objects in order. */
function canonical(value: unknown): string {
    return JSON.stringify(value, (_, child: unknown) =>
        typeof child === "object" && child !== null && !Array.isArray(child)
            ? Object.fromEntries(Object.entries(child).sort(([one], [other]) => (one < other ? -1 : 1)))
            : child,
    );
}
