import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { childOptions, protectedBy } from "../childOptions";
import {
    api,
    commonLabels,
    gatewayNames,
    ports,
    redirectsHttp,
    revisionLabels,
    serviceHost,
} from "../contract";
import { unlessEmpty } from "../empties";
import { component, formerly, objectName } from "../identity";
import type { Readiness } from "../readiness";
import { waitAnnotations } from "../readiness";
import type { TlsPair } from "../tlsSecret";
import { createTlsSecret } from "../tlsSecret";
import type { ResourceSettings } from "../workload";

/** What a user may set of the Gateway. */
export interface GatewaySettings {
    /** The GatewayClass, `istio` on a default Istio. */
    className: string;
    /** Type of the Service that Istio creates for the Gateway. */
    serviceType: "LoadBalancer" | "NodePort" | "ClusterIP";
    /** Annotations of what Istio creates for the Gateway. */
    serviceAnnotations: Record<string, string>;
    /** Labels of the Gateway beside the stack's own. Default: none. */
    labels?: Record<string, string>;
    /** The revision of Istio that the Gateway belongs to, or a tag for one. Default: the namespace's, or the default one. */
    istioRevision?: string;
    /** Requests and limits of Envoy. */
    resources: ResourceSettings;
    /** A TLS Secret that is in the Gateway's namespace already; adds an HTTPS listener. */
    tlsSecretName?: string;
    /** Certificate and private key in PEM, of which the TLS Secret is made instead; adds an HTTPS listener. */
    tls?: TlsPair;
    /** Whether port 80 only redirects to the HTTPS listener, where there is one. */
    httpRedirect: boolean;
}

/** Arguments of {@link InferenceGateway}. */
export interface InferenceGatewayArgs extends GatewaySettings {
    release: string;
    namespace: string;
    readiness: Readiness;
    /** Whether Pulumi refuses to delete or replace the Gateway. Default: as the component's own `protect`. */
    protect?: boolean;
}

/** The part of a Gateway's status that this program reads. */
interface GatewayStatus {
    addresses?: { value?: string }[];
}

/**
 * The Gateway API Gateway that Istio turns into an Envoy Deployment and a Service `<name>-<class>`. With TLS, port 80
 * answers with a redirect alone, unless it is to serve as well.
 */
export class InferenceGateway extends pulumi.ComponentResource {
    readonly gatewayName: string;
    readonly serviceName: string;
    /** Names of the listeners that routes attach to. */
    readonly listeners: readonly string[];
    /** The one of them that clients are sent to. */
    readonly entrance: "http" | "https";
    /**
     * Host that clients reach the Gateway at: the address in its status, or its Service's in-cluster name where no
     * controller has set one.
     */
    readonly host: pulumi.Output<string>;

    constructor(name: string, args: InferenceGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("scheduler:InferenceGateway", name, opts));
        const names = gatewayNames(args.release, args.className);
        this.gatewayName = names.gateway;
        this.serviceName = names.gatewayService;
        const metadata = {
            name: this.gatewayName,
            namespace: args.namespace,
            labels: commonLabels(this.gatewayName, args.release, "gateway"),
        };
        const tlsSecretName = args.tls === undefined ? args.tlsSecretName : names.tlsSecret;
        const listeners = gatewayListeners(tlsSecretName);
        const redirects = redirectsHttp(args);
        this.entrance = redirects ? "https" : "http";
        this.listeners = redirects ? ["https"] : listeners.map((listener) => listener.name);

        const parameters = new k8s.core.v1.ConfigMap(
            objectName(metadata),
            { metadata, data: { deployment: stringify(envoyOverlay(args.resources)) } },
            formerly(`${name}-parameters`, childOptions(this, opts)),
        );
        const tlsMetadata = {
            ...metadata,
            name: names.tlsSecret,
            labels: commonLabels(names.tlsSecret, args.release, "gateway"),
        };
        const tlsSecrets = args.tls
            ? [createTlsSecret(tlsMetadata, args.tls, formerly(`${name}-tls`, childOptions(this, opts)))]
            : [];
        const gateway = new GatewayResource(
            objectName(metadata),
            {
                apiVersion: api.gateway.version,
                kind: "Gateway",
                metadata: {
                    ...metadata,
                    labels: { ...args.labels, ...metadata.labels, ...revisionLabels(args.istioRevision) },
                    annotations: {
                        // Istio's own annotation; Gateway API has no field for it (istio.io "Gateway API").
                        "networking.istio.io/service-type": args.serviceType,
                        ...waitAnnotations(args.readiness, ["condition=Accepted", "condition=Programmed"]),
                    },
                },
                spec: {
                    gatewayClassName: args.className,
                    infrastructure: {
                        parametersRef: { group: "", kind: "ConfigMap", name: this.gatewayName },
                        annotations: unlessEmpty(args.serviceAnnotations),
                    },
                    listeners,
                },
            },
            formerly(
                `${name}-gateway`,
                protectedBy(args, childOptions(this, opts, [parameters, ...tlsSecrets])),
            ),
        );
        if (redirects) {
            createRedirect(
                { ...metadata, name: names.redirect },
                metadata.name,
                args.readiness,
                childOptions(this, opts, [gateway]),
            );
        }
        this.host = gateway.status.apply(
            (status) => status?.addresses?.[0]?.value ?? serviceHost(this.serviceName, args.namespace),
        );
        this.registerOutputs({ host: this.host });
    }
}

function gatewayListeners(tlsSecretName: string | undefined) {
    // Routes are in the Gateway's namespace; nobody else's may attach.
    const allowedRoutes = { namespaces: { from: "Same" } };
    return [
        { name: "http", port: ports.gatewayHttp, protocol: "HTTP", allowedRoutes },
        ...(tlsSecretName === undefined
            ? []
            : [
                  {
                      name: "https",
                      port: ports.gatewayHttps,
                      protocol: "HTTPS",
                      tls: {
                          mode: "Terminate",
                          certificateRefs: [{ group: "", kind: "Secret", name: tlsSecretName }],
                      },
                      allowedRoutes,
                  },
              ]),
    ];
}

/** Sends plain HTTP of every host and path to the same with TLS. */
function createRedirect(
    metadata: { name: string; namespace: string; labels: Record<string, string> },
    gateway: string,
    readiness: Readiness,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        objectName(metadata),
        {
            apiVersion: api.gateway.version,
            kind: "HTTPRoute",
            metadata: {
                ...metadata,
                annotations: waitAnnotations(readiness, [
                    'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
                ]),
            },
            spec: {
                parentRefs: [
                    { group: api.gateway.group, kind: "Gateway", name: gateway, sectionName: "http" },
                ],
                rules: [
                    {
                        matches: [{ path: { type: "PathPrefix", value: "/" } }],
                        filters: [
                            {
                                type: "RequestRedirect",
                                // Of the codes that every implementation has (Gateway API), the lasting one.
                                requestRedirect: { scheme: "https", statusCode: 301 },
                            },
                        ],
                    },
                ],
            },
        },
        opts,
    );
}

/** What Istio merges into the Deployment that it makes for the Gateway (istio.io "Gateway API", parametersRef). */
function envoyOverlay(resources: ResourceSettings) {
    return { spec: { template: { spec: { containers: [{ name: "istio-proxy", resources }] } } } };
}

/** A Gateway whose status can be read, as the classes that crd2pulumi generates declare it. */
class GatewayResource extends k8s.apiextensions.CustomResource {
    declare readonly status: pulumi.Output<GatewayStatus | undefined>;

    constructor(
        name: string,
        args: k8s.apiextensions.CustomResourceArgs,
        opts: pulumi.CustomResourceOptions,
    ) {
        // Only properties that are named at construction are read back from the provider.
        super(name, { ...args, status: undefined }, opts);
    }
}
