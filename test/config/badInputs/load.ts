import type { BadInput } from "./badInput";
import { topLevel, bad } from "./badInput";

/** Autoscaling, latency and what else is about load. */
export const load: BadInput[] = [
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
];
