import type * as pulumi from "@pulumi/pulumi";
import { dataPlaneName, gatewayNameLabel } from "../objects/dataPlane";
import type { ObjectiveGroup } from "../releases";

/**
 * What every component, and the cluster behind them, must agree on: ports, label keys, API groups and names.
 * Nothing else in the program spells a port number, a label key or a name that two resources share.
 */

/** Port numbers. Every one is TCP. */
export const ports = {
    /** The Gateway's HTTP listener, and the port of its Service. */
    gatewayHttp: 80,
    /** The Gateway's HTTPS listener, where it has one. */
    gatewayHttps: 443,
    /** The Gateway Service's status port, which Istio adds by itself. */
    gatewayStatus: 15021,
    /** The proxy Service, the model server containers and the InferencePool's target. */
    inference: 8200,
    /** A model server behind a routing sidecar, which has {@link ports.inference} then. */
    behindSidecar: 8201,
    /** The EPP's ext_proc gRPC service. */
    eppGrpc: 9002,
    /** The EPP's gRPC health service. */
    eppHealth: 9003,
    /** The EPP's Prometheus metrics. */
    eppMetrics: 9090,
    /** Where an EPP that reads them gets the events of model servers' caches. */
    kvEvents: 5557,
} as const;

/** Names of container and Service ports, so that a Service targets a name and never repeats a number. */
export const portNames = {
    inference: "http",
    behindSidecar: "http-engine",
    eppGrpc: "grpc-ext-proc",
    eppHealth: "grpc-health",
    eppMetrics: "http-metrics",
    kvEvents: "tcp-kv-events",
} as const;

/** Label keys and values that selectors are built of. */
export const labels = {
    /** `decode` or `prefill`: llm-d's role label, which the proxy Service, the pool and the EPP's filters read. */
    role: "llm-d.ai/role",
    /** `"true"` on every pod that serves a model (llm-d modelservice chart). */
    inferenceServing: "llm-d.ai/inferenceServing",
    /** Its spelling from llm-d's charts of 0.4.5 on, by which the EPP's KV events find pods (router `kvevents/pool.go`). */
    inferenceServingNow: "llm-d.ai/inference-serving",
    /** The release whose pods these are, so that two models in one namespace never select each other's. */
    model: "llm-d.ai/model-release",
    /** Tells the pods of one generation of a Deployment from those of another, where `pulumi up` looks for them. */
    revision: "llm-d.ai/revision",
    /** Set by Istio on the data plane of a Gateway; its value is the Gateway's name. */
    gatewayName: gatewayNameLabel,
    /** Which revision of Istio reads a Gateway, or injects the pods of a namespace. */
    istioRevision: "istio.io/rev",
    name: "app.kubernetes.io/name",
    instance: "app.kubernetes.io/instance",
    component: "app.kubernetes.io/component",
    partOf: "app.kubernetes.io/part-of",
} as const;

/** llm-d's roles of a model server pod. */
export type Role = "decode" | "prefill";

/** API groups, and the versions this program writes. */
export const api = {
    gateway: { group: "gateway.networking.k8s.io", version: "gateway.networking.k8s.io/v1" },
    /** Served by every Gateway API; v1 is from 1.5 on. */
    referenceGrant: { version: "gateway.networking.k8s.io/v1beta1" },
    inferencePool: { group: "inference.networking.k8s.io", version: "inference.networking.k8s.io/v1" },
    destinationRule: { version: "networking.istio.io/v1" },
    envoyFilter: { version: "networking.istio.io/v1alpha3" },
    /** The Prometheus operator's monitors. */
    monitor: { version: "monitoring.coreos.com/v1" },
    /** KEDA's autoscaler. */
    scaledObject: { version: "keda.sh/v1alpha1" },
} as const;

/** The API version of ReferenceGrants that a version of theirs stands for. */
export function referenceGrantApi(version: "v1beta1" | "v1"): string {
    return `${api.gateway.group}/${version}`;
}

/** The API version of InferenceObjectives: v1alpha2 in either group (GIE 1.5, router 0.10 `apix/v1alpha2`). */
export function objectiveApi(group: ObjectiveGroup): string {
    return `${group}/v1alpha2`;
}

/** Names of the shared gateway infrastructure (upstream Helm release `infra-<release>`). */
export interface GatewayNames {
    readonly gateway: string;
    /** The TLS Secret that a stack makes for the Gateway. */
    readonly tlsSecret: string;
    /** The HTTPRoute that answers plain HTTP where there is TLS. */
    readonly redirect: string;
    /** The image pull Secret that a stack makes in both namespaces. */
    readonly pullSecret: string;
    /** The Service that Istio creates for the Gateway. */
    readonly gatewayService: string;
}

/** Names that belong to one model's release (upstream Helm releases `gaie-<release>` and `ms-<model release>`). */
export interface ReleaseNames {
    /** What `httpRouteName` and `referenceGrantName` are made of. */
    readonly route: string;
    readonly pool: string;
    readonly epp: string;
    readonly proxy: string;
    readonly decode: string;
    readonly prefill: string;
}

/** The Gateway's names for a release and a GatewayClass. */
export function gatewayNames(release: string, gatewayClassName: string): GatewayNames {
    const gateway = `infra-${release}-inference-gateway`;
    return {
        gateway,
        tlsSecret: `${gateway}-tls`,
        redirect: `${gateway}-redirect`,
        pullSecret: `infra-${release}-registry`,
        gatewayService: dataPlaneName(gateway, gatewayClassName),
    };
}

/**
 * @param release the inference scheduler's release, e.g. `inference-scheduling`.
 * @param modelRelease the model service's release, e.g. `sim`.
 */
export function releaseNames(release: string, modelRelease: string): ReleaseNames {
    const pool = `gaie-${release}`;
    const modelService = `ms-${modelRelease}-llm-d-modelservice`;
    return {
        route: `llm-d-${release}`,
        pool,
        epp: `${pool}-epp`,
        proxy: `${pool}-proxy`,
        decode: `${modelService}-decode`,
        prefill: `${modelService}-prefill`,
    };
}

/**
 * The HTTPRoute of a model, and its ReferenceGrant below. Each kind of backend has its own, so that a switch makes the
 * new ones beside the old ones, which are deleted last. Of two routes that match alike the older one takes the requests
 * (Gateway API, HTTPRouteRule `matches`): they move when the new path is resolved and the old route goes.
 *
 * @param route {@link ReleaseNames.route}.
 */
export function httpRouteName(route: string, backendKind: Backend["kind"]): string {
    return backendKind === "InferencePool" ? `${route}-pool` : route;
}

/** The ReferenceGrant of {@link httpRouteName}. */
export function referenceGrantName(route: string, backendKind: Backend["kind"]): string {
    return `${route}-to-${backendKind.toLowerCase()}`;
}

/** Where a model's EPP is: a pool's has to be in the pool's namespace (Gateway API Inference Extension). */
export function eppNamespace({
    routing,
    namespaces,
}: {
    routing: { backend: Backend["kind"] };
    namespaces: { scheduler: string; simulator: string };
}): string {
    return routing.backend === "InferencePool" ? namespaces.simulator : namespaces.scheduler;
}

/** Whether port 80 of the Gateway only sends clients to its HTTPS listener: where it has one, unless it is to serve as well. */
export function redirectsHttp({
    tls,
    tlsSecretName,
    httpRedirect,
}: {
    tls?: object;
    tlsSecretName?: string;
    httpRedirect: boolean;
}): boolean {
    return httpRedirect && (tls !== undefined || tlsSecretName !== undefined);
}

/** Where requests enter a Gateway: by TLS where plain HTTP is redirected. */
export function gatewayEntrance({ httpPort, httpsPort }: { httpPort: number; httpsPort?: number }): {
    port: number;
    scheme: "http" | "https";
} {
    return httpsPort === undefined
        ? { port: httpPort, scheme: "http" }
        : { port: httpsPort, scheme: "https" };
}

/** The Secrets that a stack makes for an EPP that serves with a certificate of the user's own. */
export function eppTlsNames(epp: string): { certificate: string; ca: string } {
    return { certificate: `${epp}-tls`, ca: `${epp}-ca` };
}

/** The EnvoyFilter that makes the Gateway ask an EPP. */
export function extProcFilterName(epp: string): string {
    return `${epp}-ext-proc`;
}

/** The labels that select the pods of one model and one role. */
export function podSelector(modelRelease: string, role: Role): Record<string, string> {
    return { [labels.inferenceServing]: "true", [labels.model]: modelRelease, [labels.role]: role };
}

/** The Kubernetes recommended labels that every resource of a stack carries. */
export function commonLabels(name: string, instance: string, component: string): Record<string, string> {
    return {
        [labels.name]: name,
        [labels.instance]: instance,
        [labels.component]: component,
        [labels.partOf]: "llm-d-inference",
    };
}

/** Labels of namespaces that Pod Security admission reads (kubernetes.io/docs/concepts/security/pod-security-admission). */
export const podSecurityLabels = {
    enforce: "pod-security.kubernetes.io/enforce",
    warn: "pod-security.kubernetes.io/warn",
} as const;

/**
 * The label by which a revision of Istio knows what is its own. It reads a Gateway's first and its namespace's where the
 * Gateway has none (Istio 1.31 `revisions/tag_watcher.go`); routes and other objects are read by every revision.
 */
export function revisionLabels(revision: string | undefined): Record<string, string> {
    return revision === undefined ? {} : { [labels.istioRevision]: revision };
}

/** A Service's in-cluster DNS name. */
export function serviceHost(name: string, namespace: string): string {
    return `${name}.${namespace}.svc.cluster.local`;
}

/** In-cluster URL of a model's proxy Service, behind which any of its decode pods answers. */
export function proxyUrl({ proxy }: ReleaseNames, namespace: string): string {
    return `http://${serviceHost(proxy, namespace)}:${String(ports.inference)}`;
}

/** The names of an EPP's Service that its certificate may have: one of them is enough. */
export function certificateNames(epp: string, namespace: string): string[] {
    return [serviceHost(epp, namespace), `${epp}.${namespace}.svc`];
}

/** What an HTTPRoute sends requests to: the result of a simulator stack, the input of a scheduler stack. */
export interface Backend {
    readonly kind: "Service" | "InferencePool";
    readonly name: string;
    readonly namespace: string;
    readonly port: number;
    /** What must be there before anything in the backend's namespace refers to it. */
    readonly dependsOn: pulumi.Resource[];
}
