import type { BadInput } from "./badInput";
import { bad, together } from "./badInput";

/** Models, and which requests come to them; objectives, images and configurations that do not go together. */
export const models: BadInput[] = [
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
];
