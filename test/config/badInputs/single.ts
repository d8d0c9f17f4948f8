import type { BadInput } from "./badInput";
import {
    dnsLabel,
    image,
    clusterIdentifier,
    duration,
    messageTimeout,
    headerValue,
    hostname,
    hostnames,
    topLevel,
    bad,
    secret,
} from "./badInput";

/** What one setting may not be by itself, or beside those of the cluster. */
export const single: BadInput[] = [
    bad("release", "Inference", dnsLabel),
    bad("release", "", dnsLabel),
    bad("release", "-x", dnsLabel),
    bad("modelRelease", "sim_1", dnsLabel),
    bad("modelRelease", "a.b", dnsLabel),
    bad("namespaces", "llm-d", "an object with any of scheduler, simulator, labels, create"),
    bad("namespaces.scheduler", "LLM", dnsLabel),
    bad("namespaces.simulator", "x".repeat(64), dnsLabel),
    bad("namespaces.simulator", 7, dnsLabel),
    bad("namespaces.create", "yes", "true or false"),
    secret(
        "gateway",
        ["istio"],
        "an object with any of className, labels, serviceType, serviceAnnotations, resources, httpRedirect, tlsSecretName, tls, istioVersion, istioRevision",
    ),
    bad("gateway.className", "", dnsLabel),
    bad("gateway.serviceType", "loadbalancer", "one of LoadBalancer, NodePort, ClusterIP"),
    bad("gateway.serviceType", null, "one of LoadBalancer, NodePort, ClusterIP"),
    bad("routing.backend", "service", "one of Service, InferencePool"),
    bad("extProc", true, "an object with any of enabled, failureMode, messageTimeout"),
    bad("extProc.enabled", "true", "true or false"),
    bad("extProc.enabled", 1, "true or false"),
    bad("extProc.failureMode", "Open", "one of FailClose, FailOpen"),
    bad("extProc.messageTimeout", "5", messageTimeout),
    bad("extProc.messageTimeout", 5, messageTimeout),
    // Envoy's own limit, written in another way.
    bad("extProc.messageTimeout", "3600.001s", messageTimeout),
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
    secret(
        "registry.server",
        "https://robot:hunter2@ghcr.io",
        "a registry as images name it, e.g. ghcr.io or https://index.docker.io/v1/",
    ),
    secret("registry.username", "robot:hunter2", "a name of at most 255 characters without ':'"),
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
            "images: EPP 0.3.0 with simulator 0.10.2 and gateway.istioVersion 1.29.2 is not allowed: EPP 0.3.0 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10. Nearest that works: EPP 0.4 with simulator 0.10 and Istio 1.29.0.",
        ],
    },
    {
        config: { images: { eppVersion: "9.9" } },
        messages: [
            "images: EPP 9.9 with simulator 0.10.2 and gateway.istioVersion 1.29.2 is not allowed: EPP 9.9 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10. Nearest that works: EPP 0.10 with simulator 0.10 and Istio 1.29.0.",
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
    bad("gateway.serviceAnnotations", { a: 1 }, "text of at most 4096 characters", "a"),
    bad("routing.hostnames", ["*"], hostname, 0),
    bad("routing.hostnames", "llm.example.com", hostnames),
    bad("routing.requestTimeout", "1.5s", "a Gateway API duration, e.g. 30s, 1m30s or 500ms"),
    bad("routing.headers", { "x-tenant": "" }, headerValue, "x-tenant"),
    bad("images.pullSecrets", "registry", "a list of Secret names, each once"),
    bad(
        "epp.plugins",
        "fast",
        "one of default, prefix-cache, load-aware, optimized-baseline, pd-disaggregated, precise-prefix-cache, custom",
    ),
    bad("epp.logLevel", 11, "a whole number from 0 to 10"),
    bad("epp.otlpEndpoint", "otel:4317", "an http(s) URL, e.g. http://otel-collector.observability:4317"),
    bad("autoscaling.targetCpuPercent", 0, "a whole number from 1 to 100"),
    bad("podDisruptionBudget.maxUnavailable", 0, "a whole number from 1 to 1000"),
    bad("proxy.maxPendingRequests", 0, "a whole number from 1 to 1000000"),
    bad("proxy.loadBalancer", "LEAST_CONN", "one of ROUND_ROBIN, LEAST_REQUEST, RANDOM"),
    bad("objectives", { low: 5000 }, "a whole number from -1000 to 1000", "low"),
    bad("epp.traceSampleRatio", 2, "a number from 0 to 1"),
    bad("models", ["llama"], "an object of model settings by release"),
    {
        config: { placement: { decode: { tolerations: [{ effect: "Never" }] } } },
        messages: [
            'placement.decode.tolerations.0.effect: "Never" is not allowed; allowed: one of NoSchedule, PreferNoSchedule, NoExecute.',
        ],
    },
    {
        config: { models: { llama: { replicas: { decode: 0 } } } },
        messages: ["models.llama.replicas.decode: 0 is not allowed; allowed: a whole number from 1 to 1000."],
    },
    {
        config: { models: { llama: { replica: {} } } },
        messages: [
            "models.llama.replica: unknown setting; did you mean models.llama.replicas? Allowed here: replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, modelRelease, match, rollout.",
        ],
    },
    {
        config: { models: { ["m".repeat(48)]: { modelRelease: "m" } }, extProc: { enabled: true } },
        messages: [
            `models.${"m".repeat(48)}: "${"m".repeat(48)}" is not allowed, because it makes the name gaie-${"m".repeat(48)}-epp-ext-proc of 66 characters; allowed: at most 45 characters.`,
        ],
    },
];
