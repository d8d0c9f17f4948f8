import type { Manifest } from "../../policy/support/resources";
import type { Generator } from "../mutation";
import { harmless } from "../mutation";
import type { Program } from "../program";

const gatewayApi = "gateway.networking.k8s.io/v1";
const pause =
    "registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** A web application as a careful team would write it: nothing about it is for inference. */
export function webApp(namespace: string, port: number): Manifest[] {
    const labels = { app: "web" };
    const probe = { httpGet: { path: "/", port: "web" } };
    const metadata = { name: "web", namespace, labels };
    const securityContext = {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
    };
    const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
    const web = {
        name: "web",
        image: pause,
        args: [`--port=${String(port)}`],
        ports: [{ name: "web", containerPort: port }],
        livenessProbe: probe,
        readinessProbe: probe,
        resources,
        securityContext,
    };
    const spec = {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [web],
    };
    return [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata,
            spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels, annotations: { "prometheus.io/port": String(port) } },
                    spec,
                },
            },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata,
            spec: {
                selector: labels,
                ports: [{ name: "http", port, targetPort: "web", appProtocol: "http" }],
            },
        },
    ];
}

function addAll(program: Program, manifests: readonly Manifest[]): void {
    manifests.forEach((manifest) => {
        program.add(manifest);
    });
}

/** What is not about inference. */
export const unrelated: Generator = function* () {
    yield harmless("a web application on 8080 in a namespace of its own", (copy) => {
        addAll(copy, webApp("web", 8080));
    });
    yield harmless("a web application on 8080 beside the model servers", (copy) => {
        addAll(copy, webApp("llm-d-sim", 8080));
    });
    yield harmless("a web application on 8000, with a route on the same Gateway", (copy) => {
        addAll(copy, webApp("llm-d-inference-scheduler", 8000));
        copy.add({
            apiVersion: gatewayApi,
            kind: "HTTPRoute",
            metadata: { name: "web", namespace: "llm-d-inference-scheduler" },
            spec: {
                parentRefs: [{ name: copy.get("Gateway").kubernetesName }],
                hostnames: ["web.example.com"],
                rules: [{ backendRefs: [{ name: "web", port: 8000 }] }],
            },
        });
    });
    yield harmless("a web application with a Gateway of another class on 8443", (copy) => {
        addAll(copy, webApp("web", 8080));
        copy.add({
            apiVersion: gatewayApi,
            kind: "Gateway",
            metadata: { name: "web", namespace: "web" },
            spec: { gatewayClassName: "nginx", listeners: [{ name: "web", port: 8443, protocol: "HTTP" }] },
        });
        copy.add({
            apiVersion: gatewayApi,
            kind: "HTTPRoute",
            metadata: { name: "web", namespace: "web" },
            spec: { parentRefs: [{ name: "web" }], rules: [{ backendRefs: [{ name: "web", port: 8080 }] }] },
        });
    });
    yield harmless("a Service without a selector for a host outside", (copy) => {
        copy.add({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "outside", namespace: "web" },
            spec: { type: "ExternalName", externalName: "db.example.com" },
        });
    });
    yield harmless("outputs about other things", (copy) => {
        copy.outputs.dashboard = "http://grafana.monitoring.svc.cluster.local:3000";
        copy.outputs.count = 8000;
    });
    yield harmless("a ConfigMap", (copy) => {
        copy.add({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "notes", namespace: "llm-d-sim" },
            data: { note: "port 8000" },
        });
    });
    yield harmless("a NetworkPolicy that denies everything in another namespace", (copy) => {
        copy.add({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "deny", namespace: "web" },
            spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        });
    });
    yield harmless("a DestinationRule for another team's host", (copy) => {
        copy.add({
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            metadata: { name: "web", namespace: "web" },
            spec: { host: "web", trafficPolicy: { portLevelSettings: [{ port: { number: 8080 } }] } },
        });
    });
};
