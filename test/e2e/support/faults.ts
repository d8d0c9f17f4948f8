import type { DeploymentOutput, Mode } from "../../../components/deploymentOutput";
import type { ReleasedModel } from "../../../commands/verify/checks/check";
import type { DeploymentObject, ServiceObject } from "../../../commands/verify/kinds";
import type { ClusterEditor } from "./clusterEditor";
import { extProcFilterSpec } from "../../support/extProc";
import { suiteFaults } from "./suiteFaults";

/** What a fault is worked on. */
export interface Scene {
    editor: ClusterEditor;
    deployment: DeploymentOutput;
    /** The stack's first model. */
    model: ReleasedModel;
}

/** One way to break a stack, and what verify must say of it. */
export interface Fault {
    title: string;
    /** The mode of the stack that is broken. */
    mode: Mode;
    /** Breaks it. */
    break(this: void, scene: Scene): void;
    /** The finding, and what its message must say. */
    expect: { id: string; message: RegExp };
    /** Whether only the conditions that Istio sets tell of it. */
    byStatus?: true;
    /** Whether it takes an EPP newer than those that the lab can run. */
    newerThanLab?: true;
    /** Whether the finding is a root cause, and so comes before its consequences. Default: a warning is none. */
    warning?: true;
}

const experimentalGroup = "inference.networking.x-k8s.io";

function setFlag(deployment: DeploymentObject, flag: string, value: string | undefined): void {
    const container = deployment.spec!.template!.spec!.containers![0]!;
    container.args = [
        ...container.args!.filter(
            (argument) => !argument.startsWith(`--${flag}=`) && argument !== `--${flag}`,
        ),
        ...(value === undefined ? [] : [`--${flag}=${value}`]),
    ];
}

function editEpp({ editor, model }: Scene, change: (deployment: DeploymentObject) => void): void {
    editor.edit("deployment", model.epp.namespace, model.epp.name, change);
}

function editDecode(
    { editor, deployment, model }: Scene,
    change: (deployment: DeploymentObject) => void,
): void {
    editor.edit("deployment", deployment.namespaces.simulator, model.pods.decode.deployment, change);
}

function editProxy({ editor, deployment, model }: Scene, change: (service: ServiceObject) => void): void {
    editor.edit("service", deployment.namespaces.simulator, model.proxy.name, change);
}

function rightsName({ model }: Scene): string {
    return `${model.epp.name}-${model.pool === undefined ? "pod-reader" : "pool-reader"}`;
}

/** An ext_proc EnvoyFilter as people write them by hand. */
function handWrittenFilter({ editor, deployment, model }: Scene): void {
    editor.create("envoyFilter", {
        metadata: { name: "ext-proc-by-hand", namespace: deployment.namespaces.scheduler },
        spec: extProcFilterSpec({
            cluster: `outbound|9002||${model.epp.name}.${model.epp.namespace}.svc.cluster.local`,
            gateway: deployment.gateway.name,
            processingMode: { request_body_mode: "BUFFERED" },
        }),
    });
}

/** Grants, in every mode. */
const grantFaults: readonly Fault[] = (["scheduler", "scoring"] as const).flatMap((mode): Fault[] => {
    const backend = mode === "scoring" ? "InferencePool gaie-" : "Service gaie-.*-proxy";
    const other = mode === "scoring" ? "Service" : "InferencePool";
    return [
        {
            title: "the grant is deleted",
            mode,
            break: ({ editor, model }) => editor.remove("grant", model.backend.namespace, model.grant),
            expect: {
                id: "grant-missing",
                message: new RegExp(`no ReferenceGrant in llm-d-sim for ${backend}`),
            },
        },
        {
            title: `the grant is for a ${other}`,
            mode,
            break: ({ editor, model }) =>
                editor.edit("grant", model.backend.namespace, model.grant, ({ spec }) => {
                    spec!.to![0]!.kind = other;
                    spec!.to![0]!.group = mode === "scoring" ? "" : "inference.networking.k8s.io";
                }),
            expect: { id: "grant-wrong-kind", message: new RegExp(`allows ${other} alone`) },
        },
        {
            title: "the grant names another backend",
            mode,
            break: ({ editor, model }) =>
                editor.edit("grant", model.backend.namespace, model.grant, ({ spec }) => {
                    spec!.to![0]!.name = "somebody-else";
                }),
            expect: { id: "grant-wrong-name", message: /allows somebody-else alone/ },
        },
        {
            title: "the grant is for routes of another namespace",
            mode,
            break: ({ editor, model }) =>
                editor.edit("grant", model.backend.namespace, model.grant, ({ spec }) => {
                    spec!.from![0]!.namespace = "default";
                }),
            expect: {
                id: "grant-wrong-from",
                message: /is for HTTPRoutes of default, and the HTTPRoute is in llm-d-inference-scheduler/,
            },
        },
        {
            title: "the grant is in the route's namespace",
            mode,
            break: ({ editor, deployment, model }) => {
                editor.edit("grant", model.backend.namespace, model.grant, ({ spec }) => {
                    editor.create("grant", {
                        metadata: { name: model.grant, namespace: deployment.namespaces.scheduler },
                        spec: structuredClone(spec),
                    });
                });
                editor.remove("grant", model.backend.namespace, model.grant);
            },
            expect: { id: "grant-wrong-namespace", message: /a grant counts in its backend's/ },
        },
    ];
});

/** The Gateway and the route. */
const routeFaults: readonly Fault[] = [
    {
        title: "the Gateway is deleted",
        mode: "scheduler",
        break: ({ editor, deployment }) =>
            editor.remove("gateway", deployment.namespaces.scheduler, deployment.gateway.name),
        expect: { id: "gateway-missing", message: /infra-.*-inference-gateway does not exist/ },
    },
    {
        title: "the Gateway asks for a class that nobody has",
        mode: "scheduler",
        break: ({ editor, deployment }) =>
            editor.edit("gateway", deployment.namespaces.scheduler, deployment.gateway.name, ({ spec }) => {
                spec!.gatewayClassName = "nginx";
            }),
        expect: {
            id: "gateway-class-mismatch",
            message: /asks for GatewayClass nginx, and the stack for istio/,
        },
    },
    {
        title: "the Gateway listens on another port",
        mode: "scheduler",
        break: ({ editor, deployment }) =>
            editor.edit("gateway", deployment.namespaces.scheduler, deployment.gateway.name, ({ spec }) => {
                spec!.listeners![0]!.port = 8080;
            }),
        expect: { id: "gateway-listener-mismatch", message: /no HTTP listener on 80; it has HTTP on 8080/ },
    },
    {
        title: "the route is deleted",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.remove("route", deployment.namespaces.scheduler, model.route),
        expect: { id: "route-missing", message: /HTTPRoute .* does not exist/ },
    },
    {
        title: "the route names port 8000",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.rules![0]!.backendRefs![0]!.port = 8000;
            }),
        expect: { id: "route-port-mismatch", message: /port 8000 of Service .*, which listens on 8200/ },
    },
    {
        title: "the route leads to another Service",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.rules![0]!.backendRefs![0]!.name = "no-such-service";
            }),
        expect: { id: "route-backend-mismatch", message: /leads to Service llm-d-sim\/no-such-service/ },
    },
    {
        title: "the route answers to other hosts",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.hostnames = ["other.example.com"];
            }),
        expect: {
            id: "route-hostnames-mismatch",
            message: /answers to other\.example\.com, and the stack says every host/,
        },
    },
    {
        title: "the route asks for a header",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.rules![0]!.matches![0]!.headers = [{ type: "Exact", name: "x-tenant", value: "blue" }];
            }),
        expect: { id: "route-match-mismatch", message: /no rule for every request/ },
    },
    {
        title: "the route attaches to another Gateway",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.parentRefs![0]!.name = "another-gateway";
            }),
        expect: { id: "route-parent-mismatch", message: /attaches to \S+\/another-gateway/ },
    },
    {
        title: "the route attaches to a listener that the Gateway does not have",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.parentRefs![0]!.sectionName = "web";
            }),
        expect: { id: "route-parent-mismatch", message: /listener web, which the Gateway does not have/ },
    },
    {
        title: "the route names the pool in the experimental API group",
        mode: "scoring",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.rules![0]!.backendRefs![0]!.group = experimentalGroup;
            }),
        expect: { id: "route-backend-mismatch", message: /of group "inference\.networking\.x-k8s\.io"/ },
    },
    {
        title: "the route leads to the pool and to the proxy in one rule",
        mode: "scoring",
        break: ({ editor, deployment, model }) =>
            editor.edit("route", deployment.namespaces.scheduler, model.route, ({ spec }) => {
                spec!.rules![0]!.backendRefs!.push({
                    ...{ group: "", kind: "Service", name: model.proxy.name },
                    ...{ namespace: deployment.namespaces.simulator, port: model.proxy.port, weight: 1 },
                });
            }),
        expect: { id: "route-mixed-backends", message: /one rule has one endpoint picker/ },
    },
];

/** The proxy Service and the model servers. */
const backendFaults: readonly Fault[] = [
    {
        title: "the proxy Service is deleted",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.remove("service", deployment.namespaces.simulator, model.proxy.name),
        expect: { id: "proxy-missing", message: /gaie-.*-proxy does not exist/ },
    },
    {
        title: "the proxy Service's targetPort is 8000",
        mode: "scheduler",
        break: (scene) =>
            editProxy(scene, ({ spec }) => {
                spec!.ports![0]!.targetPort = 8000;
            }),
        expect: {
            id: "proxy-target-port-mismatch",
            message: /targetPort 8000 leads to 8000.*listen on 8200/,
        },
    },
    {
        title: "the proxy Service's targetPort is a name that no pod has",
        mode: "scheduler",
        break: (scene) =>
            editProxy(scene, ({ spec }) => {
                spec!.ports![0]!.targetPort = "inference";
            }),
        expect: {
            id: "proxy-target-port-mismatch",
            message: /targetPort inference is no port of the decode pods/,
        },
    },
    {
        title: "the proxy Service's port is 8000",
        mode: "scheduler",
        break: (scene) =>
            editProxy(scene, ({ spec }) => {
                spec!.ports![0]!.port = 8000;
            }),
        expect: { id: "proxy-port-mismatch", message: /listens on 8000, and not on 8200/ },
    },
    {
        title: "the proxy Service's selector has drifted from the pods' labels",
        mode: "scheduler",
        break: (scene) =>
            editProxy(scene, ({ spec }) => {
                spec!.selector = { "llm-d.ai/model-server": "true", "llm-d.ai/role": "decode" };
            }),
        expect: { id: "proxy-selects-nothing", message: /selects llm-d\.ai\/model-server=true/ },
    },
    {
        title: "the proxy Service selects prefill pods too",
        mode: "scheduler",
        break: (scene) =>
            editProxy(scene, ({ spec }) => {
                delete spec!.selector!["llm-d.ai/role"];
            }),
        expect: { id: "proxy-selects-prefill", message: /and so prefill pods too/ },
    },
    {
        title: "every decode pod is gone",
        mode: "scheduler",
        break: (scene) =>
            editDecode(scene, ({ spec }) => {
                spec!.replicas = 0;
            }),
        expect: { id: "decode-scaled-to-zero", message: /scaled to 0/ },
    },
    {
        title: "the decode Deployment is deleted",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.remove("deployment", deployment.namespaces.simulator, model.pods.decode.deployment),
        expect: { id: "server-deployment-missing", message: /-decode does not exist/ },
    },
    {
        title: "the simulator listens on 8000",
        mode: "scheduler",
        break: (scene) => editDecode(scene, (found) => setFlag(found, "port", "8000")),
        expect: { id: "server-port-mismatch", message: /listens on 8000 \(--port\)/ },
    },
    {
        title: "the simulator is told no port, and takes its own 8000",
        mode: "scoring",
        break: (scene) => editDecode(scene, (found) => setFlag(found, "port", undefined)),
        expect: { id: "server-port-mismatch", message: /listens on 8000 \(--port\)/ },
    },
    {
        title: "the simulator's container declares port 8000",
        mode: "scheduler",
        break: (scene) =>
            editDecode(scene, ({ spec }) => {
                spec!.template!.spec!.containers![0]!.ports![0]!.containerPort = 8000;
            }),
        expect: { id: "server-container-port-mismatch", message: /declares port 8000/ },
    },
    {
        title: "the simulator serves another model",
        mode: "scheduler",
        break: (scene) => editDecode(scene, (found) => setFlag(found, "model", "another/model")),
        expect: {
            id: "server-model-mismatch",
            message: /serves model another\/model, and requests name random/,
        },
    },
    {
        title: "a NetworkPolicy shuts the simulator's namespace",
        mode: "scheduler",
        break: ({ editor, deployment }) =>
            editor.create("networkPolicy", {
                metadata: { name: "deny-all", namespace: deployment.namespaces.simulator },
                spec: { podSelector: {}, policyTypes: ["Ingress"] },
            }),
        expect: { id: "network-policy-blocks", message: /llm-d-sim\/deny-all keep the Gateway .* on 8200/ },
    },
    {
        title: "the proxy's DestinationRule asks for TLS",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("destinationRule", deployment.namespaces.simulator, model.proxy.name, ({ spec }) => {
                spec!.trafficPolicy!.tls = { mode: "ISTIO_MUTUAL" };
            }),
        expect: {
            id: "proxy-tls-mismatch",
            message: /speak TLS \(ISTIO_MUTUAL\) to pods that serve plain HTTP/,
        },
    },
    {
        title: "the proxy's DestinationRule queues one request",
        mode: "scheduler",
        break: ({ editor, deployment, model }) =>
            editor.edit("destinationRule", deployment.namespaces.simulator, model.proxy.name, ({ spec }) => {
                spec!.trafficPolicy!.connectionPool!.http!.http1MaxPendingRequests = 1;
            }),
        expect: { id: "proxy-pending-requests", message: /load turns into 503 UO/ },
        warning: true,
    },
];

/** The InferencePool. */
const poolFaults: readonly Fault[] = (
    [
        [
            "selects port 8000",
            ({ spec }) => {
                spec!.targetPorts = [{ number: 8000 }];
            },
            { id: "pool-target-port-mismatch", message: /targetPorts 8000, and the pods listen on 8200/ },
        ],
        [
            "names another EPP",
            ({ spec }) => {
                spec!.endpointPickerRef!.name = "no-such-epp";
            },
            { id: "pool-picker-mismatch", message: /Service no-such-epp port 9002, which does not exist/ },
        ],
        [
            "names the EPP's health port",
            ({ spec }) => {
                spec!.endpointPickerRef!.port!.number = 9003;
            },
            { id: "pool-picker-mismatch", message: /port 9003; the EPP is Service .* port 9002/ },
        ],
        [
            "selects labels that no pod has",
            ({ spec }) => {
                spec!.selector!.matchLabels = { app: "vllm" };
            },
            { id: "pool-selects-nothing", message: /selects app=vllm/ },
        ],
        [
            "selects prefill pods too",
            ({ spec }) => {
                delete spec!.selector!.matchLabels!["llm-d.ai/role"];
            },
            { id: "pool-selects-prefill", message: /and so prefill pods too/ },
        ],
    ] satisfies [string, Parameters<typeof editPool>[1], Fault["expect"]][]
).map(([title, change, expect]) => ({
    title: `the pool ${title}`,
    mode: "scoring" as const,
    break: (scene: Scene) => editPool(scene, change),
    expect,
}));

function editPool(
    { editor, deployment, model }: Scene,
    change: Parameters<typeof editor.edit<"pool">>[3],
): void {
    editor.edit("pool", deployment.namespaces.simulator, model.pool!, change);
}

/** Flags of the EPP: flag, value, and what is said of it. */
const flagFaults: readonly Fault[] = (
    [
        [
            "scoring",
            "no-such-flag",
            "true",
            "epp-unknown-flag",
            /--no-such-flag \(\S+\) is no flag of EPP 0\.\d/,
        ],
        ["scoring", "pool-name", "another-pool", "epp-pool-mismatch", /--pool-name is another-pool/],
        ["scoring", "pool-namespace", "default", "epp-pool-mismatch", /--pool-namespace is default/],
        [
            "scoring",
            "pool-group",
            experimentalGroup,
            "epp-pool-mismatch",
            /--pool-group is inference\.networking\.x-k8s/,
        ],
        ["scoring", "grpc-port", "9004", "epp-port-mismatch", /--grpc-port is 9004, and must be 9002/],
        [
            "scoring",
            "secure-serving",
            "false",
            "epp-tls-mismatch",
            /speak TLS \(SIMPLE\) to an EPP that has --secure-serving=false/,
        ],
        [
            ...(["scoring-not-obeyed", "endpoint-selector", "llm-d.ai/role=decode"] as const),
            ...(["epp-selector-mismatch", /--endpoint-selector is llm-d\.ai\/role=decode/] as const),
        ],
        [
            ...(["scoring-not-obeyed", "endpoint-target-ports", "8000"] as const),
            ...(["epp-target-ports-mismatch", /--endpoint-target-ports is 8000/] as const),
        ],
    ] satisfies [Mode, string, string, string, RegExp][]
).map(([mode, flag, value, id, message]) => ({
    title: `the EPP has --${flag}=${value}`,
    mode,
    break: (scene: Scene) => editEpp(scene, (found) => setFlag(found, flag, value)),
    expect: { id, message },
}));

/** Arguments of the EPP that are no flags as it reads them, and what is said of them. */
const argumentFaults: readonly Fault[] = (
    [
        [["-tracing=false"], /-tracing \(\S+\) needs two dashes in EPP 0\.\d/],
        [
            ["--tracing", "false"],
            /the argument false \(\S+\) belongs to no flag: --tracing takes its value after "="/,
        ],
        [["--lora-info-metric=x"], /--lora-info-metric \(\S+\) is refused at start by EPP 0\.\d/],
    ] satisfies [string[], RegExp][]
).map(([args, message]) => ({
    title: `the EPP has ${args.join(" ")}`,
    mode: "scoring",
    break: (scene: Scene) =>
        editEpp(scene, ({ spec }) => {
            spec!.template!.spec!.containers![0]!.args!.push(...args);
        }),
    expect: { id: "epp-unknown-flag", message },
}));

/** The EPP's objects. */
const pickerFaults: readonly Fault[] = [
    {
        title: "the EPP is 0.4, which reads the metric by its old name unless it is told the new one",
        mode: "scoring",
        break: (scene) =>
            editEpp(scene, (found) => {
                found.spec!.template!.spec!.containers![0]!.image =
                    "registry.example.com/llm-d-inference-scheduler:v0.4.0";
                setFlag(found, "kv-cache-usage-percentage-metric", undefined);
            }),
        expect: { id: "epp-metric-mismatch", message: /scores are silently zero/ },
    },
    {
        title: "the pool is deleted",
        mode: "scoring",
        break: ({ editor, deployment, model }) =>
            editor.remove("pool", deployment.namespaces.simulator, model.pool!),
        expect: { id: "pool-missing", message: /InferencePool .* does not exist/ },
    },
    {
        title: "the pool passes requests on unscored",
        mode: "scoring",
        break: (scene) =>
            editPool(scene, ({ spec }) => {
                spec!.endpointPickerRef!.failureMode = "FailOpen";
            }),
        expect: {
            id: "pool-failure-mode-mismatch",
            message: /failureMode FailOpen, and the stack says FailClose/,
        },
        warning: true,
    },
    {
        title: "the EPP is scaled to 0 and the pool fails open",
        mode: "scoring",
        break: (scene) => {
            editPool(scene, ({ spec }) => {
                spec!.endpointPickerRef!.failureMode = "FailOpen";
            });
            editEpp(scene, ({ spec }) => {
                spec!.replicas = 0;
            });
        },
        expect: {
            id: "epp-scaled-to-zero",
            message: /scaled to 0: failureMode FailOpen passes requests on unscored/,
        },
    },
    ...(["scoring", "scoring-not-obeyed"] as const).map((mode): Fault => ({
        title: "the EPP is scaled to 0",
        mode,
        break: (scene) =>
            editEpp(scene, ({ spec }) => {
                spec!.replicas = 0;
            }),
        expect: { id: "epp-scaled-to-zero", message: /FailClose refuses every request/ },
    })),
    {
        title: "the EPP's Deployment is deleted",
        mode: "scoring",
        break: ({ editor, model }) => editor.remove("deployment", model.epp.namespace, model.epp.name),
        expect: { id: "epp-deployment-missing", message: /Deployment .*-epp does not exist/ },
    },
    {
        title: "the EPP's Service is deleted",
        mode: "scoring",
        break: ({ editor, model }) => editor.remove("service", model.epp.namespace, model.epp.name),
        expect: { id: "epp-service-missing", message: /Service .*-epp does not exist/ },
    },
    {
        title: "the EPP's Service does not say that it speaks HTTP/2",
        mode: "scoring",
        break: ({ editor, model }) =>
            editor.edit("service", model.epp.namespace, model.epp.name, ({ spec }) => {
                const port = spec!.ports!.find((candidate) => candidate.port === 9002)!;
                port.name = "ext-proc";
                delete port.appProtocol;
            }),
        expect: { id: "epp-app-protocol", message: /appProtocol \(none\).*gRPC status 14/ },
    },
    {
        title: "the EPP's Service selects no pod",
        mode: "scoring-not-obeyed",
        break: ({ editor, model }) =>
            editor.edit("service", model.epp.namespace, model.epp.name, ({ spec }) => {
                spec!.selector = { app: "epp" };
            }),
        expect: { id: "epp-service-selects-nothing", message: /selects app=epp/ },
    },
    {
        title: "the EPP's ServiceAccount is deleted",
        mode: "scoring",
        break: ({ editor, model }) => editor.remove("serviceAccount", model.epp.namespace, model.epp.name),
        expect: { id: "epp-service-account-missing", message: /ServiceAccount .* does not exist/ },
    },
    {
        title: "the EPP's readiness is probed by TCP",
        mode: "scoring",
        break: (scene) =>
            editEpp(scene, ({ spec }) => {
                spec!.template!.spec!.containers![0]!.readinessProbe = { tcpSocket: { port: 9002 } };
            }),
        expect: { id: "epp-probe-not-grpc", message: /hide a pool that is not synced/ },
        warning: true,
    },
    {
        title: "the EPP's configuration names a plugin that does not exist",
        mode: "scoring",
        break: ({ editor, model }) =>
            editor.edit("configMap", model.epp.namespace, model.epp.name, (found) => {
                const [file] = Object.keys(found.data!);
                found.data![file!] = found.data![file!]!.replaceAll("max-score-picker", "best-score-picker");
            }),
        expect: { id: "epp-config-invalid", message: /best-score-picker is not known to EPP 0\.\d/ },
    },
    {
        title: "the EPP's prefix blocks are not the simulator's",
        mode: "scoring",
        break: ({ editor, model }) =>
            editor.edit("configMap", model.epp.namespace, model.epp.name, (found) => {
                const [file] = Object.keys(found.data!);
                found.data![file!] = found.data![file!]!.replace(/(blockSize(?:Tokens)?): \d+/, "$1: 256");
            }),
        expect: {
            id: "epp-block-size-mismatch",
            message: /blockSize(Tokens)? is 256, but the model servers' block of 16 /,
        },
    },
    {
        title: "the EPP's configuration names another metric of the KV cache",
        mode: "scoring",
        newerThanLab: true,
        break: ({ editor, model }) =>
            editor.edit("configMap", model.epp.namespace, model.epp.name, (found) => {
                const [file] = Object.keys(found.data!);
                const engine = '{ name: vllm, kvUsageSpec: "vllm:gpu_cache_usage_perc" }';
                found.data![file!] = found.data![file!]!.replace(
                    /^plugins:$/m,
                    `$&\n  - { type: core-metrics-extractor, parameters: { engineConfigs: [${engine}] } }`,
                );
            }),
        expect: {
            id: "epp-metric-mismatch",
            message: /reads vllm:gpu_cache_usage_perc \(kvUsageSpec of its EndpointPickerConfig\)/,
        },
    },
    {
        title: "the simulator's blocks are not the EPP's",
        mode: "scoring",
        break: (scene) => editDecode(scene, (found) => setFlag(found, "block-size", "128")),
        expect: {
            id: "epp-block-size-mismatch",
            message: /block of 128 tokens makes it (128 tokens|512 characters)/,
        },
    },
    {
        title: "the EPP's ConfigMap is deleted",
        mode: "scoring",
        break: ({ editor, model }) => editor.remove("configMap", model.epp.namespace, model.epp.name),
        expect: { id: "epp-config-missing", message: /ConfigMap .* is not there/ },
    },
    {
        title: "the EPP's DestinationRule is deleted",
        mode: "scoring",
        break: ({ editor, model }) => editor.remove("destinationRule", model.epp.namespace, model.epp.name),
        expect: { id: "epp-tls-rule-missing", message: /500 \(gRPC status 14\)/ },
    },
    {
        title: "the EPP's certificate is to be verified",
        mode: "scoring-not-obeyed",
        break: ({ editor, model }) =>
            editor.edit("destinationRule", model.epp.namespace, model.epp.name, ({ spec }) => {
                spec!.trafficPolicy!.portLevelSettings![0]!.tls!.insecureSkipVerify = false;
            }),
        expect: { id: "epp-tls-mismatch", message: /insecureSkipVerify false/ },
    },
];

/** The EPP's rights. */
const rightsFaults: readonly Fault[] = [
    ...(["scoring", "scoring-not-obeyed"] as const).map((mode): Fault => ({
        title: "the EPP's Role is deleted",
        mode,
        break: (scene) =>
            scene.editor.remove("role", scene.deployment.namespaces.simulator, rightsName(scene)),
        expect: {
            id: "epp-role-missing",
            message: /which does not exist: the EPP may not get, list, watch pods/,
        },
    })),
    {
        title: "the EPP's RoleBinding is deleted",
        mode: "scoring",
        break: (scene) =>
            scene.editor.remove("roleBinding", scene.deployment.namespaces.simulator, rightsName(scene)),
        expect: { id: "epp-binding-missing", message: /no RoleBinding in llm-d-sim is for ServiceAccount/ },
    },
    {
        title: "the EPP's RoleBinding is for another ServiceAccount",
        mode: "scoring",
        break: (scene) =>
            scene.editor.edit(
                "roleBinding",
                scene.deployment.namespaces.simulator,
                rightsName(scene),
                ({ subjects }) => {
                    subjects![0]!.name = "default";
                },
            ),
        expect: {
            id: "epp-binding-wrong-subject",
            message: /gives the EPP's rights to ServiceAccount llm-d-sim\/default/,
        },
    },
    {
        title: "the EPP's Role has no pods",
        mode: "scoring",
        break: (scene) =>
            scene.editor.edit("role", scene.deployment.namespaces.simulator, rightsName(scene), (found) => {
                found.rules = found.rules!.filter(({ resources }) => !resources!.includes("pods"));
            }),
        expect: { id: "epp-role-incomplete", message: /do not let the EPP get, list, watch pods/ },
    },
    {
        title: "the EPP's rights are in its own namespace, and the pods in another",
        mode: "scoring-not-obeyed",
        break: (scene) => {
            const { editor, deployment, model } = scene;
            const { scheduler, simulator } = deployment.namespaces;
            const name = rightsName(scene);
            editor.edit("role", simulator, name, ({ rules }) =>
                editor.create("role", { metadata: { name, namespace: scheduler }, rules }),
            );
            editor.create("roleBinding", {
                metadata: { name, namespace: scheduler },
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name } as {
                    kind: string;
                    name: string;
                },
                subjects: [{ kind: "ServiceAccount", name: model.epp.name, namespace: model.epp.namespace }],
            });
            editor.remove("roleBinding", simulator, name);
            editor.remove("role", simulator, name);
        },
        expect: {
            id: "epp-role-wrong-namespace",
            message: /in llm-d-inference-scheduler .*, and the pods are in llm-d-sim/,
        },
    },
];

/** ext_proc by EnvoyFilter. */
const filterFaults: readonly Fault[] = [
    {
        title: "an ext_proc EnvoyFilter is written by hand beside the pool",
        mode: "scoring",
        break: handWrittenFilter,
        expect: {
            id: "ext-proc-filter-beside-pool",
            message: /ext-proc-by-hand .* beside the one that Istio makes/,
        },
    },
    {
        title: "an ext_proc EnvoyFilter is written by hand where none is wanted",
        mode: "scheduler",
        break: handWrittenFilter,
        expect: { id: "ext-proc-filter-unexpected", message: /extProc\.enabled: false/ },
    },
    {
        title: "the ext_proc EnvoyFilter is deleted",
        mode: "scoring-not-obeyed",
        break: ({ editor, deployment, model }) =>
            editor.remove("envoyFilter", deployment.namespaces.scheduler, model.extProcFilter!),
        expect: { id: "ext-proc-filter-missing", message: /the Gateway asks no EPP/ },
    },
    {
        title: "the ext_proc EnvoyFilter buffers bodies",
        mode: "scoring-not-obeyed",
        break: ({ editor, deployment, model }) =>
            editor.edit("envoyFilter", deployment.namespaces.scheduler, model.extProcFilter!, ({ spec }) => {
                const modes = spec!.configPatches![0]!.patch!.value!.typed_config!.processing_mode!;
                modes.request_body_mode = "BUFFERED";
                modes.response_body_mode = "NONE";
            }),
        expect: { id: "ext-proc-filter-wrong-modes", message: /request_body_mode BUFFERED.*stays idle/ },
    },
    {
        title: "the ext_proc EnvoyFilter is for another workload",
        mode: "scoring-not-obeyed",
        break: ({ editor, deployment, model }) =>
            editor.edit("envoyFilter", deployment.namespaces.scheduler, model.extProcFilter!, ({ spec }) => {
                spec!.workloadSelector = { labels: { app: "another-gateway" } };
            }),
        expect: { id: "ext-proc-filter-wrong-workload", message: /not for the pods of Gateway/ },
    },
    {
        title: "the ext_proc EnvoyFilter asks another port",
        mode: "scoring-not-obeyed",
        break: ({ editor, deployment, model }) =>
            editor.edit("envoyFilter", deployment.namespaces.scheduler, model.extProcFilter!, ({ spec }) => {
                const config = spec!.configPatches![0]!.patch!.value!.typed_config!;
                const grpc = config.grpc_service!.envoy_grpc!;
                grpc.cluster_name = grpc.cluster_name!.replace("|9002|", "|9003|");
            }),
        expect: { id: "ext-proc-filter-wrong-cluster", message: /asks cluster outbound\|9003\|/ },
    },
];

/** Broken stacks: every complaint of users of these systems, and more. */
export const faults: readonly Fault[] = [
    ...grantFaults,
    ...routeFaults,
    ...backendFaults,
    ...poolFaults,
    ...flagFaults,
    ...argumentFaults,
    ...pickerFaults,
    ...rightsFaults,
    ...filterFaults,
    ...suiteFaults,
];
