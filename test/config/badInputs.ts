/** A stack config that must be refused, and every line of the error. */
export interface BadInput {
    config: Record<string, unknown>;
    messages: string[];
}

const dnsLabel = "a DNS-1123 label (at most 63 of a-z, 0-9 and '-', no '-' at either end)";
const image =
    "an image reference pinned by a tag other than 'latest' or by a digest, e.g. ghcr.io/llm-d/llm-d-inference-sim:v0.10.2";
const clusterIdentifier = "at most 200 letters, digits and . : / _ -, e.g. prod-eu";
const duration = "a duration with its unit: ms, s or m, e.g. 20ms or 1.5s";
const topLevel =
    "release, modelRelease, namespaces, gateway, routing, extProc, registry, replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, models, monitoring, networkPolicies, protect, readiness, cluster";

/**
 * One setting with one bad value.
 *
 * @param inside the key of the value, itself a list or an object, that is bad. Default: the value is bad as a whole.
 */
function bad(setting: string, value: unknown, allowed: string, inside?: string | number): BadInput {
    const config = setting
        .split(".")
        .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
    const place = inside === undefined ? setting : `${setting}.${inside}`;
    const badPart = inside === undefined ? value : (value as Record<string | number, unknown>)[inside];
    return {
        config,
        messages: [`${place}: ${JSON.stringify(badPart)} is not allowed; allowed: ${allowed}.`],
    };
}

/** Config, and the error it must give: one line for each problem. */
export const badInputs: BadInput[] = [
    bad("release", "Inference", dnsLabel),
    bad("release", "", dnsLabel),
    bad("release", "-x", dnsLabel),
    bad("modelRelease", "sim_1", dnsLabel),
    bad("modelRelease", "a.b", dnsLabel),
    bad("namespaces", "llm-d", "an object with any of scheduler, simulator, create"),
    bad("namespaces.scheduler", "LLM", dnsLabel),
    bad("namespaces.simulator", "x".repeat(64), dnsLabel),
    bad("namespaces.simulator", 7, dnsLabel),
    bad("namespaces.create", "yes", "true or false"),
    bad(
        "gateway",
        ["istio"],
        "an object with any of className, serviceType, serviceAnnotations, resources, tlsSecretName, tls, istioVersion",
    ),
    bad("gateway.className", "", dnsLabel),
    bad("gateway.serviceType", "loadbalancer", "one of LoadBalancer, NodePort, ClusterIP"),
    bad("gateway.serviceType", null, "one of LoadBalancer, NodePort, ClusterIP"),
    bad("routing.backend", "service", "one of Service, InferencePool"),
    bad("extProc", true, "an object with any of enabled, failureMode, messageTimeout"),
    bad("extProc.enabled", "true", "true or false"),
    bad("extProc.enabled", 1, "true or false"),
    bad("extProc.failureMode", "Open", "one of FailClose, FailOpen"),
    bad("extProc.messageTimeout", "5", duration),
    bad("extProc.messageTimeout", 5, duration),
    bad("replicas", 3, "an object with any of decode, prefill, epp"),
    bad("replicas.decode", 0, "a whole number from 1 to 1000"),
    bad("replicas.decode", -1, "a whole number from 1 to 1000"),
    bad("replicas.decode", 2.5, "a whole number from 1 to 1000"),
    bad("replicas.decode", "3", "a whole number from 1 to 1000"),
    bad("replicas.prefill", -1, "a whole number from 0 to 1000"),
    bad("replicas.epp", 0, "a whole number from 1 to 1000"),
    bad("replicas.epp", 1001, "a whole number from 1 to 1000"),
    bad("images.simulator", "ghcr.io/llm-d/llm-d-inference-sim", image),
    bad("images.simulator", "ghcr.io/llm-d/llm-d-inference-sim:latest", image),
    bad("images.epp", "not an image", image),
    bad("images.epp", "ghcr.io/x/y@sha256:abc", image),
    bad("images.simulatorVersion", "v0.10.2", 'major.minor, e.g. "0.10"'),
    bad(
        "simulator.model",
        "my model",
        "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct",
    ),
    bad("simulator.mode", "parrot", "one of echo, random"),
    bad("simulator.timeToFirstToken", 20, duration),
    bad("simulator.timeToFirstToken", "20", duration),
    bad("simulator.interTokenLatency", "fast", duration),
    bad("simulator.maxNumSeqs", 0, "a whole number from 1 to 4096"),
    bad("simulator.kvCacheSize", 1e9, "a whole number from 1 to 1000000"),
    bad("simulator.blockSize", 20, "one of 8, 16, 32, 64, 128"),
    bad("resources.decode.limits.cpu", "half", 'a Kubernetes quantity in quotes, e.g. "100m" or "2"'),
    bad("resources.epp.requests.memory", "1GB", "a Kubernetes quantity in quotes, e.g. 256Mi"),
    bad(
        "registry.server",
        "ghcr.io/a b",
        "a registry as images name it, e.g. ghcr.io or https://index.docker.io/v1/",
    ),
    bad("registry.username", "robot:1", "a name without ':'"),
    {
        config: { registry: { password: { of: "hunter2" } } },
        messages: ["registry.password: [secret] is not allowed; allowed: text."],
    },
    {
        config: { registry: "hunter2" },
        messages: [
            "registry: [secret] is not allowed; allowed: an object with any of server, username, password.",
        ],
    },
    {
        config: { registry: { username: "robot", password: "hunter2" } },
        messages: [
            "registry.server: not set is not allowed with registry.username; allowed: server, username, password together, or none of them.",
        ],
    },
    {
        config: { gateway: { tls: { key: "hunter2" } } },
        messages: [
            "gateway.tls.certificate: not set is not allowed; allowed: certificates in PEM.",
            "gateway.tls.key: [secret] is not allowed; allowed: a private key in PEM.",
        ],
    },
    bad("protect", "yes", "true or false"),
    bad("protect", 1, "true or false"),
    bad("readiness.gateway", "on", "true or false"),
    bad("readiness.timeoutSeconds", 5, "a whole number from 10 to 3600"),
    bad("cluster.context", "", "the name of a context"),
    bad("cluster.clusterIdentifier", "", clusterIdentifier),
    bad("cluster.clusterIdentifier", "prod eu", clusterIdentifier),
    bad("cluster.clusterIdentifier", 7, clusterIdentifier),
    {
        config: { cluster: { kubeconfig: "" } },
        messages: [
            "cluster.kubeconfig: [secret] is not allowed; allowed: a path or the contents of a kubeconfig.",
        ],
    },
    {
        config: { replica: { decode: 2 } },
        messages: [`replica: unknown setting; did you mean replicas? Allowed here: ${topLevel}.`],
    },
    {
        config: { extproc: { enabled: true } },
        messages: [`extproc: unknown setting; did you mean extProc? Allowed here: ${topLevel}.`],
    },
    {
        config: { replicas: { decod: 2 } },
        messages: [
            "replicas.decod: unknown setting; did you mean replicas.decode? Allowed here: decode, prefill, epp.",
        ],
    },
    {
        config: { resources: { decode: { limits: { ram: "1Gi" } } } },
        messages: [
            "resources.decode.limits.ram: unknown setting; did you mean resources.decode.limits.cpu? Allowed here: cpu, memory.",
        ],
    },
    {
        config: { namespaces: { scheduler: "one", simulator: "one" } },
        messages: [
            'namespaces.simulator: "one" is not allowed; allowed: a namespace other than namespaces.scheduler, because the route crosses namespaces.',
        ],
    },
    {
        config: { routing: { backend: "InferencePool" } },
        messages: [
            "extProc.enabled: false is not allowed with routing.backend InferencePool, because Istio always asks the EPP of a pool; allowed: extProc.enabled true, or routing.backend Service.",
        ],
    },
    {
        config: { release: "a".repeat(40) },
        messages: [
            `release: "${"a".repeat(40)}" is not allowed, because it makes the name infra-${"a".repeat(40)}-inference-gateway-istio of 70 characters; allowed: at most 33 characters.`,
        ],
    },
    {
        config: { modelRelease: "m".repeat(50) },
        messages: [
            `modelRelease: "${"m".repeat(50)}" is not allowed, because it makes the name ms-${"m".repeat(50)}-llm-d-modelservice-prefill of 80 characters; allowed: at most 33 characters.`,
        ],
    },
    {
        config: { resources: { decode: { requests: { memory: "2Gi" } } } },
        messages: [
            'resources.decode.limits.memory: "512Mi" is not allowed; allowed: at least resources.decode.requests.memory, which is "2Gi".',
        ],
    },
    {
        config: { resources: { epp: { limits: { cpu: "100m" } } } },
        messages: [
            'resources.epp.limits.cpu: "100m" is not allowed; allowed: at least resources.epp.requests.cpu, which is "200m".',
        ],
    },
    {
        config: { images: { simulator: "registry.example/sim:team-build" } },
        messages: [
            'images.simulator: "registry.example/sim:team-build" is not allowed, because its tag names no version; allowed: a tag such as v0.8.0, or images.simulatorVersion beside it.',
        ],
    },
    {
        config: { images: { epp: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.3.0" } },
        messages: [
            "images: EPP 0.3.0 with simulator 0.10.2 and gateway.istioVersion 1.28.5 is not allowed: EPP 0.3.0 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10. Nearest that works: EPP 0.4 with simulator 0.10 and Istio 1.28.5.",
        ],
    },
    {
        config: { images: { eppVersion: "9.9" } },
        messages: [
            "images: EPP 9.9 with simulator 0.10.2 and gateway.istioVersion 1.28.5 is not allowed: EPP 9.9 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10. Nearest that works: EPP 0.10 with simulator 0.10 and Istio 1.28.5.",
        ],
    },
    {
        config: {
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1" },
            simulator: { timeToFirstToken: "1.5s" },
        },
        messages: [
            'simulator.timeToFirstToken: "1.5s" is not allowed with simulator 0.6; allowed: whole milliseconds, e.g. 20ms.',
        ],
    },
    bad("gateway.istioVersion", "latest", 'an Istio version, e.g. "1.28.5"'),
    bad("gateway.tlsSecretName", "TLS", "the name of a Secret"),
    bad("gateway.serviceAnnotations", { a: 1 }, "an object of text by text", "a"),
    bad("routing.hostnames", ["*"], "a list of DNS names, each possibly starting with *.", 0),
    bad("routing.hostnames", "llm.example.com", "a list of DNS names, each possibly starting with *."),
    bad("routing.requestTimeout", "1.5s", "a Gateway API duration, e.g. 30s, 1m30s or 500ms"),
    bad("routing.headers", { "x-tenant": "" }, "an object of header values by name", "x-tenant"),
    bad("images.pullSecrets", "registry", "a list of Secret names"),
    bad("epp.plugins", "fast", "one of default, prefix-cache, load-aware, pd-disaggregated, custom"),
    bad("epp.logLevel", 11, "a whole number from 0 to 10"),
    bad("epp.otlpEndpoint", "otel:4317", "an http(s) URL, e.g. http://otel-collector.observability:4317"),
    bad("autoscaling.targetCpuPercent", 0, "a whole number from 1 to 100"),
    bad("podDisruptionBudget.maxUnavailable", 0, "a whole number from 1 to 1000"),
    bad("proxy.maxPendingRequests", 0, "a whole number from 1 to 1000000"),
    bad("proxy.loadBalancer", "LEAST_CONN", "one of ROUND_ROBIN, LEAST_REQUEST, RANDOM"),
    bad("epp.traceSampleRatio", 2, "a number from 0 to 1"),
    bad("objectives", { low: 5000 }, "an object of whole numbers from -1000 to 1000 by name", "low"),
    bad("models", ["llama"], "an object of model settings by release"),
    {
        config: { placement: { decode: { tolerations: [{ effect: "Never" }] } } },
        messages: [
            'placement.decode.tolerations.0.effect: "Never" is not allowed; allowed: a list of tolerations: key, operator, value, effect, tolerationSeconds.',
        ],
    },
    {
        config: { models: { llama: { replicas: { decode: 0 } } } },
        messages: ["models.llama.replicas.decode: 0 is not allowed; allowed: a whole number from 1 to 1000."],
    },
    {
        config: { models: { llama: { replica: {} } } },
        messages: [
            "models.llama.replica: unknown setting; did you mean models.llama.replicas? Allowed here: replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, modelRelease, match.",
        ],
    },
    {
        config: { models: { ["m".repeat(48)]: { modelRelease: "m" } }, extProc: { enabled: true } },
        messages: [
            `models.${"m".repeat(48)}: "${"m".repeat(48)}" is not allowed, because it makes the name gaie-${"m".repeat(48)}-epp-ext-proc of 66 characters; allowed: at most 45 characters.`,
        ],
    },
    {
        config: {
            models: {
                a: { match: { path: "/a" } },
                b: { match: { path: "/b" }, objectives: { batch: -10, interactive: 5 } },
            },
            objectives: { interactive: 10 },
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
        },
        messages: [
            "models.b.objectives.interactive: 5 is not allowed, because models.a has an objective of that name; allowed: another name, or objectives of each model's own and none at the top level.",
        ],
    },
    {
        config: { models: { a: { match: { modelName: true } }, b: {} } },
        messages: [
            'models.b.match: {"modelName":false} is not allowed with several models; allowed: any of modelName, path, header.',
        ],
    },
    {
        config: { models: { a: { match: { path: "/x" } }, b: { match: { path: "/x" } } } },
        messages: [
            'models.b.match: {"modelName":false,"path":"/x"} is not allowed; allowed: another match than that of models.a.',
        ],
    },
    {
        config: {
            models: { a: { match: { path: "/a" } }, b: { match: { path: "/b" }, modelRelease: "a" } },
        },
        messages: [
            'models.b.modelRelease: "a" is not allowed; allowed: another release than that of models.a.',
        ],
    },
    {
        config: {
            extProc: { enabled: true },
            models: { a: { match: { path: "/a" } }, b: { match: { path: "/b" } } },
        },
        messages: [
            "extProc.enabled: true is not allowed with several models and routing.backend Service, because the one EnvoyFilter of the Gateway asks one EPP; allowed: routing.backend InferencePool, or extProc.enabled false.",
        ],
    },
    {
        config: { objectives: { batch: -1 } },
        messages: [
            'objectives: {"batch":-1} is not allowed with routing.backend Service, because an InferenceObjective belongs to a pool; allowed: routing.backend InferencePool, or no objectives.',
        ],
    },
    {
        config: { epp: { plugins: "custom" } },
        messages: [
            "epp.customConfig: not set is not allowed with epp.plugins custom; allowed: an EndpointPickerConfig object.",
        ],
    },
    {
        config: { epp: { customConfig: { kind: "EndpointPickerConfig" } } },
        messages: [
            "epp.customConfig.apiVersion: Invalid input: expected string, received undefined.",
            "epp.customConfig.plugins: Invalid input: expected array, received undefined.",
            'epp.plugins: "default" is not allowed with epp.customConfig; allowed: custom.',
        ],
    },
    {
        config: {
            routing: { backend: "InferencePool" },
            extProc: { enabled: true },
            images: {
                epp: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1",
                simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1",
            },
        },
        messages: [
            "images: EPP 0.7.1 with simulator 0.6.1 and gateway.istioVersion 1.28.5 is not allowed: EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.6 reports it as vllm:gpu_cache_usage_perc; every pod would score alike. Nearest that works: EPP 0.8 with simulator 0.6.",
        ],
    },
    {
        config: { images: { epp: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0" } },
        messages: [
            "images: EPP 0.8.0 with simulator 0.10.2 and gateway.istioVersion 1.28.5 is not allowed: EPP 0.8 cannot find pods without an InferencePool (GIE#2858), and a route to a Service has none. Nearest that works: EPP 0.9.",
        ],
    },
    {
        config: {
            routing: { backend: "InferencePool" },
            extProc: { enabled: true },
            gateway: { istioVersion: "1.27.3" },
        },
        messages: [
            "images: EPP 0.10.0 with simulator 0.10.2 and gateway.istioVersion 1.27.3 is not allowed: Istio 1.27.3 does not serve InferencePool v1, which the EPP reads; it serves v1alpha2. Nearest that works: EPP 0.10 with Istio 1.28.0.",
        ],
    },
    {
        config: {
            routing: { backend: "InferencePool" },
            extProc: { enabled: true },
            images: { epp: "mirror.example.com/llm-d-inference-scheduler:v0.5.0" },
            objectives: { batch: -1 },
        },
        messages: [
            'objectives: {"batch":-1} is not allowed with EPP 0.5.0, which never reads InferenceObjectives (router#610); allowed: EPP 0.5.1 or later, or no objectives.',
        ],
    },
    bad(
        "images.registry",
        "https://mirror.example.com",
        "a registry, with a path if need be, e.g. mirror.example.com:5000/ghcr",
    ),
    {
        config: { epp: { otlpEndpoint: "http://otel:4317" } },
        messages: ["epp.tracing: false is not allowed with epp.otlpEndpoint; allowed: true."],
    },
    {
        config: { autoscaling: { minReplicas: 5, maxReplicas: 2 } },
        messages: [
            "autoscaling.maxReplicas: 2 is not allowed; allowed: at least autoscaling.minReplicas, which is 5.",
        ],
    },
    {
        config: {
            epp: { plugins: "pd-disaggregated" },
            routing: { backend: "InferencePool" },
            extProc: { enabled: true, failureMode: "FailOpen" },
        },
        messages: [
            'extProc.failureMode: "FailOpen" is not allowed with epp.plugins pd-disaggregated, because its pool selects prefill pods, and FailOpen falls back to any pod of the pool; allowed: FailClose.',
        ],
    },
    {
        config: { replicas: { decode: 0, epp: -2 }, gatway: {}, simulator: { mode: "x" } },
        messages: [
            `gatway: unknown setting; did you mean gateway? Allowed here: ${topLevel}.`,
            "replicas.decode: 0 is not allowed; allowed: a whole number from 1 to 1000.",
            "replicas.epp: -2 is not allowed; allowed: a whole number from 1 to 1000.",
            'simulator.mode: "x" is not allowed; allowed: one of echo, random.',
        ],
    },
];
