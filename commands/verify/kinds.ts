import type {
    V1Deployment,
    V1EndpointSlice,
    V1Lease,
    V1NetworkPolicy,
    V1Pod,
    V1Service,
} from "@kubernetes/client-node";
import { api, objectiveApi } from "../../components/contract";
import type { KubeObject, KubeObjectOf } from "../shared/cluster";
import type { Condition } from "../shared/conditions";

// The parts of custom resources that checks read. Everything may be missing: objects are as others left them, and a CRD
// may be of a release that asks for less.

export interface GatewayClassObject extends KubeObject {
    spec?: { controllerName?: string };
    status?: { conditions?: Condition[] };
}

export interface GatewayObject extends KubeObject {
    spec?: {
        gatewayClassName?: string;
        listeners?: { port: number; protocol: string }[];
    };
    status?: {
        conditions?: Condition[];
        listeners?: { name: string; conditions?: Condition[] }[];
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

export interface HttpRouteObject extends KubeObject {
    spec?: {
        hostnames?: string[];
        rules?: { filters?: { type: string }[]; backendRefs?: BackendRef[] }[];
    };
    status?: { parents?: ParentStatus[] };
}

export interface ParentStatus {
    parentRef?: { name?: string; sectionName?: string };
    conditions?: Condition[];
}

export interface InferencePoolObject extends KubeObject {
    status?: { parents?: ParentStatus[] };
}

export interface BackendTlsPolicyObject extends KubeObject {
    spec?: { targetRefs?: { group?: string; kind?: string; name?: string }[] };
    status?: { ancestors?: { conditions?: Condition[] }[] };
}

export interface EnvoyFilterObject extends KubeObject {
    spec?: { configPatches?: { patch?: { value?: { name?: string } } }[] };
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
    grant: KubeObject;
    pool: InferencePoolObject;
    service: KubeObjectOf<V1Service>;
    /** Partial, because the list of no endpoints may be null (Go's JSON), though the client's type has it always there. */
    endpointSlice: KubeObjectOf<Partial<V1EndpointSlice>>;
    deployment: KubeObjectOf<V1Deployment>;
    pod: KubeObjectOf<V1Pod>;
    configMap: KubeObject;
    serviceAccount: KubeObject;
    role: KubeObject;
    roleBinding: KubeObject;
    lease: KubeObjectOf<V1Lease>;
    destinationRule: KubeObject;
    backendTlsPolicy: BackendTlsPolicyObject;
    envoyFilter: EnvoyFilterObject;
    networkPolicy: KubeObjectOf<V1NetworkPolicy>;
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
