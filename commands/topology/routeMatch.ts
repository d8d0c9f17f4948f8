import type { RouteMatch } from "../../components/crossNamespaceRoute";
import { list, record, text } from "../../objects/json";
import type { TopologyObject } from "./objects";

/** Which requests a route takes, one entry for each match of each rule. */
export function matchesOf(route: TopologyObject): RouteMatch[] {
    const hostnames = list(route.spec.hostnames).flatMap((hostname) => text(hostname) ?? []);
    return list(route.spec.rules)
        .map(record)
        .flatMap(({ matches }) => {
            const given = list(matches).map(record);
            // A rule without matches takes every request (Gateway API).
            return (given.length === 0 ? [{}] : given).map(record).map(({ path, headers }) => {
                const prefix = text(record(path).value) ?? "/";
                return {
                    hostnames,
                    headers: Object.fromEntries(
                        list(headers)
                            .map(record)
                            .map(({ name, value }) => [text(name) ?? "", text(value) ?? ""]),
                    ),
                    ...(prefix !== "/" && { path: prefix }),
                };
            });
        });
}

/** A match in words. */
export function matchText({ path, headers, hostnames }: RouteMatch): string {
    const parts = [
        ...hostnames.map((hostname) => `host ${hostname}`),
        ...(path === undefined ? [] : [`path ${path}`]),
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    return parts.length === 0 ? "every request" : parts.join(" and ");
}

/** Whether two matches take the same requests. Header names know no case. */
export function sameMatch(a: RouteMatch, b: RouteMatch): boolean {
    return canonical(a) === canonical(b);
}

function canonical({ path, headers, hostnames }: RouteMatch): string {
    return JSON.stringify([
        path ?? "/",
        Object.entries(headers)
            .map(([name, value]) => [name.toLowerCase(), value])
            .sort(),
        [...hostnames].sort(),
    ]);
}
