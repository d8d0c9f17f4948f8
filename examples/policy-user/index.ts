import * as k8s from "@pulumi/kubernetes";

// A team's own model server, Gateway and route. Nothing of it comes from llm-d-inference but the policies that judge it.

const servers = { name: "models", selector: { app: "vllm", "llm-d.ai/role": "decode" } };
const gateways = new k8s.core.v1.Namespace("gateways", { metadata: { name: "team-gateways" } });
const models = new k8s.core.v1.Namespace("models", { metadata: { name: "team-models" } });
const inGateways = { namespace: gateways.metadata.name };
const inModels = { namespace: models.metadata.name };

new k8s.apps.v1.Deployment("servers", {
    metadata: { name: servers.name, ...inModels },
    spec: {
        replicas: 1,
        selector: { matchLabels: servers.selector },
        template: {
            metadata: { labels: { ...servers.selector, "llm-d.ai/inferenceServing": "true" } },
            spec: {
                automountServiceAccountToken: false,
                securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                    {
                        name: "server",
                        image: "ghcr.io/llm-d/llm-d-inference-sim:v0.10.2",
                        args: ["--port=8200", "--model=random"],
                        ports: [{ name: "http", containerPort: 8200 }],
                        resources: {
                            requests: { cpu: "100m", memory: "128Mi" },
                            limits: { cpu: "500m", memory: "512Mi" },
                        },
                        securityContext: {
                            allowPrivilegeEscalation: false,
                            readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        livenessProbe: { httpGet: { path: "/health", port: "http" } },
                        readinessProbe: { httpGet: { path: "/ready", port: "http" } },
                    },
                ],
            },
        },
    },
});

new k8s.core.v1.Service("service", {
    metadata: { name: servers.name, ...inModels },
    spec: {
        selector: servers.selector,
        ports: [{ name: "http", port: 8200, targetPort: "http", appProtocol: "http" }],
    },
});

new k8s.apiextensions.CustomResource("gateway", {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "inference", ...inGateways },
    spec: {
        gatewayClassName: "istio",
        listeners: [
            { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
        ],
    },
});

new k8s.apiextensions.CustomResource("route", {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "models", ...inGateways },
    spec: {
        parentRefs: [{ name: "inference", sectionName: "http" }],
        rules: [{ backendRefs: [{ name: servers.name, ...inModels, port: 8200 }] }],
    },
});

// Without it the pack refuses the program: the route crosses namespaces (`reference-grant-presence`).
new k8s.apiextensions.CustomResource("grant", {
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "ReferenceGrant",
    metadata: { name: "gateways-to-models", ...inModels },
    spec: {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", ...inGateways }],
        to: [{ group: "", kind: "Service", name: servers.name }],
    },
});
