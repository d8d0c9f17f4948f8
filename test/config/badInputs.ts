import { stringify } from "yaml";

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
const messageTimeout = `${duration}, at most 60m`;
const labelKey =
    "a Kubernetes label key (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', after a DNS name and '/' or after neither)";
const labelValue =
    "a Kubernetes label value in quotes (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', none of these at either end)";
const annotationKey = labelKey.replace("a Kubernetes label key", "an annotation key");
const headerName = "a header name (at most 256 letters, digits and !#$%&'*+-.^_`|~)";
const headerValue = "text of 1 to 4096 characters, without control characters and without spaces at its ends";
const hostname = "a DNS name, e.g. llm.example.com or *.example.com";
const hostnames = "a list of at most 16 DNS names, each possibly starting with *";
const matchPath = "an absolute path of at most 1024 characters without . and .. as segments, e.g. /llama";
const flagWithValue = "a flag with its value, e.g. --name=value";
const modelNameAllowed =
    "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct";
const topLevel =
    "release, modelRelease, namespaces, gateway, routing, extProc, registry, replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, models, monitoring, networkPolicies, pods, protect, readiness, cluster";

/** A value as a message shows it: no more than its first 200 characters. */
function shown(value: unknown): string {
    const text = JSON.stringify(value);
    return text.length > 200 ? `${text.slice(0, 200)}... (${String(text.length)} characters)` : text;
}

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
        messages: [`${place}: ${shown(badPart)} is not allowed; allowed: ${allowed}.`],
    };
}

/** As {@link bad}, of a value that no message may repeat. */
function secret(setting: string, value: unknown, allowed: string): BadInput {
    return {
        ...bad(setting, value, ""),
        messages: [`${setting}: [secret] is not allowed; allowed: ${allowed}.`],
    };
}

/** A name that an object of the user's own names has, and may not have. */
function badName(setting: string, name: string, allowed: string): BadInput {
    return {
        ...bad(setting, { [name]: name }, ""),
        messages: [`${setting}: the name ${shown(name)} is not allowed; allowed: ${allowed}.`],
    };
}

/** Two settings that are each allowed, and the one problem that they are together. */
function together(config: Record<string, unknown>, message: string): BadInput {
    return { config, messages: [message] };
}

/** Values, each with what is said of it. */
function pairs(...all: [object, string][]): [object, string][] {
    return all;
}

/** One that the EPP would take, were it not that no ConfigMap can hold it. */
function largePickerConfig(): object {
    const names = Array.from({ length: 20_000 }, (_, index) => `a-long-name-of-a-plugin-${String(index)}`);
    return {
        apiVersion: "inference.networking.x-k8s.io/v1alpha1",
        kind: "EndpointPickerConfig",
        plugins: [
            { type: "single-profile-handler" },
            { type: "decode-filter" },
            ...names.map((name) => ({ type: "max-score-picker", name })),
        ],
        schedulingProfiles: [
            { name: "default", plugins: [{ pluginRef: "decode-filter" }, { pluginRef: names[0] }] },
        ],
    };
}

/** An object in an object, so many times. */
function nested(levels: number): object {
    return Array.from({ length: levels }).reduce<object>((inner) => ({ a: inner }), {});
}

/** Config, and the error it must give: one line for each problem. */
export const badInputs: BadInput[] = [
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
        config: { models: { a: {}, b: { rollout: { of: "a", weight: 101 } } } },
        messages: ["models.b.rollout.weight: 101 is not allowed; allowed: a whole number from 0 to 100."],
    },
    {
        config: { models: { a: {}, b: { rollout: { of: "c" } } } },
        messages: [
            'models.b.rollout.of: "c" is not allowed; allowed: another model without a rollout of its own: a.',
        ],
    },
    {
        config: { models: { a: { rollout: { of: "a" } } } },
        messages: [
            'models.a.rollout.of: "a" is not allowed; allowed: a model without a rollout of its own; there is none.',
        ],
    },
    {
        config: { models: { a: {}, b: { rollout: { of: "a" } }, c: { rollout: { of: "b" } } } },
        messages: [
            'models.c.rollout.of: "b" is not allowed; allowed: another model without a rollout of its own: a.',
        ],
    },
    {
        config: { models: { a: {}, b: { match: { path: "/b" }, rollout: { of: "a" } } } },
        messages: [
            'models.b.match: {"modelName":false,"path":"/b"} is not allowed with models.b.rollout; allowed: none, because the other model\'s is taken.',
        ],
    },
    {
        config: { models: { a: {}, b: { simulator: { model: "other" }, rollout: { of: "a" } } } },
        messages: [
            "models.b.simulator.servedModelNames: [] is not allowed with models.b.rollout, because requests of models.a name the model random; allowed: a list with random.",
        ],
    },
    {
        config: {
            models: {
                a: {},
                b: { rollout: { of: "a", weight: 60 } },
                c: { rollout: { of: "a", weight: 41 } },
            },
        },
        messages: [
            "models.c.rollout.weight: 41 is not allowed, because the weights of models.a are 101 in all; allowed: at most 100 in all.",
        ],
    },
    {
        config: {
            models: {
                a: {},
                b: { rollout: { of: "a", header: { name: "x-llm-d-release", value: "c" } } },
                c: { rollout: { of: "a" } },
            },
        },
        messages: [
            'models.c.rollout.header: {"name":"x-llm-d-release","value":"c"} is not allowed; allowed: another header than that of models.b.',
        ],
    },
    {
        config: {
            models: {
                b: { rollout: { of: "a", header: { name: "x-a", value: "1" } } },
                a: { match: { header: { name: "X-A", value: "1" } } },
            },
        },
        messages: [
            'models.b.rollout.header: {"name":"x-a","value":"1"} is not allowed; allowed: another header than that of models.a.',
        ],
    },
    {
        config: {
            models: { a: {}, b: { rollout: { of: "a", header: { name: "X-Request-Id", value: "1" } } } },
        },
        messages: [
            'models.b.rollout.header: {"X-Request-Id":"1"} is not allowed, because a rollout tells requests apart by X-Request-Id; allowed: another header.',
        ],
    },
    {
        config: {
            models: {
                a: { match: { header: { name: "x-llm-d-release", value: "a" } } },
                b: { rollout: { of: "a", header: { name: "x-b", value: "1" } } },
            },
        },
        messages: [
            'models.a.match.header: {"x-llm-d-release":"a"} is not allowed, because a rollout tells requests apart by x-llm-d-release; allowed: another header.',
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
            "images: EPP 0.7.1 with simulator 0.6.1 and gateway.istioVersion 1.29.2 is not allowed: EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.6 reports it as vllm:gpu_cache_usage_perc; every pod would score alike. Nearest that works: EPP 0.8 with simulator 0.6.",
        ],
    },
    {
        config: {
            routing: { backend: "InferencePool" },
            extProc: { enabled: true },
            epp: { plugins: "precise-prefix-cache" },
            images: { epp: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1" },
        },
        messages: [
            "images: EPP 0.7.1 with simulator 0.10.2 and gateway.istioVersion 1.29.2 and epp.plugins precise-prefix-cache is not allowed: EPP 0.7 makes tokens with a real model's tokenizer, which are never the simulator's, so that precise prefix scores would be 0 for ever. Nearest that works: EPP 0.9 with simulator 0.10.",
        ],
    },
    {
        config: {
            epp: { plugins: "precise-prefix-cache" },
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.9.1" },
        },
        messages: [
            "images: EPP 0.10.0 with simulator 0.9.1 and gateway.istioVersion 1.29.2 and epp.plugins precise-prefix-cache is not allowed: simulator 0.9 does not tell the EPP which tokens it makes of a prompt, so that precise prefix scores would be 0 for ever; 0.9.2 is the first that does. Nearest that works: EPP 0.10 with simulator 0.10.",
        ],
    },
    together(
        {
            epp: { plugins: "precise-prefix-cache" },
            simulator: { servedModelNames: ["llama"] },
        },
        'simulator.servedModelNames: ["llama"] is not allowed with epp.plugins precise-prefix-cache, because a simulator\'s events name the model itself, and a prompt for any other name scores 0; allowed: none, and the name as simulator.model.',
    ),
    together(
        {
            epp: { plugins: "precise-prefix-cache" },
            simulator: { extraArgs: ["--zmq-endpoint=tcp://a:5557"] },
        },
        'simulator.extraArgs.0: "--zmq-endpoint=tcp://a:5557" is not allowed, because epp.plugins sets --zmq-endpoint; allowed: epp.plugins, or other flags.',
    ),
    {
        config: { images: { epp: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0" } },
        messages: [
            "images: EPP 0.8.0 with simulator 0.10.2 and gateway.istioVersion 1.29.2 is not allowed: EPP 0.8 cannot find pods without an InferencePool (GIE#2858), and a route to a Service has none. Nearest that works: EPP 0.9.",
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
        config: { gateway: { labels: { "app.kubernetes.io/name": "mine" } } },
        messages: [
            'gateway.labels: {"app.kubernetes.io/name":"mine"} is not allowed, because the stack sets that label itself; allowed: other labels.',
        ],
    },
    {
        config: { gateway: { istioRevision: "a", labels: { "istio.io/rev": "b" } } },
        messages: [
            'gateway.labels: {"istio.io/rev":"b"} is not allowed, because the stack sets that label itself; allowed: other labels.',
        ],
    },
    {
        config: { namespaces: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
        messages: [
            'namespaces.labels: {"pod-security.kubernetes.io/enforce":"privileged"} is not allowed, because the stack sets that label itself; allowed: other labels.',
        ],
    },
    {
        config: { namespaces: { create: false, labels: { team: "serving" } } },
        messages: [
            'namespaces.labels: {"team":"serving"} is not allowed with namespaces.create false, because such namespaces are not the stack\'s; allowed: none.',
        ],
    },
    bad("autoscaling.signal", "gpu", "one of cpu, requests-running, queue-size, pool-saturation"),
    {
        config: { autoscaling: { target: 3 } },
        messages: [
            "autoscaling.target: 3 is not allowed with autoscaling.signal cpu; allowed: another signal, or autoscaling.targetCpuPercent.",
        ],
    },
    {
        config: { autoscaling: { signal: "requests-running" } },
        messages: [
            'autoscaling.signal: "requests-running" is not allowed without an autoscaler; allowed: cpu, or autoscaling.enabled true.',
            "autoscaling.prometheusAddress: not set is not allowed with autoscaling.signal requests-running; allowed: an http(s) URL.",
            'autoscaling.signal: "requests-running" is not allowed while nobody asks the EPP; allowed: cpu, routing.backend InferencePool, or extProc.enabled true.',
        ],
    },
    {
        config: {
            extProc: { enabled: true },
            autoscaling: { enabled: true, signal: "queue-size", prometheusAddress: "http://prometheus:9090" },
        },
        messages: [
            'autoscaling.signal: "queue-size" is not allowed without flow control, of which it is a metric; allowed: cpu, requests-running, or epp.flowControl true.',
        ],
    },
    {
        config: {
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
            images: { epp: "registry.example.com/llm-d-inference-scheduler:v0.8.0" },
            autoscaling: {
                enabled: true,
                signal: "requests-running",
                prometheusAddress: "http://prometheus:9090",
            },
        },
        messages: [
            'autoscaling.signal: "requests-running" is not allowed with EPP 0.8, which has no such metric; allowed: cpu, or EPP 0.9 or later.',
        ],
    },
    {
        config: { autoscaling: { minReplicas: 5, maxReplicas: 2 } },
        messages: [
            "autoscaling.maxReplicas: 2 is not allowed; allowed: at least autoscaling.minReplicas, which is 5.",
        ],
    },
    {
        config: {
            images: { epp: "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0" },
            epp: { tracing: true, otlpEndpoint: "https://otel.observability:4317" },
        },
        messages: [
            'epp.otlpEndpoint: "https://otel.observability:4317" is not allowed with EPP 0.9, which sends traces in plain text alone; allowed: an http URL, e.g. of a collector beside it, or EPP 0.10 or later.',
        ],
    },
    bad(
        "simulator.latency.prefillTimePerToken",
        250,
        "a duration with its unit: us, ms, s or m, e.g. 250us or 1.5ms",
    ),
    bad("simulator.latency.timeFactorUnderLoad", 0.5, "a number from 1 to 1000"),
    bad(
        "simulator.latency.profile",
        "h100",
        "one of 8b-h100-balanced, 70b-h100-tp8-throughput, small-l40s-edge",
    ),
    {
        config: {
            images: {
                simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1",
                epp: "registry.example.com/llm-d-inference-scheduler:v0.5.1",
            },
            simulator: { latency: { prefillOverhead: "10ms" } },
        },
        messages: [
            'simulator.latency.prefillOverhead: "10ms" is not allowed with simulator 0.6, which has no --latency-calculator; allowed: simulator 0.7 or later, or no simulator.latency.',
        ],
    },
    {
        config: { simulator: { timeToFirstToken: "50ms", latency: { prefillOverhead: "10ms" } } },
        messages: [
            'simulator.latency.prefillOverhead: "10ms" is not allowed with the fixed calculator, which does not read it; allowed: none, or simulator.latency.calculator per-token.',
        ],
    },
    {
        config: {
            simulator: {
                timeToFirstToken: "50ms",
                latency: { calculator: "per-token", kvCacheTransferLatency: "1ms" },
            },
        },
        messages: [
            'simulator.latency.kvCacheTransferLatency: "1ms" is not allowed with the per-token calculator, which does not read it; allowed: none, or simulator.latency.calculator fixed.',
            'simulator.timeToFirstToken: "50ms" is not allowed with simulator.latency.calculator per-token, which does not read it; allowed: none, or simulator.latency.calculator fixed.',
        ],
    },
    {
        config: { simulator: { interTokenLatency: "10ms", latency: { interTokenLatencyStdDev: "3001us" } } },
        messages: [
            'simulator.latency.interTokenLatencyStdDev: "3001us" is not allowed, because the simulator exits with more than 30% of simulator.interTokenLatency, which is 10ms; allowed: a smaller duration.',
        ],
    },
    {
        config: { simulator: { extraArgs: ["--prefill-time-per-token=1ms"] } },
        messages: [
            'simulator.extraArgs.0: "--prefill-time-per-token=1ms" is not allowed, because simulator.latency.prefillTimePerToken sets --prefill-time-per-token; allowed: simulator.latency.prefillTimePerToken, or other flags.',
        ],
    },
    {
        config: { epp: { routingSidecar: true }, images: { sidecar: "mirror.example.com/sidecar:v1" } },
        messages: [
            "epp.routingSidecar: true is not allowed while the EPP picks no prefill pods; allowed: false, epp.plugins pd-disaggregated, or a customConfig with a profile for each role.",
            'images.sidecar: "mirror.example.com/sidecar:v1" is not allowed where decode pods have no routing sidecar; allowed: none, or epp.routingSidecar true.',
        ],
    },
    bad("autoscaling.prefill.signal", "queue-size", "one of cpu, requests-running, prefills"),
    {
        config: { autoscaling: { minReplicas: 0, prefill: { minReplicas: 0 } } },
        messages: [
            "autoscaling.minReplicas: 0 is not allowed with autoscaling.signal cpu, because a HorizontalPodAutoscaler keeps one pod at least; allowed: 1 or more, or the signal requests-running or queue-size.",
            "autoscaling.prefill.minReplicas: 0 is not allowed with autoscaling.prefill.signal cpu, because a HorizontalPodAutoscaler keeps one pod at least; allowed: 1 or more, or the signal requests-running.",
        ],
    },
    ...[
        {
            autoscaling: { signal: "pool-saturation" },
            epp: { flowControl: true },
            message:
                " with autoscaling.signal pool-saturation, because an empty pool counts as full; allowed: 1 or more, or the signal requests-running or queue-size.",
        },
        {
            autoscaling: { signal: "requests-running" },
            message:
                " without flow control, which holds requests until a pod is ready; allowed: 1 or more, or epp.flowControl true.",
        },
        {
            autoscaling: { signal: "requests-running" },
            epp: { flowControl: true },
            routing: { backend: "Service" },
            message:
                " with routing.backend Service, because nothing holds requests to a Service without pods; allowed: 1 or more, or routing.backend InferencePool.",
        },
    ].map(({ autoscaling, message, ...others }) => ({
        config: {
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
            ...others,
            autoscaling: {
                ...autoscaling,
                ...{ enabled: true, minReplicas: 0, prometheusAddress: "http://prometheus:9090" },
            },
        },
        messages: [`autoscaling.minReplicas: 0 is not allowed${message}`],
    })),
    {
        config: {
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
            autoscaling: {
                prometheusAddress: "http://prometheus:9090",
                prefill: { enabled: true, signal: "prefills", minReplicas: 0 },
            },
        },
        messages: [
            "autoscaling.prefill.minReplicas: 0 is not allowed with autoscaling.prefill.signal prefills, because there are none without prefill pods; allowed: 1 or more, or the signal requests-running.",
            "autoscaling.prefill.enabled: true is not allowed while the EPP picks no prefill pods; allowed: false, epp.plugins pd-disaggregated, or a customConfig with a profile for each role.",
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
    // Labels, annotations and places of pods, as the API server would refuse them.
    badName("placement.decode.nodeSelector", "gpu pool", labelKey),
    badName("placement.epp.nodeSelector", "Example.com/pool", labelKey),
    badName("placement.epp.nodeSelector", `${"a".repeat(254)}/pool`, labelKey),
    badName("placement.prefill.nodeSelector", "a/b/c", labelKey),
    badName("networkPolicies.directClientLabels", `x${"y".repeat(63)}`, labelKey),
    bad("placement.decode.nodeSelector", { pool: "big gpu" }, labelValue, "pool"),
    bad("placement.decode.nodeSelector", { pool: 7 }, labelValue, "pool"),
    bad("networkPolicies.directClientLabels", { client: "-yes" }, labelValue, "client"),
    bad("networkPolicies.directClientLabels", {}, "an object of label values by label key, at least one"),
    badName("gateway.serviceAnnotations", "example.com/", annotationKey),
    badName("gateway.serviceAnnotations", "Example.com/lb", annotationKey),
    bad(
        "gateway.serviceAnnotations",
        Object.fromEntries([..."abcdefghi"].map((key) => [key, "x"])),
        "an object of text by annotation key, at most 8",
    ),
    bad("gateway.serviceAnnotations", { lb: "x".repeat(4097) }, "text of at most 4096 characters", "lb"),
    ...pairs(
        [{ key: "gpu", operator: "Exists", value: "yes" }, "a toleration of operator Exists without a value"],
        [{ effect: "NoExecute" }, "a toleration with a key, or with operator Exists for every taint"],
        [{ key: "gpu", tolerationSeconds: 5 }, "a toleration with tolerationSeconds and effect NoExecute"],
    ).map(([toleration, allowed]) =>
        together(
            { placement: { decode: { tolerations: [toleration] } } },
            `placement.decode.tolerations.0: ${JSON.stringify(toleration)} is not allowed; allowed: ${allowed}.`,
        ),
    ),
    together(
        { placement: { epp: { tolerations: [{ key: "a b", operator: "Exists" }] } } },
        `placement.epp.tolerations.0.key: "a b" is not allowed; allowed: ${labelKey}.`,
    ),
    together(
        { placement: { epp: { affinity: { podAntiAfinity: {} } } } },
        "placement.epp.affinity.podAntiAfinity: unknown setting; did you mean placement.epp.affinity.podAntiAffinity? Allowed here: nodeAffinity, podAffinity, podAntiAffinity.",
    ),
    ...pairs(
        [
            { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "" }] } },
            `podAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey: "" is not allowed; allowed: ${labelKey}.`,
        ],
        [
            {
                nodeAffinity: {
                    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
                },
            },
            "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight: 0 is not allowed; allowed: a whole number from 1 to 100.",
        ],
        [
            { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
            "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: [] is not allowed; allowed: a list of at least one term.",
        ],
        [
            {
                podAntiAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: [
                        { topologyKey: "zone", matchLabelKeys: ["pod-template-hash"] },
                    ],
                },
            },
            'podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0: {"topologyKey":"zone","matchLabelKeys":["pod-template-hash"]} is not allowed; allowed: matchLabelKeys and mismatchLabelKeys beside a labelSelector, and no key of matchLabelKeys in the others.',
        ],
    ).map(([affinity, message]) =>
        together({ placement: { decode: { affinity } } }, `placement.decode.affinity.${message}`),
    ),
    // What the CRDs of Gateway API limit.
    bad("routing.hostnames", ["a..b"], hostname, 0),
    bad("routing.hostnames", ["-a.b"], hostname, 0),
    bad("routing.hostnames", ["192.0.2.7"], hostname, 0),
    bad("routing.hostnames", [..."abcdefghijklmnopq"], hostnames),
    badName("routing.headers", "x tenant", headerName),
    badName("routing.headers", "x".repeat(257), headerName),
    bad("routing.headers", { "x-tenant": " blue" }, headerValue, "x-tenant"),
    bad("models.llama.match.path", "/a/../b", matchPath),
    bad("models.llama.match.path", "/.", matchPath),
    bad("models.llama.match.path", "/a//b", matchPath),
    bad("models.llama.match.path", "", matchPath),
    bad("models.llama.match.path", `/${"a".repeat(1024)}`, matchPath),
    together(
        { routing: { requestTimeout: "1m", backendRequestTimeout: "61s" } },
        'routing.backendRequestTimeout: "61s" is not allowed; allowed: at most routing.requestTimeout, which is "1m".',
    ),
    together(
        {
            routing: { headers: Object.fromEntries([..."abcdefghijklmnop"].map((name) => [name, "x"])) },
            models: { llama: { match: { modelName: true } } },
        },
        'routing.headers: ["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p"] is not allowed, because with models.llama.match the route matches 17 headers; allowed: at most 16 in all.',
    ),
    together(
        {
            routing: { headers: { "X-Tenant": "blue" } },
            models: { llama: { match: { header: { name: "x-tenant", value: "red" } } } },
        },
        'models.llama.match.header: {"x-tenant":"red"} is not allowed, because routing.headers asks for X-Tenant "blue"; allowed: another header, or the same value.',
    ),
    together(
        { routing: { headers: { "x-a": "1", "X-A": "2" } } },
        'routing.headers: {"X-A":"2"} is not allowed, because routing.headers asks for x-a "1"; allowed: another header, or the same value.',
    ),
    // Several models whose requests only look different.
    together(
        {
            models: {
                one: { match: { header: { name: "X-Team", value: "a" } } },
                two: { match: { header: { name: "x-team", value: "a" } } },
            },
        },
        'models.two.match: {"modelName":false,"header":{"name":"x-team","value":"a"}} is not allowed; allowed: another match than that of models.one.',
    ),
    together(
        { models: { one: { match: { path: "/m" } }, two: { match: { path: "/m/" } } } },
        'models.two.match: {"modelName":false,"path":"/m/"} is not allowed; allowed: another match than that of models.one.',
    ),
    together(
        {
            models: {
                one: { match: { modelName: true }, simulator: { model: "m" } },
                two: { match: { header: { name: "x-gateway-model-name", value: "m" } } },
            },
        },
        'models.two.match: {"modelName":false,"header":{"name":"x-gateway-model-name","value":"m"}} is not allowed; allowed: another match than that of models.one.',
    ),
    // Lists that Kubernetes keeps by name, and names that objects of JavaScript have by themselves.
    bad("images.pullSecrets", ["a", "b", "a"], "a list of Secret names, each once"),
    together(
        {
            registry: { server: "ghcr.io", username: "robot", password: "hunter2" },
            images: { pullSecrets: ["infra-inference-scheduling-registry"] },
        },
        'images.pullSecrets: ["infra-inference-scheduling-registry"] is not allowed with registry.server, which makes infra-inference-scheduling-registry; allowed: the names of other Secrets.',
    ),
    ...["models", "objectives", "routing.headers", "placement.decode.nodeSelector"].map((setting) => ({
        ...bad(setting, JSON.parse('{"__proto__": {}}'), ""),
        messages: [`${setting}: the name "__proto__" is not allowed; allowed: another name.`],
    })),
    badName("objectives", "Interactive_Chat", dnsLabel),
    badName("models", "llama.8b", dnsLabel),
    // Arguments and variables that go through to programs.
    bad("epp.extraArgs", ["-v=3"], flagWithValue, 0),
    bad("epp.extraArgs", ["--enable-pprof"], flagWithValue, 0),
    bad("epp.extraArgs", ["enable-pprof=true"], flagWithValue, 0),
    bad("epp.extraArgs", "--enable-pprof=true", "a list of flags with their values, e.g. --name=value"),
    bad("simulator.extraArgs", [7], flagWithValue, 0),
    together(
        { epp: { extraArgs: ["--enable-pprof=true", "--enable-pproff=true"] } },
        'epp.extraArgs.1: "--enable-pproff=true" is not allowed, because EPP 0.10 has no --enable-pproff; allowed: its flags, of which the nearest is --enable-pprof.',
    ),
    together(
        { epp: { extraArgs: ["--model-server-metrics-path=/metrics"] } },
        'epp.extraArgs.0: "--model-server-metrics-path=/metrics" is not allowed, because EPP 0.10 has no --model-server-metrics-path; allowed: its flags, of which the nearest is --metrics-port.',
    ),
    together(
        { epp: { extraArgs: ["--lora-info-metric=vllm:lora_requests_info"] } },
        'epp.extraArgs.0: "--lora-info-metric=vllm:lora_requests_info" is not allowed, because EPP 0.10 refuses --lora-info-metric; allowed: other flags.',
    ),
    together(
        { epp: { extraArgs: ["--v=4"] } },
        'epp.extraArgs.0: "--v=4" is not allowed, because epp.logLevel sets --v; allowed: epp.logLevel, or other flags.',
    ),
    together(
        { epp: { extraArgs: ["--zap-log-level=debug"] } },
        'epp.extraArgs.0: "--zap-log-level=debug" is not allowed, because epp.logLevel sets --zap-log-level; allowed: epp.logLevel, or other flags.',
    ),
    together(
        { epp: { extraArgs: ["--grpc-port=9005"] } },
        'epp.extraArgs.0: "--grpc-port=9005" is not allowed, because the program sets --grpc-port itself; allowed: other flags.',
    ),
    together(
        { epp: { extraArgs: ["--enable-pprof=true", "--enable-pprof=false"] } },
        'epp.extraArgs.1: "--enable-pprof=false" is not allowed, because it is there already; allowed: each flag once.',
    ),
    together(
        { models: { a: { epp: { extraArgs: ["--tracing=true"] } } } },
        'models.a.epp.extraArgs.0: "--tracing=true" is not allowed, because epp.tracing sets --tracing; allowed: epp.tracing, or other flags.',
    ),
    together(
        { simulator: { extraArgs: ["--zmq-endpiont=tcp://a:5557"] } },
        'simulator.extraArgs.0: "--zmq-endpiont=tcp://a:5557" is not allowed, because simulator 0.10 has no --zmq-endpiont; allowed: its flags, of which the nearest is --zmq-endpoint.',
    ),
    together(
        {
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.10.0" },
            simulator: { extraArgs: ["--omni=true"] },
        },
        'simulator.extraArgs.0: "--omni=true" is not allowed, because simulator 0.10 has no --omni; allowed: its flags, of which the nearest is --v.',
    ),
    together(
        { simulator: { extraArgs: ["--served-model-name=a"] } },
        'simulator.extraArgs.0: "--served-model-name=a" is not allowed, because simulator.servedModelNames sets --served-model-name; allowed: simulator.servedModelNames, or other flags.',
    ),
    badName("epp.env", "1ST", "the name of a variable: letters, digits and _, no digit first"),
    bad("epp.env", { GOGC: 100 }, "text in quotes, or an object with secretName and key", "GOGC"),
    bad(
        "simulator.env",
        { HF_TOKEN: { secretName: "hf" } },
        "text in quotes, or an object with secretName and key",
        "HF_TOKEN",
    ),
    together(
        { epp: { env: { POD_NAME: "epp-0" } } },
        'epp.env: {"POD_NAME":"epp-0"} is not allowed, because the program sets POD_NAME itself; allowed: other variables.',
    ),
    together(
        { epp: { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4317" } } },
        'epp.env: {"OTEL_EXPORTER_OTLP_ENDPOINT":"http://otel:4317"} is not allowed, because epp.otlpEndpoint sets OTEL_EXPORTER_OTLP_ENDPOINT; allowed: epp.otlpEndpoint, or other variables.',
    ),
    together(
        { simulator: { env: { POD_IP: "10.0.0.1" } } },
        'simulator.env: {"POD_IP":"10.0.0.1"} is not allowed, because the program sets POD_IP itself; allowed: other variables.',
    ),
    // What a release does not have.
    ...["allowExperimentalPlugins", "emitEndpointScores"].map((setting) =>
        together(
            { epp: { [setting]: true }, images: { epp: "registry.example.com/epp:v0.9.0" } },
            `epp.${setting}: true is not allowed with EPP 0.9, which has no --${setting === "emitEndpointScores" ? "emit-endpoint-scores" : "allow-experimental-plugins"}; allowed: EPP 0.10 or later, or no epp.${setting}.`,
        ),
    ),
    together(
        { epp: { drainTimeout: "45s" }, images: { epp: "registry.example.com/epp:v0.9.0" } },
        'epp.drainTimeout: "45s" is not allowed with EPP 0.9, which has no --drain-timeout; allowed: EPP 0.10 or later, or no epp.drainTimeout.',
    ),
    bad("epp.drainTimeout", "11m", `${duration}, at most 10m`),
    together(
        {
            simulator: { startupDelay: "10s" },
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2" },
        },
        'simulator.startupDelay: "10s" is not allowed with simulator 0.8, which has no --startup-duration; allowed: simulator 0.9 or later, or no simulator.startupDelay.',
    ),
    together(
        { simulator: { startupDelay: "5m" } },
        'simulator.startupDelay: "5m" is not allowed, because `pulumi up` would give up first; allowed: less than readiness.timeoutSeconds, which is 300.',
    ),
    together(
        {
            ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            epp: { objectiveGroup: "llm-d.ai" },
            images: { epp: "registry.example.com/llm-d-inference-scheduler:v0.8.0" },
        },
        'epp.objectiveGroup: "llm-d.ai" is not allowed with EPP 0.8; allowed: one of inference.networking.x-k8s.io.',
    ),
    bad(
        "epp.objectiveGroup",
        "inference.networking.k8s.io",
        "one of inference.networking.x-k8s.io, llm-d.ai",
    ),
    // Names of models, and failures.
    bad("simulator.servedModelNames", ["a", "a"], "a list of model names, each once"),
    bad("simulator.loraModules", ["a", "--b"], modelNameAllowed, 1),
    together(
        { simulator: { loraModules: ["random"] } },
        'simulator.loraModules: ["random"] is not allowed, because the model itself is called random; allowed: names of adapters alone.',
    ),
    together(
        { models: { a: { match: { modelName: true }, simulator: { loraModules: ["x"] } } } },
        "models.a.match.modelName: true is not allowed with several names that requests may give, of which a route matches random alone; allowed: match.path or match.header, or one name.",
    ),
    bad("simulator.failureInjection.rate", 101, "a whole number from 0 to 100"),
    bad(
        "simulator.failureInjection.types",
        ["timeout"],
        "one of rate_limit, invalid_api_key, context_length, server_error, invalid_request, model_not_found",
        0,
    ),
    together(
        { simulator: { failureInjection: { types: ["rate_limit"] } } },
        "simulator.failureInjection.rate: 0 is not allowed with simulator.failureInjection.types; allowed: a whole number from 1 to 100.",
    ),
    // What clusters differ in.
    bad("gateway.istioRevision", "1.28.5", "a revision or a tag, e.g. canary or 1-28-5"),
    bad("routing.referenceGrantVersion", "v1alpha2", "one of v1beta1, v1"),
    bad("pods.fixedUser", "no", "true or false"),
    bad("monitoring.interval", "15", "a duration of Prometheus, e.g. 15s or 1m"),
    bad(
        "monitoring.tokenSecret",
        "token",
        "an object with the Secret's name, and key, which is token by default",
    ),
    together(
        { monitoring: { interval: "15s" } },
        "monitoring.monitors: false is not allowed with monitoring.interval; allowed: true.",
    ),
    together(
        { monitoring: { monitors: true, labels: { "app.kubernetes.io/name": "x" } } },
        'monitoring.labels: {"app.kubernetes.io/name":"x"} is not allowed, because the stack sets that label itself; allowed: other labels.',
    ),
    together(
        { monitoring: { monitors: true, tokenSecret: { name: "prometheus" } } },
        'monitoring.tokenSecret: {"name":"prometheus","key":"token"} is not allowed, because no metrics ask for a token; allowed: epp.metricsAuth true, or no tokenSecret.',
    ),
    // Certificates of the EPP.
    together(
        { epp: { tls: { secretName: "epp" } } },
        "epp.tls.ca: not set is not allowed in epp.tls, because the certificate would be checked against nothing; allowed: epp.tls.ca, or epp.tls.caSecretName.",
    ),
    together(
        { epp: { tls: { caSecretName: "ca" } } },
        "epp.tls.certificate: not set is not allowed in epp.tls; allowed: epp.tls.certificate and epp.tls.key together, or epp.tls.secretName.",
    ),
    // Amounts, compared as Kubernetes compares them.
    together(
        { gateway: { resources: { limits: { cpu: "50m" } } } },
        'gateway.resources.limits.cpu: "50m" is not allowed; allowed: at least gateway.resources.requests.cpu, which is "100m".',
    ),
    together(
        {
            resources: {
                decode: {
                    requests: { memory: "9007199254740993" },
                    limits: { memory: "9007199254740992" },
                },
            },
        },
        'resources.decode.limits.memory: "9007199254740992" is not allowed; allowed: at least resources.decode.requests.memory, which is "9007199254740993".',
    ),
    bad("simulator.timeToFirstToken", "9223372037s", duration),
    bad("simulator.interTokenLatency", "9".repeat(70) + "s", duration),
    together(
        { gateway: { className: "c".repeat(40) } },
        `gateway.className: "${"c".repeat(40)}" is not allowed, because it makes the name infra-inference-scheduling-inference-gateway-${"c".repeat(40)} of 85 characters; allowed: at most 18 characters.`,
    ),
    together(
        { namespaces: { simulator: "default" } },
        'namespaces.simulator: "default" is not allowed with namespaces.create, because every cluster has it; allowed: a namespace of the stack\'s own, or namespaces.create false.',
    ),
    together(
        {
            ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            epp: { plugins: "custom", customConfig: largePickerConfig() },
        },
        `epp.customConfig: an EndpointPickerConfig of ${String(Buffer.byteLength(stringify(largePickerConfig())))} bytes is not allowed, because a ConfigMap holds it; allowed: at most 1048576 bytes.`,
    ),
    together(
        { epp: { customConfig: nested(100) } },
        "epp.customConfig.a: a value nested more than 64 levels deep is not allowed; allowed: fewer levels.",
    ),
];
