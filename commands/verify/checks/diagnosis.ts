import type { Attempt } from "../senders";

/** What to see to when an answer is not the simulator's, and what is to be done. */
interface Diagnosis {
    id: string;
    cause: string;
    fix: string;
}

/** What Envoy, the EPP and the API server say when a request does not arrive. */
export function diagnose(attempt: Attempt, asked: boolean): Diagnosis {
    const { status, error, body } = attempt;
    if (error !== undefined) {
        return /no endpoints available/.test(error)
            ? {
                  id: "request-no-endpoints",
                  cause: "the Service has no ready endpoint",
                  fix: "see to the pods that the Service selects",
              }
            : {
                  id: "request-unreachable",
                  cause: "nothing answers there",
                  fix: "see whether the Service exists, and whether its pods listen on its targetPort",
              };
    }
    if (/no healthy upstream/.test(body)) {
        return {
            id: "request-no-healthy-upstream",
            cause: "Envoy (UH) knows no ready pod of the backend",
            fix: "see to the backend's pods, its selector and its port 8200",
        };
    }
    if (/overflow/.test(body)) {
        return {
            id: "request-overflow",
            cause: "Envoy (UO) had no room for the request in its queue",
            fix: "raise proxy.maxPendingRequests and proxy.maxConnections",
        };
    }
    if (/connect error|connection failure|connection timeout|delayed connect|reset/.test(body)) {
        return {
            id: "request-connect-failure",
            cause: "Envoy (UF) reached no pod on the port that it was told, or was cut off (UC)",
            fix: "see to the port (8200 everywhere), to TLS in DestinationRules, and to NetworkPolicies",
        };
    }
    if (status === 403 && body.includes("RBAC: access denied")) {
        return {
            id: "request-denied",
            cause: "an AuthorizationPolicy of Istio denies it, at the Gateway or at the pods' sidecars",
            fix: "see to the AuthorizationPolicies in the namespaces of the Gateway and the pods and in Istio's own: one without rules denies everything",
        };
    }
    if (/inference (error|gateway)|no pods available|candidate/.test(body)) {
        return {
            id: "request-refused-by-epp",
            cause: "the EPP refused it",
            fix: "see to the pods that the EPP may pick, and to its log",
        };
    }
    if (status === 404 && /model/i.test(body)) {
        return {
            id: "request-model-unknown",
            cause: "the pod that answered serves another model",
            fix: "see to the route's match, and to the model that the pods serve",
        };
    }
    if (status === 404) {
        return {
            id: "request-no-route",
            cause: "Envoy has no route for it: no HTTPRoute matches host, path and headers, or none is attached",
            fix: "see to the HTTPRoute's status, hostnames and matches",
        };
    }
    if (status === 500 && body === "") {
        return asked
            ? {
                  id: "request-error-500",
                  cause: "Envoy says 500 without a body: ext_proc failed (gRPC status 14: TLS, the port's protocol, or no EPP), or the route's reference is not granted",
                  fix: "see to the route's ResolvedRefs; then to the EPP's pods, its DestinationRule and its Service's appProtocol",
              }
            : {
                  id: "request-error-500",
                  cause: "Envoy says 500 without a body: the route's reference is not granted, or its backend does not exist",
                  fix: "see to the route's ResolvedRefs and the ReferenceGrant",
              };
    }
    if (status === 503 && body === "") {
        return {
            id: "request-no-cluster",
            cause: "Envoy says 503 without a body: it has no cluster for the backend and its port (NC)",
            fix: "see to the backend's name and port in the HTTPRoute",
        };
    }
    if (status === 504) {
        return {
            id: "request-timeout",
            cause: "no pod, or no EPP, answered in time",
            fix: "see whether the pods are overloaded, and to extProc.messageTimeout and the route's timeouts",
        };
    }
    if (status === 429) {
        return {
            id: "request-rejected",
            cause: "it was rejected as too many",
            fix: "see to the load, and to the EPP's flow control",
        };
    }
    return {
        id: "request-failed",
        cause: "that is no answer of a model server",
        fix: "see who answers there",
    };
}
