import type { RouteMatch } from "../../components/crossNamespaceRoute";
import { anyRequestId, requestIdHeader } from "../../components/requestShare";
import { list, record, text } from "../../objects/json";

/** Which requests a route takes, one entry for each match of each rule. */
export function matchesOf(route: { readonly spec?: unknown }): RouteMatch[] {
    const spec = record(route.spec);
    const hostnames = list(spec.hostnames).flatMap((hostname) => text(hostname) ?? []);
    return list(spec.rules)
        .map(record)
        .flatMap(({ matches }) => {
            const given = list(matches).map(record);
            // A rule without matches takes every request (Gateway API).
            return (given.length === 0 ? [{}] : given).map(record).map(({ path, headers }) => {
                const prefix = text(record(path).value) ?? "/";
                const conditions = list(headers).map(record);
                const requestId = conditions.find(isOfRequestId);
                return {
                    hostnames,
                    headers: Object.fromEntries(
                        conditions
                            .filter((condition) => condition !== requestId)
                            .map(({ name, value }) => [text(name) ?? "", text(value) ?? ""]),
                    ),
                    ...(requestId !== undefined && { requestId: text(requestId.value) ?? "" }),
                    ...(prefix !== "/" && { path: prefix }),
                };
            });
        });
}

function isOfRequestId({ type, name }: Record<string, unknown>): boolean {
    return type === "RegularExpression" && text(name)?.toLowerCase() === requestIdHeader;
}

/** A match in words. */
export function matchText({ path, headers, requestId, hostnames }: RouteMatch): string {
    const parts = [
        ...hostnames.map((hostname) => `host ${hostname}`),
        ...(path === undefined ? [] : [`path ${path}`]),
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ...(requestId === undefined || requestId === anyRequestId
            ? []
            : [`${requestIdHeader} like ${requestId}`]),
    ];
    return parts.length === 0 ? "every request" : parts.join(" and ");
}

/** Whether two matches take the same requests. Header names know no case. */
export function sameMatch(a: RouteMatch, b: RouteMatch): boolean {
    return canonical(a) === canonical(b);
}

function canonical({ path, headers, requestId, hostnames }: RouteMatch): string {
    return JSON.stringify([
        path ?? "/",
        requestId ?? "",
        Object.entries(headers)
            .map(([name, value]) => [name.toLowerCase(), value])
            .sort(),
        [...hostnames].sort(),
    ]);
}
