import { stringify } from "yaml";
import { extProcFilterSpec } from "../../support/extProc";
import type { Manifest } from "../support/resources";
import { models } from "./fixtures";

type Fields = Record<string, unknown>;

const labels = { app: "epp" };
const metadata = { name: "epp", namespace: models };

/** Arguments of an endpoint picker with a pool. */
export const poolArguments = [
    "--pool-name=pool",
    `--pool-namespace=${models}`,
    "--config-file=/config/epp.yaml",
];

/** The Deployment of an endpoint picker that is right in every respect; `container` and the rest override it. */
export function picker({
    args = [...poolArguments, "--metrics-endpoint-auth=false"],
    image = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0",
    namespace = models,
    container = {},
    replicas = 1,
    strategy = { type: "Recreate" },
    ...pod
}: {
    args?: unknown;
    image?: unknown;
    namespace?: string;
    container?: Fields;
    replicas?: unknown;
    strategy?: unknown;
} & Fields = {}): Manifest {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "epp", namespace },
        spec: {
            replicas,
            strategy,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    serviceAccountName: "epp",
                    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                    containers: [
                        {
                            name: "epp",
                            image,
                            args,
                            env: [
                                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                            ],
                            ports: [
                                { name: "grpc-ext-proc", containerPort: 9002 },
                                { name: "grpc-health", containerPort: 9003 },
                                { name: "metrics", containerPort: 9090 },
                            ],
                            livenessProbe: { grpc: { port: 9003 } },
                            readinessProbe: { grpc: { port: 9003 } },
                            resources: {
                                requests: { cpu: "1", memory: "1Gi" },
                                limits: { cpu: "1", memory: "1Gi" },
                            },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                capabilities: { drop: ["ALL"] },
                            },
                            volumeMounts: [{ name: "config", mountPath: "/config" }],
                            ...container,
                        },
                    ],
                    volumes: [{ name: "config", configMap: { name: "epp" } }],
                    ...pod,
                },
            },
        },
    };
}

/** The Service of that endpoint picker. */
export function pickerService(spec: Fields = {}, port: Fields = {}, namespace = models): Manifest {
    return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "epp", namespace },
        spec: {
            selector: labels,
            ports: [
                { name: "grpc", port: 9002, targetPort: "grpc-ext-proc", appProtocol: "http2", ...port },
                { name: "metrics", port: 9090, targetPort: 9090 },
            ],
            ...spec,
        },
    };
}

/** A pool of the decode pods of `fixtures.ts` that calls that Service. */
export function pickerPool(reference: Fields = {}, namespace = models): Manifest {
    return {
        apiVersion: "inference.networking.k8s.io/v1",
        kind: "InferencePool",
        metadata: { name: "pool", namespace },
        spec: {
            selector: { matchLabels: { "llm-d.ai/role": "decode" } },
            targetPorts: [{ number: 8200 }],
            endpointPickerRef: { kind: "Service", name: "epp", port: { number: 9002 }, ...reference },
        },
    };
}

const rbac = "rbac.authorization.k8s.io";
export const read = ["get", "list", "watch"];

/** What an endpoint picker with a pool has to read. */
export const poolRules: Fields[] = [
    { apiGroups: [""], resources: ["pods"], verbs: read },
    { apiGroups: ["inference.networking.k8s.io"], resources: ["inferencepools"], verbs: read },
    {
        apiGroups: ["inference.networking.x-k8s.io"],
        resources: ["inferenceobjectives", "inferencemodelrewrites"],
        verbs: read,
    },
];

export const account: Manifest = { apiVersion: "v1", kind: "ServiceAccount", metadata };

export function role(rules: unknown = poolRules, namespace = models): Manifest {
    return { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name: "epp", namespace }, rules };
}

export function binding(fields: Fields = {}, namespace = models): Manifest {
    return {
        apiVersion: `${rbac}/v1`,
        kind: "RoleBinding",
        metadata: { name: "epp", namespace },
        roleRef: { apiGroup: rbac, kind: "Role", name: "epp" },
        subjects: [{ kind: "ServiceAccount", name: "epp", namespace: models }],
        ...fields,
    };
}

/** An EndpointPickerConfig for blocks of 16 tokens in GIE 1.5. */
export const pickerConfig = {
    apiVersion: "inference.networking.x-k8s.io/v1alpha1",
    kind: "EndpointPickerConfig",
    plugins: [
        { type: "approx-prefix-cache-producer", parameters: { autoTune: false, blockSizeTokens: 16 } },
        { type: "prefix-cache-scorer" },
    ],
    schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "prefix-cache-scorer", weight: 2 }] }],
};

export function configMap(config: unknown = pickerConfig): Manifest {
    return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata,
        data: { "epp.yaml": typeof config === "string" ? config : stringify(config) },
    };
}

/** A simulator's Deployment, which the pool selects. */
export function simulator(image = "ghcr.io/llm-d/llm-d-inference-sim:v0.10.2", args: unknown = []): Manifest {
    const labels = { "llm-d.ai/role": "decode" };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "decode", namespace: models },
        spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "sim", image, args }] } },
        },
    };
}

/** An EnvoyFilter that has a Gateway called `gateway` call the endpoint picker. */
export function extProc(
    config: Fields = {},
    { namespace = "routes", ...spec }: Fields & { namespace?: string } = {},
): Manifest {
    const cluster = `outbound|9002||epp.${models}.svc.cluster.local`;
    return {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "ext-proc", namespace },
        spec: { ...extProcFilterSpec({ cluster, gateway: "gateway", config }), ...spec },
    };
}

/** The DestinationRule by which gateways use TLS for that endpoint picker. */
export function destinationRule(
    trafficPolicy: unknown = { tls: { mode: "SIMPLE", insecureSkipVerify: true } },
    { host = `epp.${models}.svc.cluster.local`, namespace = models, name = "epp" } = {},
): Manifest {
    return {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name, namespace },
        spec: { host, trafficPolicy },
    };
}
