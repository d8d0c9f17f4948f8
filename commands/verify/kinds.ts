import { api, objectiveApi } from "../../components/contract";
import type { KubeObject } from "../shared/cluster";

/** The parts of Kubernetes objects that checks read. Everything may be missing: objects are as others left them. */

export interface Condition {
    type: string;
    status: string;
    reason?: string;
    message?: string;
    observedGeneration?: number;
    lastTransitionTime?: string;
}

export type Labels = Record<string, string>;

export interface LabelSelector {
    matchLabels?: Labels;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface GatewayClassObject extends KubeObject {
    spec?: { controllerName?: string };
    status?: { conditions?: Condition[] };
}

export interface GatewayObject extends KubeObject {
    spec?: {
        gatewayClassName?: string;
        listeners?: { name: string; port: number; protocol: string; hostname?: string }[];
    };
    status?: {
        addresses?: { type?: string; value?: string }[];
        conditions?: Condition[];
        listeners?: { name: string; attachedRoutes?: number; conditions?: Condition[] }[];
    };
}

export interface BackendRef {
    group?: string;
    kind?: string;
    name: string;
    namespace?: string;
    port?: number;
    weight?: number;
}

export interface HeaderMatch {
    type?: string;
    name: string;
    value: string;
}

export interface RouteRule {
    matches?: { path?: { type?: string; value?: string }; headers?: HeaderMatch[] }[];
    filters?: { type: string }[];
    backendRefs?: BackendRef[];
}

export interface HttpRouteObject extends KubeObject {
    spec?: {
        parentRefs?: {
            group?: string;
            kind?: string;
            name: string;
            namespace?: string;
            sectionName?: string;
        }[];
        hostnames?: string[];
        rules?: RouteRule[];
    };
    status?: { parents?: ParentStatus[] };
}

export interface ParentStatus {
    parentRef?: { kind?: string; name?: string; sectionName?: string };
    controllerName?: string;
    conditions?: Condition[];
}

export interface ReferenceGrantObject extends KubeObject {
    spec?: {
        from?: { group: string; kind: string; namespace: string }[];
        to?: { group: string; kind: string; name?: string }[];
    };
}

export interface InferencePoolObject extends KubeObject {
    status?: { parents?: ParentStatus[] };
}

export interface ServicePort {
    name?: string;
    port: number;
    targetPort?: number | string;
    appProtocol?: string;
}

export interface ServiceObject extends KubeObject {
    spec?: { type?: string; selector?: Labels; ports?: ServicePort[]; clusterIP?: string };
}

export interface EndpointSliceObject extends KubeObject {
    endpoints?: { addresses: string[]; conditions?: { ready?: boolean }; targetRef?: { name?: string } }[];
    ports?: { name?: string; port?: number }[];
}

export interface Container {
    name: string;
    image?: string;
    args?: string[];
    ports?: { name?: string; containerPort: number }[];
    env?: { name: string; value?: string }[];
    readinessProbe?: Probe;
    livenessProbe?: Probe;
}

export interface Probe {
    grpc?: { port: number; service?: string };
    tcpSocket?: object;
    httpGet?: object;
}

export interface PodSpec {
    serviceAccountName?: string;
    containers?: Container[];
    volumes?: { name: string; configMap?: { name?: string } }[];
}

export interface DeploymentObject extends KubeObject {
    spec?: {
        replicas?: number;
        selector?: LabelSelector;
        template?: { metadata?: { labels?: Labels }; spec?: PodSpec };
    };
    status?: { readyReplicas?: number; conditions?: Condition[] };
}

export interface ContainerStatus {
    name: string;
    ready?: boolean;
    restartCount?: number;
    state?: {
        waiting?: { reason?: string; message?: string };
        terminated?: { reason?: string; exitCode?: number };
    };
    lastState?: { terminated?: { reason?: string; exitCode?: number } };
}

export interface PodObject extends KubeObject {
    spec?: PodSpec;
    status?: {
        phase?: string;
        podIP?: string;
        conditions?: Condition[];
        containerStatuses?: ContainerStatus[];
    };
}

export interface ConfigMapObject extends KubeObject {
    data?: Record<string, string>;
}

export interface Rule {
    apiGroups?: string[];
    resources?: string[];
    verbs?: string[];
    resourceNames?: string[];
}

export interface RoleObject extends KubeObject {
    rules?: Rule[];
}

export interface RoleBindingObject extends KubeObject {
    roleRef?: { kind: string; name: string };
    subjects?: { kind: string; name: string; namespace?: string }[];
}

export interface LeaseObject extends KubeObject {
    spec?: { holderIdentity?: string; renewTime?: string };
}

export interface DestinationRuleObject extends KubeObject {
    spec?: {
        host?: string;
        trafficPolicy?: TrafficPolicy & {
            portLevelSettings?: (TrafficPolicy & { port?: { number?: number } })[];
        };
    };
}

export interface BackendTlsPolicyObject extends KubeObject {
    spec?: { targetRefs?: { group?: string; kind?: string; name?: string }[] };
    status?: { ancestors?: { conditions?: Condition[] }[] };
}

export interface TrafficPolicy {
    tls?: {
        mode?: string;
        insecureSkipVerify?: boolean;
        credentialName?: string;
        caCertificates?: string;
    };
    connectionPool?: { http?: { http1MaxPendingRequests?: number } };
}

export interface EnvoyFilterObject extends KubeObject {
    spec?: {
        workloadSelector?: { labels?: Labels };
        configPatches?: {
            applyTo?: string;
            patch?: { operation?: string; value?: { name?: string; typed_config?: ExtProcConfig } };
        }[];
    };
}

/** Envoy's `ExternalProcessor`. */
export interface ExtProcConfig {
    "@type"?: string;
    grpc_service?: { envoy_grpc?: { cluster_name?: string } };
    failure_mode_allow?: boolean;
    processing_mode?: Record<string, string>;
}

export interface Peer {
    podSelector?: LabelSelector;
    namespaceSelector?: LabelSelector;
    ipBlock?: object;
}

export interface IngressRule {
    from?: Peer[];
    ports?: { port?: number | string; endPort?: number }[];
}

export interface NetworkPolicyObject extends KubeObject {
    spec?: {
        podSelector?: LabelSelector;
        policyTypes?: string[];
        ingress?: IngressRule[];
    };
}

export interface ObjectiveObject extends KubeObject {
    spec?: { poolRef?: { name?: string } };
}

/** Every kind that is read, by the name that checks call it. */
export interface Kinds {
    namespace: KubeObject;
    gatewayClass: GatewayClassObject;
    gateway: GatewayObject;
    route: HttpRouteObject;
    grant: ReferenceGrantObject;
    pool: InferencePoolObject;
    service: ServiceObject;
    endpointSlice: EndpointSliceObject;
    deployment: DeploymentObject;
    pod: PodObject;
    configMap: ConfigMapObject;
    serviceAccount: KubeObject;
    role: RoleObject;
    roleBinding: RoleBindingObject;
    lease: LeaseObject;
    destinationRule: DestinationRuleObject;
    backendTlsPolicy: BackendTlsPolicyObject;
    envoyFilter: EnvoyFilterObject;
    networkPolicy: NetworkPolicyObject;
    objective: ObjectiveObject;
    llmdObjective: ObjectiveObject;
}

export type KindName = keyof Kinds;

/** How the API server calls a kind. */
export interface GroupVersionKind {
    apiVersion: string;
    kind: string;
}

const rbac = "rbac.authorization.k8s.io/v1";

export const kinds: Readonly<Record<KindName, GroupVersionKind>> = {
    namespace: { apiVersion: "v1", kind: "Namespace" },
    gatewayClass: { apiVersion: api.gateway.version, kind: "GatewayClass" },
    gateway: { apiVersion: api.gateway.version, kind: "Gateway" },
    route: { apiVersion: api.gateway.version, kind: "HTTPRoute" },
    grant: { apiVersion: api.referenceGrant.version, kind: "ReferenceGrant" },
    pool: { apiVersion: api.inferencePool.version, kind: "InferencePool" },
    service: { apiVersion: "v1", kind: "Service" },
    endpointSlice: { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
    deployment: { apiVersion: "apps/v1", kind: "Deployment" },
    pod: { apiVersion: "v1", kind: "Pod" },
    configMap: { apiVersion: "v1", kind: "ConfigMap" },
    serviceAccount: { apiVersion: "v1", kind: "ServiceAccount" },
    role: { apiVersion: rbac, kind: "Role" },
    roleBinding: { apiVersion: rbac, kind: "RoleBinding" },
    lease: { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
    destinationRule: { apiVersion: api.destinationRule.version, kind: "DestinationRule" },
    backendTlsPolicy: { apiVersion: api.gateway.version, kind: "BackendTLSPolicy" },
    envoyFilter: { apiVersion: api.envoyFilter.version, kind: "EnvoyFilter" },
    networkPolicy: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
    objective: { apiVersion: objectiveApi("inference.networking.x-k8s.io"), kind: "InferenceObjective" },
    llmdObjective: { apiVersion: objectiveApi("llm-d.ai"), kind: "InferenceObjective" },
};

/** A condition of an object, by its type. */
export function conditionOf(conditions: Condition[] | undefined, type: string): Condition | undefined {
    return conditions?.find((condition) => condition.type === type);
}
