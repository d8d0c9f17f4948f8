import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "./childOptions";
import type { Backend } from "./contract";
import { api, commonLabels, httpRouteName, referenceGrantApi, referenceGrantName } from "./contract";
import { unlessEmpty } from "./empties";
import { component, formerly, objectName } from "./identity";
import type { Readiness } from "./readiness";
import { waitAnnotations } from "./readiness";
import { requestIdHeader } from "./requestShare";

/** Which requests a route takes. They must carry every header given. */
export interface RouteMatch {
    /** Requests below this path; it is removed before they are passed on. Default: every path. */
    path?: string;
    /** Header values by name. */
    headers: Record<string, string>;
    /** Regular expression (RE2) of the whole id that Envoy gives a request. Default: every request. */
    requestId?: string;
    /** Hosts; none means every host. */
    hostnames: string[];
}

/** How long requests may take, as Gateway API durations. Default: no limit. */
export interface RouteTimeouts {
    request?: string;
    backendRequest?: string;
}

/** Versions of ReferenceGrant. */
export type GrantVersion = "v1beta1" | "v1";

const grantVersions: readonly GrantVersion[] = ["v1beta1", "v1"];

/** Arguments of {@link CrossNamespaceRoute}. */
export interface CrossNamespaceRouteArgs {
    /** What the HTTPRoute and the ReferenceGrant are named after, with the kind of the backend. */
    name: string;
    /** Namespace of the HTTPRoute. */
    namespace: string;
    /** The Gateway, and the listeners of it, that the route attaches to. It is in the route's namespace. */
    gateway: { name: string; listeners: readonly string[] };
    /** Where requests go: a Service or an InferencePool in another namespace. */
    backend: Backend;
    match: RouteMatch;
    /** What it takes besides: of the same path and hosts. Default: nothing. */
    besides?: readonly RouteMatch[];
    timeouts: RouteTimeouts;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
    /** API version of the ReferenceGrant. Default: v1beta1, which every Gateway API serves. */
    grantVersion?: GrantVersion;
    readiness: Readiness;
}

/**
 * An HTTPRoute and the ReferenceGrant that lets it reach its backend in another namespace. Both are made of the same
 * values here, so that neither can exist, or name another backend, without the other.
 */
export class CrossNamespaceRoute extends pulumi.ComponentResource {
    constructor(name: string, args: CrossNamespaceRouteArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("scheduler:CrossNamespaceRoute", name, opts));
        const { backend, match, timeouts, grantVersion = "v1beta1" } = args;
        const backendGroup = backend.kind === "InferencePool" ? api.inferencePool.group : "";
        const labels = commonLabels(args.name, args.instance, "route");
        const grantMetadata = {
            name: referenceGrantName(args.name, backend.kind),
            namespace: backend.namespace,
            labels,
        };
        const routeMetadata = {
            name: httpRouteName(args.name, backend.kind),
            namespace: args.namespace,
            labels,
        };

        const formerGrant = `${name}-grant-${backend.kind.toLowerCase()}`;
        const grant = new k8s.apiextensions.CustomResource(
            objectName(grantMetadata),
            {
                apiVersion: referenceGrantApi(grantVersion),
                kind: "ReferenceGrant",
                metadata: grantMetadata,
                spec: {
                    from: [{ group: api.gateway.group, kind: "HTTPRoute", namespace: args.namespace }],
                    to: [{ group: backendGroup, kind: backend.kind, name: backend.name }],
                },
            },
            pulumi.mergeOptions(formerly(formerGrant, childOptions(this, opts)), {
                aliases: otherVersions(grantVersion, formerGrant),
            }),
        );
        const routeOptions = childOptions(this, opts, [grant]);
        new k8s.apiextensions.CustomResource(
            objectName(routeMetadata),
            {
                apiVersion: api.gateway.version,
                kind: "HTTPRoute",
                metadata: {
                    ...routeMetadata,
                    annotations: waitAnnotations(
                        args.readiness,
                        args.gateway.listeners.flatMap((_listener, parent) => [
                            `jsonpath={.status.parents[${String(parent)}].conditions[?(@.type=="Accepted")].status}=True`,
                            `jsonpath={.status.parents[${String(parent)}].conditions[?(@.type=="ResolvedRefs")].status}=True`,
                        ]),
                    ),
                },
                spec: {
                    parentRefs: args.gateway.listeners.map((sectionName) => ({
                        group: api.gateway.group,
                        kind: "Gateway",
                        name: args.gateway.name,
                        sectionName,
                    })),
                    hostnames: unlessEmpty(match.hostnames),
                    // A rule that rewrites prefixes may have one match only (Gateway API's CRD).
                    rules: [match, ...(args.besides ?? [])].map((one) => ({
                        matches: [
                            {
                                path: { type: "PathPrefix", value: one.path ?? "/" },
                                headers: unlessEmpty(headerMatches(one)),
                            },
                        ],
                        ...(match.path !== undefined && { filters: [stripPrefix] }),
                        timeouts: unlessEmpty(timeouts),
                        backendRefs: [
                            {
                                group: backendGroup,
                                kind: backend.kind,
                                name: backend.name,
                                namespace: backend.namespace,
                                port: backend.port,
                                weight: 1,
                            },
                        ],
                    })),
                },
            },
            // The first release had one route for both kinds; it is this object only with a Service.
            backend.kind === "Service" ? formerly(`${name}-route`, routeOptions) : routeOptions,
        );
        this.registerOutputs({});
    }
}

function headerMatches({ headers, requestId }: RouteMatch) {
    return [
        ...Object.entries(headers).map(([name, value]) => ({ type: "Exact", name, value })),
        ...(requestId === undefined
            ? []
            : [{ type: "RegularExpression", name: requestIdHeader, value: requestId }]),
    ];
}

/** It is one object in every version, and its type is part of its URN: without these it would be deleted as the old one. */
function otherVersions(version: GrantVersion, formerName: string): pulumi.Alias[] {
    return grantVersions
        .filter((other) => other !== version)
        .map((other) => `kubernetes:${referenceGrantApi(other)}:ReferenceGrant`)
        .flatMap((type) => [{ type }, { type, name: formerName }]);
}

/** Model servers know only the OpenAI paths. */
const stripPrefix = {
    type: "URLRewrite",
    urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
};
