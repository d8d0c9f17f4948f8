import { objectiveGroups } from "../releases";
import type { GroupKind } from "./kubernetesObject";

const gateway = "gateway.networking.k8s.io";
const istio = "networking.istio.io";
const istioSecurity = "security.istio.io";

/** API groups and kinds that several rules look up. */
export const kinds = {
    gateway: { group: gateway, kind: "Gateway" },
    gatewayClass: { group: gateway, kind: "GatewayClass" },
    httpRoute: { group: gateway, kind: "HTTPRoute" },
    grpcRoute: { group: gateway, kind: "GRPCRoute" },
    tcpRoute: { group: gateway, kind: "TCPRoute" },
    tlsRoute: { group: gateway, kind: "TLSRoute" },
    udpRoute: { group: gateway, kind: "UDPRoute" },
    referenceGrant: { group: gateway, kind: "ReferenceGrant" },
    inferencePool: { group: "inference.networking.k8s.io", kind: "InferencePool" },
    /** The experimental group, which Istio 1.27 and GIE before 1.0 read. */
    inferencePoolAlpha: { group: "inference.networking.x-k8s.io", kind: "InferencePool" },
    peerAuthentication: { group: istioSecurity, kind: "PeerAuthentication" },
    authorizationPolicy: { group: istioSecurity, kind: "AuthorizationPolicy" },
    destinationRule: { group: istio, kind: "DestinationRule" },
    envoyFilter: { group: istio, kind: "EnvoyFilter" },
    service: { group: "", kind: "Service" },
    namespace: { group: "", kind: "Namespace" },
    configMap: { group: "", kind: "ConfigMap" },
    serviceAccount: { group: "", kind: "ServiceAccount" },
    pod: { group: "", kind: "Pod" },
    deployment: { group: "apps", kind: "Deployment" },
    statefulSet: { group: "apps", kind: "StatefulSet" },
    daemonSet: { group: "apps", kind: "DaemonSet" },
    replicaSet: { group: "apps", kind: "ReplicaSet" },
    job: { group: "batch", kind: "Job" },
    cronJob: { group: "batch", kind: "CronJob" },
    leaderWorkerSet: { group: "leaderworkerset.x-k8s.io", kind: "LeaderWorkerSet" },
    role: { group: "rbac.authorization.k8s.io", kind: "Role" },
    roleBinding: { group: "rbac.authorization.k8s.io", kind: "RoleBinding" },
    clusterRole: { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
    clusterRoleBinding: { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" },
    podDisruptionBudget: { group: "policy", kind: "PodDisruptionBudget" },
    networkPolicy: { group: "networking.k8s.io", kind: "NetworkPolicy" },
    podMonitor: { group: "monitoring.coreos.com", kind: "PodMonitor" },
    serviceMonitor: { group: "monitoring.coreos.com", kind: "ServiceMonitor" },
} as const satisfies Record<string, GroupKind>;

/** Every kind of route that has `parentRefs` and `backendRefs`. */
export const routeKinds: readonly GroupKind[] = [
    kinds.httpRoute,
    kinds.grpcRoute,
    kinds.tcpRoute,
    kinds.tlsRoute,
    kinds.udpRoute,
];

/** What says something about the requests of a pool, by `spec.poolRef`: GIE's, and llm-d's own from router 0.9 on. */
export const ofPoolKinds: readonly GroupKind[] = objectiveGroups.flatMap((group) =>
    ["InferenceObjective", "InferenceModelRewrite"].map((kind) => ({ group, kind })),
);

/** The InferencePool of either API group. */
export const poolKinds: readonly GroupKind[] = [kinds.inferencePool, kinds.inferencePoolAlpha];
