import type { Manifest } from "../support/resources";

const gatewayApi = "gateway.networking.k8s.io/v1";

/** Namespace of the routes and the Gateway, and namespace of the model servers, in tests of rules. */
export const routes = "routes";
export const models = "models";

type Fields = Record<string, unknown>;

/** An HTTPRoute of namespace {@link routes} with one backendRef. */
export function route(
    backend: Fields,
    { name = "route", ...spec }: Fields & { name?: string } = {},
): Manifest {
    return {
        apiVersion: gatewayApi,
        kind: "HTTPRoute",
        metadata: { name, namespace: routes },
        spec: { parentRefs: [{ name: "gateway" }], rules: [{ backendRefs: [backend] }], ...spec },
    };
}

/** A reference to the Service that {@link service} makes. */
export const toService = { name: "proxy", namespace: models, port: 8200 };

/** A reference to the pool that {@link pool} makes. */
export const toPool = {
    group: "inference.networking.k8s.io",
    kind: "InferencePool",
    name: "pool",
    namespace: models,
};

/** The grant from HTTPRoutes of {@link routes} to what a reference names. */
export function grant(to: Fields, from: Fields = {}, namespace = models): Manifest {
    return {
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: { name: "grant", namespace },
        spec: {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: routes, ...from }],
            to: [to],
        },
    };
}

export const grantToService = grant({ group: "", kind: "Service", name: "proxy" });

/** Labels of a decode pod, and what selects it. */
export const decodeLabels = { "llm-d.ai/role": "decode", "llm-d.ai/inferenceServing": "true" };

/** A model server's Deployment whose every port is 8200. */
export function deployment({
    name = "decode",
    labels = decodeLabels,
    container = {},
    ...pod
}: { name?: string; labels?: unknown; container?: Fields } & Fields = {}): Manifest {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: models },
        spec: {
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    containers: [
                        {
                            name: "server",
                            image: "example.com/vllm:1",
                            args: ["--port=8200"],
                            ports: [{ name: "http", containerPort: 8200 }],
                            readinessProbe: { httpGet: { port: "http" } },
                            ...container,
                        },
                    ],
                    ...pod,
                },
            },
        },
    };
}

/** The proxy Service over {@link deployment}. */
export function service(port: Fields = {}, spec: Fields = {}): Manifest {
    return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "proxy", namespace: models },
        spec: { selector: decodeLabels, ports: [{ port: 8200, targetPort: "http", ...port }], ...spec },
    };
}

/** The pool over {@link deployment}. */
export function pool(spec: Fields = {}): Manifest {
    return {
        apiVersion: "inference.networking.k8s.io/v1",
        kind: "InferencePool",
        metadata: { name: "pool", namespace: models },
        spec: { selector: { matchLabels: decodeLabels }, targetPorts: [{ number: 8200 }], ...spec },
    };
}

/** A Gateway of namespace {@link routes} with one listener. */
export function gateway(listener: Fields = {}, spec: Fields = {}): Manifest {
    return {
        apiVersion: gatewayApi,
        kind: "Gateway",
        metadata: { name: "gateway", namespace: routes },
        spec: {
            gatewayClassName: "istio",
            listeners: [{ name: "http", port: 80, protocol: "HTTP", ...listener }],
            ...spec,
        },
    };
}
