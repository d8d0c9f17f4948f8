import type { RouteMatch } from "../crossNamespaceRoute";
import { requestedModel } from "../simulator/arguments";
import type { Model, Settings } from "./schema";

/** The header that a body-based router (GIE's BBR) sets to the model that a request's body names. */
const modelNameHeader = "X-Gateway-Model-Name";

/** A header that requests must carry, and the setting that asks for it. */
export interface RequiredHeader {
    /** Below the model where it is `match`'s. */
    setting: "routing.headers" | "match.header" | "match.modelName";
    name: string;
    value: string;
}

/** Every header that requests of a model must carry, in the order of the settings. */
export function requiredHeaders({ match, simulator }: Model, { routing }: Settings): RequiredHeader[] {
    const shared = Object.entries(routing.headers).map(([name, value]) => ({ name, value }));
    return [
        ...shared.map((header) => ({ setting: "routing.headers" as const, ...header })),
        ...(match.header === undefined ? [] : [{ setting: "match.header" as const, ...match.header }]),
        ...(match.modelName
            ? [
                  {
                      setting: "match.modelName" as const,
                      name: modelNameHeader,
                      value: requestedModel(simulator),
                  },
              ]
            : []),
    ];
}

/** Whether two names are of the same header: they are compared without case (RFC 9110, 5.1). */
export function isSameHeader(one: { name: string }, other: { name: string }): boolean {
    return one.name.toLowerCase() === other.name.toLowerCase();
}

/** Which requests through the Gateway are a model's. */
export function routeMatch(model: Model, settings: Settings): RouteMatch {
    const headers = requiredHeaders(model, settings);
    const first = headers.filter(
        (header, index) => headers.findIndex((other) => isSameHeader(header, other)) === index,
    );
    return {
        ...(model.match.path !== undefined && { path: model.match.path }),
        hostnames: settings.routing.hostnames,
        headers: Object.fromEntries(first.map(({ name, value }) => [name, value])),
    };
}

/**
 * The same text for matches that take the same requests: the names of headers have no case, and a prefix is compared by
 * its segments, so that a slash at its end means nothing (Gateway API, `PathMatchPathPrefix`).
 */
export function matchIdentity(model: Model, settings: Settings): string {
    const { path = "/", headers } = routeMatch(model, settings);
    const sorted = Object.entries(headers)
        .map(([name, value]) => [name.toLowerCase(), value])
        .sort(([one], [other]) => (one! < other! ? -1 : 1));
    return JSON.stringify([path.replace(/\/$/, ""), sorted]);
}
