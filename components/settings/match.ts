import type { RouteMatch } from "../crossNamespaceRoute";
import { anyRequestId, requestIdsWithin } from "../requestShare";
import { requestedModel } from "../simulator/arguments";
import type { Model, Settings } from "./schema";

/** The header that a body-based router (GIE's BBR) sets to the model that a request's body names. */
const modelNameHeader = "X-Gateway-Model-Name";

/** The header by which a request asks for one of the releases that share a model's requests. */
export const releaseHeader = "x-llm-d-release";

/** A header that requests must carry, and the setting that asks for it. */
export interface RequiredHeader {
    /** Below the model where it is `match`'s. */
    setting: "routing.headers" | "match.header" | "match.modelName" | "rollout.header";
    name: string;
    value: string;
}

/**
 * Every header that requests of a model must carry, in the order of the settings. Where models share requests, those
 * that the request is certain to come to this one with.
 */
export function requiredHeaders(model: Model, settings: Settings): RequiredHeader[] {
    const shared = sharedBy(model, settings);
    if (shared === undefined) {
        return ownHeaders(model, settings);
    }
    const header = model.rollout?.header ?? { name: releaseHeader, value: model.release };
    return [...ownHeaders(shared, settings), { setting: "rollout.header" as const, ...header }];
}

function ownHeaders({ match, simulator }: Model, { routing }: Settings): RequiredHeader[] {
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

/** The model whose requests another takes a part of. */
export function sharedBy({ rollout }: Model, { models }: Settings): Model | undefined {
    return models.find(({ release }) => release === rollout?.of);
}

/** The models that take a part of a model's requests. */
export function takersOf({ release }: Model, { models }: Settings): Model[] {
    return models.filter(({ rollout }) => rollout?.of === release);
}

/** Whether two names are of the same header: they are compared without case (RFC 9110, 5.1). */
export function isSameHeader(one: { name: string }, other: { name: string }): boolean {
    return one.name.toLowerCase() === other.name.toLowerCase();
}

/** Which requests through the Gateway are a model's, or are certain to come to it where others take a part of them. */
export function requestsOf(model: Model, settings: Settings): RouteMatch {
    return matchWith(requiredHeaders(model, settings), sharedBy(model, settings) ?? model, settings);
}

/**
 * What a model's route matches: what is certain to come to it, and what comes besides. A model that others take requests
 * of goes on taking all, which routes with more conditions precede (Gateway API, `HTTPRouteRule.matches`): those that
 * take a part of them, by id or by a header, and that of the requests which ask for it by its release, with one condition
 * more than theirs. No rule has two backends, because Istio would ask one EPP for both pools (istio#61594).
 */
export function routeMatches(
    model: Model,
    settings: Settings,
): { match: RouteMatch; besides?: RouteMatch[] } {
    const certain = requestsOf(model, settings);
    const shared = sharedBy(model, settings);
    if (shared !== undefined) {
        const part = partOf(model, takersOf(shared, settings));
        const all = matchWith(ownHeaders(shared, settings), shared, settings);
        return { match: certain, ...(part !== undefined && { besides: [{ ...all, requestId: part }] }) };
    }
    return takersOf(model, settings).length === 0
        ? { match: certain }
        : {
              match: {
                  ...certain,
                  headers: { ...certain.headers, [releaseHeader]: model.release },
                  requestId: anyRequestId,
              },
              besides: [certain],
          };
}

/** The ids of the requests that a model takes, beside those that others take of the same ones. */
function partOf(model: Model, takers: readonly Model[]): string | undefined {
    const weightOf = ({ rollout }: Model) => rollout?.weight ?? 0;
    const from = takers.slice(0, takers.indexOf(model)).reduce((sum, before) => sum + weightOf(before), 0);
    const weight = weightOf(model);
    return weight === 0 ? undefined : requestIdsWithin(from, from + weight);
}

function matchWith(headers: readonly RequiredHeader[], { match }: Model, settings: Settings): RouteMatch {
    const first = headers.filter(
        (header, index) => headers.findIndex((other) => isSameHeader(header, other)) === index,
    );
    return {
        ...(match.path !== undefined && { path: match.path }),
        hostnames: settings.routing.hostnames,
        headers: Object.fromEntries(first.map(({ name, value }) => [name, value])),
    };
}

/**
 * The same text for matches that take the same requests: the names of headers have no case, and a prefix is compared by
 * its segments, so that a slash at its end means nothing (Gateway API, `PathMatchPathPrefix`).
 */
export function matchIdentity(model: Model, settings: Settings): string {
    const { path = "/", headers } = requestsOf(model, settings);
    const sorted = Object.entries(headers)
        .map(([name, value]) => [name.toLowerCase(), value])
        .sort(([one], [other]) => (one! < other! ? -1 : 1));
    return JSON.stringify([path.replace(/\/$/, ""), sorted]);
}
