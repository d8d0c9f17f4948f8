import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "./childOptions";
import type { Backend } from "./contract";
import { api, commonLabels } from "./contract";
import type { Readiness } from "./readiness";
import { waitAnnotations } from "./readiness";

/** Arguments of {@link CrossNamespaceRoute}. */
export interface CrossNamespaceRouteArgs {
    /** Name of the HTTPRoute, and of the ReferenceGrant in the backend's namespace. */
    name: string;
    /** Namespace of the HTTPRoute. */
    namespace: string;
    /** The Gateway, and the listener of it, that the route attaches to. It is in the route's namespace. */
    gateway: { name: string; listener: string };
    /** Where requests go: a Service or an InferencePool in another namespace. */
    backend: Backend;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
    readiness: Readiness;
}

/**
 * An HTTPRoute and the ReferenceGrant that lets it reach its backend in another namespace. Both are made of the same
 * values here, so that neither can exist, or name another backend, without the other.
 */
export class CrossNamespaceRoute extends pulumi.ComponentResource {
    readonly route: k8s.apiextensions.CustomResource;
    readonly grant: k8s.apiextensions.CustomResource;

    constructor(name: string, args: CrossNamespaceRouteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:scheduler:CrossNamespaceRoute", name, {}, opts);
        const backendGroup = args.backend.kind === "InferencePool" ? api.inferencePool.group : "";
        const metadata = { name: args.name, labels: commonLabels(args.name, args.instance, "route") };

        this.grant = new k8s.apiextensions.CustomResource(
            `${name}-grant`,
            {
                apiVersion: api.referenceGrant.version,
                kind: "ReferenceGrant",
                metadata: { ...metadata, namespace: args.backend.namespace },
                spec: {
                    from: [{ group: api.gateway.group, kind: "HTTPRoute", namespace: args.namespace }],
                    to: [{ group: backendGroup, kind: args.backend.kind, name: args.backend.name }],
                },
            },
            childOptions(this, opts),
        );
        this.route = new k8s.apiextensions.CustomResource(
            `${name}-route`,
            {
                apiVersion: api.gateway.version,
                kind: "HTTPRoute",
                metadata: {
                    ...metadata,
                    namespace: args.namespace,
                    annotations: waitAnnotations(args.readiness, [
                        'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
                        'jsonpath={.status.parents[0].conditions[?(@.type=="ResolvedRefs")].status}=True',
                    ]),
                },
                spec: {
                    parentRefs: [
                        {
                            group: api.gateway.group,
                            kind: "Gateway",
                            name: args.gateway.name,
                            sectionName: args.gateway.listener,
                        },
                    ],
                    rules: [
                        {
                            matches: [{ path: { type: "PathPrefix", value: "/" } }],
                            backendRefs: [
                                {
                                    group: backendGroup,
                                    kind: args.backend.kind,
                                    name: args.backend.name,
                                    namespace: args.backend.namespace,
                                    port: args.backend.port,
                                    weight: 1,
                                },
                            ],
                        },
                    ],
                },
            },
            childOptions(this, opts, [this.grant]),
        );
        this.registerOutputs({});
    }
}
