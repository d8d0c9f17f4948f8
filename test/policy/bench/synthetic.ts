import type { PlainResource } from "../support/pack";
import type { Manifest } from "../support/resources";
import { resource } from "../support/resources";

const gatewayApi = "gateway.networking.k8s.io";

/** The resources of one model, named by a number: route, grant, proxy, pool and pods, and some that no rule is about. */
function model(number: number): Manifest[] {
    const id = String(number);
    // Twenty models share a namespace, so that look-ups within one are exercised as well.
    const namespace = `models-${String(Math.floor(number / 20))}`;
    const metadata = (name: string, inNamespace = namespace) => ({
        name: `${name}-${id}`,
        namespace: inNamespace,
    });
    const labels = { "llm-d.ai/role": "decode", "llm-d.ai/inferenceServing": "true", model: id };
    const backend = { group: "", kind: "Service", name: `proxy-${id}` };
    const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
    const container = {
        name: "server",
        image: "example.com/llm-d-inference-sim:v0.10.2",
        args: ["--model=x", "--port=8200", "--mode=random", "--max-num-seqs=5"],
        ports: [{ name: "http", containerPort: 8200 }],
        livenessProbe: { httpGet: { path: "/health", port: "http" } },
        readinessProbe: { httpGet: { path: "/health/ready", port: "http" } },
        resources,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
    return [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: metadata("decode"),
            spec: {
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels, annotations: { "prometheus.io/port": "8200" } },
                    spec: { containers: [container], securityContext: { runAsNonRoot: true } },
                },
            },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata("proxy"),
            spec: { selector: labels, ports: [{ name: "http", port: 8200, targetPort: "http" }] },
        },
        {
            apiVersion: "inference.networking.k8s.io/v1",
            kind: "InferencePool",
            metadata: metadata("pool"),
            spec: { selector: { matchLabels: labels }, targetPorts: [{ number: 8200 }] },
        },
        {
            apiVersion: `${gatewayApi}/v1`,
            kind: "HTTPRoute",
            metadata: metadata("route", "routes"),
            spec: {
                parentRefs: [{ name: "gateway" }],
                rules: [{ backendRefs: [{ ...backend, namespace, port: 8200 }] }],
            },
        },
        {
            apiVersion: `${gatewayApi}/v1beta1`,
            kind: "ReferenceGrant",
            metadata: metadata("grant"),
            spec: { from: [{ group: gatewayApi, kind: "HTTPRoute", namespace: "routes" }], to: [backend] },
        },
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: metadata("policy"),
            spec: { podSelector: { matchLabels: { model: id } }, ingress: [{ ports: [{ port: 8200 }] }] },
        },
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: metadata("config"),
            data: { config: "a: 1\nb: 2\n" },
        },
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: metadata("account"),
        },
        {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "Role",
            metadata: metadata("role"),
            rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }],
        },
        {
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            metadata: metadata("proxy"),
            spec: { host: `proxy-${id}`, trafficPolicy: { portLevelSettings: [{ port: { number: 8200 } }] } },
        },
    ];
}

/** This many resources: models, ten resources each, behind one Gateway. */
export function manifests(count: number): Manifest[] {
    const gateway: Manifest = {
        apiVersion: `${gatewayApi}/v1`,
        kind: "Gateway",
        metadata: { name: "gateway", namespace: "routes" },
        spec: { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
    };
    const models = Array.from({ length: Math.ceil(count / 10) }, (_, number) => model(number)).flat();
    return [gateway, ...models].slice(0, count);
}

/** A manifest as it goes over the wire. */
export function plain(manifest: Manifest): PlainResource {
    return { ...resource(manifest), props: manifest };
}
