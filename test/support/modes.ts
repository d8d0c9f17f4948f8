/** The config of each mode that the program can be in, by the name of its golden file. */
export const modes: Record<string, Record<string, unknown>> = {
    scheduler: {},
    "scoring-not-obeyed": { extProc: { enabled: true } },
    "scoring-not-obeyed-replicated": {
        extProc: { enabled: true, failureMode: "FailOpen", messageTimeout: "250ms" },
        replicas: { decode: 5, prefill: 2, epp: 2 },
        namespaces: { create: false },
        gateway: { serviceType: "NodePort" },
        readiness: { gateway: false },
    },
    scoring: { extProc: { enabled: true }, routing: { backend: "InferencePool" } },
    "scoring-everything": {
        extProc: { enabled: true },
        routing: {
            backend: "InferencePool",
            hostnames: ["llm.example.com"],
            headers: { "x-tenant": "blue" },
            requestTimeout: "30s",
            backendRequestTimeout: "25s",
        },
        gateway: {
            serviceAnnotations: { "example.com/load-balancer": "internal" },
            tlsSecretName: "gateway-tls",
        },
        replicas: { decode: 4, prefill: 2, epp: 2 },
        images: { pullSecrets: ["registry"] },
        epp: {
            tracing: true,
            otlpEndpoint: "http://otel.observability:4317",
            metricsAuth: true,
            logLevel: 4,
        },
        placement: {
            decode: {
                nodeSelector: { "node.example.com/pool": "gpu" },
                tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }],
                priorityClassName: "serving",
            },
        },
        autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6 },
        objectives: { interactive: 10, batch: -10 },
        monitoring: { monitors: true },
        networkPolicies: { enabled: true },
    },
    // A cluster with an Istio by revision, users of its own, a certificate authority and a strict Prometheus.
    "scoring-own-site": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        gateway: { istioRevision: "canary" },
        epp: {
            plugins: "optimized-baseline",
            metricsAuth: true,
            drainTimeout: "3m",
            emitEndpointScores: true,
            tls: { secretName: "epp-certificate", caSecretName: "epp-ca" },
            extraArgs: ["--enable-pprof=true"],
            env: { GOGC: "200" },
        },
        simulator: {
            model: "meta-llama/Llama-3.1-8B-Instruct",
            servedModelNames: ["llama"],
            loraModules: ["summaries"],
            startupDelay: "5s",
            failureInjection: { rate: 1, types: ["rate_limit"] },
            extraArgs: ["--max-loras=2"],
            env: { HF_TOKEN: { secretName: "hugging-face", key: "token" } },
        },
        objectives: { batch: -10 },
        monitoring: {
            monitors: true,
            labels: { release: "kube-prometheus-stack" },
            interval: "15s",
            tokenSecret: { name: "prometheus-token" },
        },
        pods: { fixedUser: false },
    },
    "scoring-pd-disaggregated": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        epp: { plugins: "pd-disaggregated" },
    },
    "scoring-precise": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        epp: { plugins: "precise-prefix-cache" },
        networkPolicies: { enabled: true },
    },
    "scoring-oldest-versions": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        images: {
            epp: "registry.example.com/llm-d/llm-d-inference-scheduler:v0.4.0",
            simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.7.1",
        },
    },
    "scoring-newest-read": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        images: { epp: "registry.example.com/llm-d/llm-d-inference-scheduler:v0.8.0" },
    },
    "several-models": {
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
        replicas: { decode: 2 },
        models: {
            llama: { simulator: { model: "meta-llama/Llama-3.1-8B-Instruct" }, match: { modelName: true } },
            qwen: {
                simulator: { model: "Qwen/Qwen3-8B" },
                match: { path: "/qwen" },
                replicas: { prefill: 0 },
            },
            canary: { modelRelease: "next", match: { header: { name: "x-canary", value: "yes" } } },
        },
    },
    // Two releases beside the one whose requests they take a part of.
    rollout: {
        extProc: { enabled: true },
        routing: { backend: "InferencePool", headers: { "x-tenant": "blue" } },
        replicas: { decode: 2, prefill: 0 },
        models: {
            stable: { match: { path: "/random" } },
            next: { rollout: { of: "stable", weight: 25 } },
            trial: { rollout: { of: "stable", weight: 5, header: { name: "x-trial", value: "yes" } } },
        },
    },
};
