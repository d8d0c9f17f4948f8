/**
 * What each released endpoint picker (EPP) accepts, as far as the rules need it. "GIE" is
 * kubernetes-sigs/gateway-api-inference-extension, "scheduler" is llm-d/llm-d-inference-scheduler, "router" its later
 * name. Read in the module sources of GIE 1.2.0, 1.3.1, 1.4.0 and 1.5.0 and of scheduler 0.4.0 and 0.7.1.
 */

/** Where the prefix cache scorer is told the size of a KV cache block. */
export interface PrefixBlockSetting {
    readonly plugin: string;
    readonly parameter: "blockSize" | "blockSizeTokens";
    /** How many of what it counts one token stands for: GIE takes a token for four characters. */
    readonly perToken: number;
    /** Its value where nothing sets it. */
    readonly byDefault: number;
}

/** One minor version of the EPP. */
export interface EppRelease {
    readonly minor: string;
    readonly gie: string;
    /** Whether the flags and plugins below are all there are; of newer versions they are a lower bound. */
    readonly complete: boolean;
    readonly flags: ReadonlySet<string>;
    /** Flags that are parsed, and then refused at start. */
    readonly refusedFlags: ReadonlySet<string>;
    /** Parses with Go's own flag package, for which one dash is as good as two. */
    readonly oneDash: boolean;
    /**
     * Exits at start without a pool's name, and refuses one beside `--endpoint-selector`, so that it cannot do without a
     * pool (GIE#2858, mended by GIE#2862 after 1.5.0).
     */
    readonly needsPool: boolean;
    /** Refuses to start without a configuration. */
    readonly configRequired: boolean;
    readonly configVersions: readonly string[];
    readonly plugins: ReadonlySet<string>;
    readonly wholeWeights: boolean;
    readonly prefixBlock: PrefixBlockSetting;
    /** The model servers' metric of KV cache usage that it reads. */
    readonly kvCacheMetric: string;
    /** Reads names of metrics from `engineConfigs`; GIE 1.4 does so only behind an experimental feature gate. */
    readonly engineConfigs: boolean;
    /** Reads InferenceModelRewrites. */
    readonly modelRewrites: boolean;
}

/** Flags that are `true` when they stand alone, and take no value from the next argument. */
export const booleanFlags: ReadonlySet<string> = new Set([
    "disable-endpoint-subset-filter",
    "enable-cert-reload",
    "enable-pprof",
    "ha-enable-leader-election",
    "health-checking",
    "metrics-endpoint-auth",
    "model-server-metrics-https-insecure-skip-verify",
    "secure-serving",
    "tracing",
    "zap-devel",
]);

/** GIE 1.2.0 `cmd/epp/runner/runner.go`; zap's are controller-runtime's `Options.BindFlags`. */
const flagsOfGie12 = [
    "cache-info-metric",
    "cert-path",
    "config-file",
    "config-text",
    "enable-pprof",
    "endpoint-selector",
    "endpoint-target-ports",
    "grpc-health-port",
    "grpc-port",
    "ha-enable-leader-election",
    "health-checking",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "metrics-endpoint-auth",
    "metrics-port",
    "metrics-staleness-threshold",
    "model-server-metrics-https-insecure-skip-verify",
    "model-server-metrics-path",
    "model-server-metrics-port",
    "model-server-metrics-scheme",
    "pool-group",
    "pool-name",
    "pool-namespace",
    "refresh-metrics-interval",
    "refresh-prometheus-metrics-interval",
    "secure-serving",
    "total-queued-requests-metric",
    "tracing",
    "v",
    "zap-devel",
    "zap-encoder",
    "zap-log-level",
    "zap-stacktrace-level",
    "zap-time-encoding",
];

/** GIE 1.3.1, 1.4.0 and 1.5.0 `pkg/epp/server/options.go`, which know the same flags. */
const flagsOfGie13 = new Set([
    ...flagsOfGie12,
    "disable-endpoint-subset-filter",
    "enable-cert-reload",
    "total-running-requests-metric",
]);

/** GIE 1.4.0 and 1.5.0 `Options.Validate`: the metrics are named by `engineConfigs` in the configuration. */
const refusedSinceGie14 = new Set([
    "cache-info-metric",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "total-queued-requests-metric",
    "total-running-requests-metric",
]);

const gpuCacheUsage = "vllm:gpu_cache_usage_perc";
const kvCacheUsage = "vllm:kv_cache_usage_perc";

const gieConfig = "inference.networking.x-k8s.io/v1alpha1";
/** The router's own group, since it left GIE's (router#972). */
const routerConfig = "llm-d.ai/v1alpha1";

/** GIE 1.2.0 `cmd/epp/runner/runner.go`, scheduler 0.4.0 `pkg/plugins/register.go`. */
const pluginsOf04 = [
    "active-request-scorer",
    "by-label",
    "by-label-selector",
    "data-parallel-profile-handler",
    "decode-filter",
    "destination-endpoint-served-verifier",
    "header-based-testing-filter",
    "kv-cache-utilization-scorer",
    "load-aware-scorer",
    "lora-affinity-scorer",
    "max-score-picker",
    "no-hit-lru-scorer",
    "pd-profile-handler",
    "precise-prefix-cache-scorer",
    "prefill-filter",
    "prefill-header-handler",
    "prefix-cache-scorer",
    "queue-scorer",
    "random-picker",
    "session-affinity-scorer",
    "single-profile-handler",
    "weighted-random-picker",
];

/** GIE 1.3.1; the scheduler's own are those that 0.4.0 and 0.7.1 share. */
const pluginsOf05 = [
    ...pluginsOf04,
    "metrics-data-source",
    "model-server-protocol-metrics",
    "predicted-latency-scorer",
    "running-requests-size-scorer",
];

/** GIE 1.4.0, scheduler 0.7.1. */
const pluginsOf07 = [
    ...pluginsOf05,
    "always-disagg-multimodal-decider",
    "always-disagg-pd-decider",
    "context-length-aware",
    "disagg-headers-handler",
    "disagg-profile-handler",
    "edf-ordering-policy",
    "encode-filter",
    "fcfs-ordering-policy",
    "global-strict-fairness-policy",
    "k8s-notification-source",
    "model-server-protocol-models",
    "models-data-source",
    "prefix-based-pd-decider",
    "request-attribute-reporter",
    "round-robin-fairness-policy",
    "tokenizer",
];

/** GIE 1.5.0, which renamed `model-server-protocol-metrics`; the scheduler's own are those of 0.7.1. */
const pluginsOf08 = [
    ...pluginsOf07.filter((plugin) => plugin !== "model-server-protocol-metrics"),
    "approx-prefix-cache-producer",
    "concurrency-detector",
    "core-metrics-extractor",
    "endpoint-notification-source",
    "inflight-load-producer",
    "latency-scorer",
    "latency-slo-admitter",
    "openai-parser",
    "passthrough-parser",
    "predicted-latency-producer",
    "prefix-cache-affinity-filter",
    "slo-deadline-ordering-policy",
    "slo-headroom-tier-filter",
    "static-usage-limit-policy",
    "token-load-scorer",
    "utilization-detector",
    "vllmgrpc-parser",
];

const scorerCharacters: PrefixBlockSetting = {
    plugin: "prefix-cache-scorer",
    parameter: "blockSize",
    perToken: 4,
    byDefault: 64,
};
const producerTokens: PrefixBlockSetting = {
    plugin: "approx-prefix-cache-producer",
    parameter: "blockSizeTokens",
    perToken: 1,
    byDefault: 16,
};

const release08: EppRelease = {
    minor: "0.8",
    gie: "1.5",
    complete: true,
    flags: flagsOfGie13,
    refusedFlags: refusedSinceGie14,
    oneDash: false,
    needsPool: true,
    configRequired: false,
    configVersions: [gieConfig],
    plugins: new Set(pluginsOf08),
    wholeWeights: false,
    prefixBlock: producerTokens,
    kvCacheMetric: kvCacheUsage,
    engineConfigs: true,
    modelRewrites: true,
};

/** Oldest first. On which GIE the scheduler's 0.6 is built was not read anywhere, so it is not here. */
export const eppReleases: readonly EppRelease[] = [
    {
        ...release08,
        minor: "0.4",
        gie: "1.2",
        // controller-runtime puts `kubeconfig` on Go's own flag set, which later versions do not parse.
        flags: new Set([...flagsOfGie12, "kubeconfig"]),
        refusedFlags: new Set(),
        oneDash: true,
        needsPool: false,
        plugins: new Set(pluginsOf04),
        wholeWeights: true,
        prefixBlock: scorerCharacters,
        kvCacheMetric: gpuCacheUsage,
        engineConfigs: false,
        modelRewrites: false,
    },
    {
        ...release08,
        minor: "0.5",
        gie: "1.3",
        refusedFlags: new Set(),
        needsPool: false,
        configRequired: true,
        plugins: new Set(pluginsOf05),
        wholeWeights: true,
        prefixBlock: scorerCharacters,
        engineConfigs: false,
    },
    {
        ...release08,
        minor: "0.7",
        gie: "1.4",
        engineConfigs: false,
        plugins: new Set(pluginsOf07),
        prefixBlock: { ...producerTokens, plugin: "prefix-cache-scorer" },
    },
    release08,
    ...["0.9", "0.10"].map((minor) => ({
        ...release08,
        minor,
        complete: false,
        needsPool: false,
        configVersions: [routerConfig, gieConfig],
    })),
];
