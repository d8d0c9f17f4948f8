import type { EppRelease, IstioRelease, PluginType, SimulatorRelease } from "./types";

/**
 * What each released version can do. "GIE" is kubernetes-sigs/gateway-api-inference-extension, "scheduler" is
 * llm-d/llm-d-inference-scheduler, "router" is its later name llm-d/llm-d-router, "sim" is llm-d/llm-d-inference-sim.
 * Read in module sources: GIE 1.2.0, 1.3.1, 1.4.0, 1.5.0, scheduler 0.4.0, 0.7.1, sim 0.10.2. What is said of other
 * versions comes from the issues and pull requests named beside it, or follows from both neighbours.
 */

/** GIE's estimate of characters per token (`averageCharactersPerToken`, GIE 1.2.0 to 1.5.0 and scheduler 0.7.1). */
export const charactersPerToken = 4;

/** The model servers' block where nothing sets it (GIE: 64 characters or 16 tokens; vLLM and sim: 16 tokens). */
export const defaultBlockTokens = 16;

/** Services of the gRPC health server under leader election (GIE 1.2.0 and 1.5.0 `cmd/epp/runner/health.go`). */
export const eppHealthServices = { liveness: "liveness", readiness: "readiness" } as const;

/** `--tracing` is on unless turned off (GIE 1.2.0 `runner.go`; 1.3.1 to 1.5.0 and router `server/options.go`). */
export const tracingDefault = true;

/** GIE 1.2.0 `cmd/epp/runner/runner.go`; zap's flags are controller-runtime's `Options.BindFlags`. */
const flags12 = [
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

/** GIE 1.3.1, 1.4.0 and 1.5.0 `pkg/epp/server/options.go`: the three know the same flags. */
const flags13 = [
    ...flags12,
    "disable-endpoint-subset-filter",
    "enable-cert-reload",
    "total-running-requests-metric",
];

/** router#1940 and kserve#5877: gone in 0.10, for parameters of the metrics-data-source. */
const flags010 = flags13.filter((flag) => !flag.startsWith("model-server-metrics-"));

/** GIE 1.4.0 and 1.5.0 `options.Validate`, and router `server/options.go`: use `engineConfigs` instead. */
const refusedMetricFlags = [
    "cache-info-metric",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "total-queued-requests-metric",
    "total-running-requests-metric",
];

/** `+groupName` of GIE 1.2.0 to 1.5.0 `apix/config/v1alpha1`. */
const gieConfig = "inference.networking.x-k8s.io/v1alpha1";
/** router#972: from 0.9; the older group is deprecated and goes in 0.11 (router#1298). */
const llmdConfig = "llm-d.ai/v1alpha1";

const gieObjectives = "inference.networking.x-k8s.io";

/** GIE <= 1.2 reads the old name (`pkg/epp/server/runserver.go`), >= 1.3 the new one (`server/options.go`). */
const gpuCacheUsage = "vllm:gpu_cache_usage_perc";
const kvCacheUsage = "vllm:kv_cache_usage_perc";

/** Released EPPs, oldest first. There is no matrix of 0.6: its GIE level is not recorded anywhere that was read. */
export const eppReleases: readonly EppRelease[] = [
    {
        minor: "0.4",
        image: "llm-d-inference-scheduler",
        gie: "1.2",
        evidence: "complete",
        // controller-runtime registers `kubeconfig` on the standard flag set, which only GIE <= 1.2 parses.
        flags: [...flags12, "kubeconfig"],
        refusedFlags: [],
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl"],
        wholeWeights: true,
        prefixBlockPlugin: "prefix-cache-scorer",
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        kvCacheMetric: { name: gpuCacheUsage, rename: "flag" },
        objectiveGroups: [gieObjectives],
        // GIE 1.2.0 `controller_manager.go` always caches InferenceObjectives.
        needsObjectiveCrd: true,
        // Seen: llm-d 0.4.0 on GIE 1.2.0.
        standalone: true,
        modelRewrites: false,
    },
    {
        minor: "0.5",
        image: "llm-d-inference-scheduler",
        gie: "1.3",
        // GIE 1.3.1 was read; the scheduler's own plugins are those that 0.4.0 and 0.7.1 share.
        evidence: "complete",
        flags: flags13,
        refusedFlags: [],
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl", "prepareDataPlugins"],
        wholeWeights: true,
        prefixBlockPlugin: "prefix-cache-scorer",
        // The decider came with router#531, which waited for GIE 1.4's token blocks.
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        kvCacheMetric: { name: kvCacheUsage, rename: "flag" },
        objectiveGroups: [gieObjectives],
        // GIE 1.3.1 `controller_config.go` asks discovery for both CRDs first.
        needsObjectiveCrd: false,
        // GIE 1.3.1 `runner.go` has no such check.
        standalone: true,
        modelRewrites: true,
    },
    {
        minor: "0.7",
        image: "llm-d-inference-scheduler",
        gie: "1.4",
        evidence: "complete",
        flags: flags13,
        // GIE 1.4.0 already refuses them, not only 1.5.
        refusedFlags: refusedMetricFlags,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl", "prepareDataPlugins"],
        wholeWeights: false,
        prefixBlockPlugin: "prefix-cache-scorer",
        // scheduler 0.7.1 `deploy/config/pd-epp-config.yaml`.
        disaggregation: {
            form: "decider",
            headersHandler: "disagg-headers-handler",
            featureGates: ["prepareDataPlugins"],
        },
        // engineConfigs exist, but are read only behind the experimental dataLayer gate (GIE 1.4.0 `runner.go`).
        kvCacheMetric: { name: kvCacheUsage, rename: "none" },
        objectiveGroups: [gieObjectives],
        needsObjectiveCrd: false,
        standalone: false,
        modelRewrites: true,
    },
    {
        minor: "0.8",
        image: "llm-d-inference-scheduler",
        gie: "1.5",
        // GIE 1.5.0 was read; the scheduler's own plugins are those that 0.7.1 and the router share.
        evidence: "complete",
        flags: flags13,
        refusedFlags: refusedMetricFlags,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "enableLegacyMetrics", "flowControl"],
        wholeWeights: false,
        prefixBlockPlugin: "approx-prefix-cache-producer",
        // router#905 folded the headers into the profile handler about when 0.8.0 was cut; both together are harmless.
        disaggregation: { form: "decider", headersHandler: "disagg-headers-handler", featureGates: [] },
        kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
        objectiveGroups: [gieObjectives],
        needsObjectiveCrd: false,
        // GIE 1.5.0 was seen to exit. Whether 0.8.0 itself carries the later fix could not be read.
        standalone: false,
        modelRewrites: true,
    },
    {
        minor: "0.9",
        image: "llm-d-router-endpoint-picker",
        gie: "1.5",
        // No source of exactly 0.9 was read: release notes, charts and pull requests of its time.
        evidence: "partial",
        flags: flags13,
        refusedFlags: refusedMetricFlags,
        configApiVersions: [llmdConfig, gieConfig],
        wholeWeights: false,
        prefixBlockPlugin: "approx-prefix-cache-producer",
        disaggregation: { form: "decider", featureGates: [] },
        kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
        // Both groups are in the rules of the router's own charts (`config/charts/*/templates/rbac.yaml`).
        objectiveGroups: [gieObjectives, "llm-d.ai"],
        needsObjectiveCrd: false,
        // The router's own `runner.go` takes the name from the Deployment.
        standalone: true,
        modelRewrites: true,
    },
    {
        minor: "0.10",
        image: "llm-d-router-endpoint-picker",
        gie: "1.5",
        evidence: "partial",
        flags: flags010,
        refusedFlags: refusedMetricFlags,
        // vllm-project/semantic-router#3408 runs v0.10.0 with this group.
        configApiVersions: [llmdConfig, gieConfig],
        wholeWeights: false,
        prefixBlockPlugin: "approx-prefix-cache-producer",
        disaggregation: { form: "decider", featureGates: [] },
        kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
        objectiveGroups: [gieObjectives, "llm-d.ai"],
        needsObjectiveCrd: false,
        standalone: true,
        modelRewrites: true,
    },
];

/** sim 0.10.2 `pkg/common/config.go`; sim never took another (reference of 0.5 to 0.10). */
const blockSizes = [8, 16, 32, 64, 128];

/**
 * Released simulators, oldest first. Latency formats of 0.5 to 0.9 and the metric's rename between 0.6 and 0.7
 * (sim#307) were checked upstream before, not again. `/health/ready` came with sim#457 between 0.8.2 and 0.9.0;
 * before it `/ready` said the same. The pod headers are older than 0.5 (sim#230 and the README of 0.2).
 */
export const simulatorReleases: readonly SimulatorRelease[] = [
    {
        minor: "0.5",
        latency: "milliseconds",
        kvCacheMetric: gpuCacheUsage,
        tokenizer: "hub",
        readinessPath: "/ready",
        podHeaders: true,
        blockSizes,
    },
    {
        minor: "0.6",
        latency: "milliseconds",
        kvCacheMetric: gpuCacheUsage,
        tokenizer: "hub",
        readinessPath: "/ready",
        podHeaders: true,
        blockSizes,
    },
    {
        minor: "0.7",
        latency: "either",
        kvCacheMetric: kvCacheUsage,
        tokenizer: "hub",
        readinessPath: "/ready",
        podHeaders: true,
        blockSizes,
    },
    {
        minor: "0.8",
        latency: "either",
        kvCacheMetric: kvCacheUsage,
        // sim#386: the tokenizer became a sidecar behind a Unix socket.
        tokenizer: "uds",
        readinessPath: "/ready",
        podHeaders: true,
        blockSizes,
    },
    {
        minor: "0.9",
        latency: "duration",
        kvCacheMetric: kvCacheUsage,
        // llm-d-autoscaling#1221: vLLM's render service for real models, a regular expression for dummy names.
        tokenizer: "render",
        readinessPath: "/health/ready",
        podHeaders: true,
        blockSizes,
    },
    {
        minor: "0.10",
        latency: "duration",
        kvCacheMetric: kvCacheUsage,
        tokenizer: "render",
        // sim#502 and sim 0.10.2 `pkg/common/parser.go`; deprecated in 0.11, gone in 0.13 (sim#652).
        dummyTokenizerFlag: "force-dummy-tokenizer",
        readinessPath: "/health/ready",
        podHeaders: true,
        blockSizes,
    },
];

/** istio 1.28 to 1.31 `pilot/pkg/features`; off by default in all. */
const poolFeatureFlag = "ENABLE_GATEWAY_API_INFERENCE_EXTENSION";

/**
 * Istio, oldest first. Pools: istio#57219 (1.27 serves v1alpha2, 1.28 v1) and istio#58392 (several pools, 1.28.5).
 * gatewayParameters: change notes of 1.26.0. Which bundle of the Gateway API each version was tested with could not
 * be read; all serve Gateway and HTTPRoute v1 and ReferenceGrant v1beta1, which is all this program writes.
 */
export const istioReleases: readonly IstioRelease[] = [
    { since: "1.26.0", poolVersions: [], manyPools: false, gatewayParameters: true },
    {
        since: "1.27.0",
        poolVersions: ["v1alpha2"],
        manyPools: false,
        poolFeatureFlag,
        gatewayParameters: true,
    },
    { since: "1.28.0", poolVersions: ["v1"], manyPools: false, poolFeatureFlag, gatewayParameters: true },
    { since: "1.28.5", poolVersions: ["v1"], manyPools: true, poolFeatureFlag, gatewayParameters: true },
    { since: "1.29.0", poolVersions: ["v1"], manyPools: true, poolFeatureFlag, gatewayParameters: true },
    { since: "1.30.0", poolVersions: ["v1"], manyPools: true, poolFeatureFlag, gatewayParameters: true },
    { since: "1.31.0", poolVersions: ["v1"], manyPools: true, poolFeatureFlag, gatewayParameters: true },
];

/**
 * A coherent set that works in every mode: EPP 0.5 is the newest whose flags and plugins are known from sources and that
 * finds pods with and without a pool; 0.10.2 is the simulator that the router's own CI uses (router#2030); Istio 1.28.5 is
 * the first with several pools on one Gateway.
 */
export const defaultVersions = {
    epp: "0.5.0",
    simulator: "0.10.2",
    istio: "1.28.5",
} as const;

const labelSelector = ["matchExpressions", "matchLabels"];
const httpSource = ["insecureSkipVerify", "path", "scheme"];
const picker = ["maxNumOfEndpoints"];
const prefix14 = [
    "autoTune",
    "blockSize",
    "blockSizeTokens",
    "lruCapacityPerServer",
    "maxPrefixBlocksToMatch",
];
const prefix15 = [...prefix14, "maxPrefixTokensToMatch"];

/**
 * Plugin types that an EPP registers: GIE `cmd/epp/runner/runner.go` (1.2.0, 1.3.1, 1.4.0, 1.5.0), scheduler
 * `pkg/plugins/register.go` (0.4.0, 0.7.1) and, for the router, `registerInTreePlugins` of a fork of mid 2026
 * (opendatahub-io/llm-d-router), of which only the types are listed whose names were read. Parameters are the json
 * names of each factory.
 */
export const pluginTypes: readonly PluginType[] = [
    // GIE: scheduling
    {
        type: "prefix-cache-scorer",
        kind: "scorer",
        since: "0.4",
        last: "0.5",
        parameters: ["autoTune", "blockSize", "lruCapacityPerServer", "maxPrefixBlocksToMatch"],
        block: { path: ["blockSize"], unit: "characters" },
    },
    {
        type: "prefix-cache-scorer",
        kind: "scorer",
        since: "0.7",
        last: "0.7",
        // GIE 1.4.0: `blockSize` alone is refused at start.
        parameters: prefix14,
        block: { path: ["blockSizeTokens"], unit: "tokens" },
    },
    {
        // GIE 1.5.0 `config/loader/configloader.go`: where no producer is listed, one is made of the scorer's parameters.
        type: "prefix-cache-scorer",
        kind: "scorer",
        since: "0.8",
        parameters: prefix15,
        block: { path: ["blockSizeTokens"], unit: "tokens" },
    },
    {
        type: "approx-prefix-cache-producer",
        kind: "other",
        since: "0.8",
        parameters: prefix15,
        block: { path: ["blockSizeTokens"], unit: "tokens" },
    },
    { type: "kv-cache-utilization-scorer", kind: "scorer", since: "0.4", parameters: [] },
    { type: "queue-scorer", kind: "scorer", since: "0.4", parameters: [] },
    { type: "lora-affinity-scorer", kind: "scorer", since: "0.4", parameters: [] },
    { type: "running-requests-size-scorer", kind: "scorer", since: "0.5", parameters: [] },
    { type: "predicted-latency-scorer", kind: "scorer", since: "0.5", last: "0.8" },
    { type: "token-load-scorer", kind: "scorer", since: "0.8", parameters: ["queueThresholdTokens"] },
    { type: "latency-scorer", kind: "scorer", since: "0.8" },
    {
        type: "prefix-cache-affinity-filter",
        kind: "filter",
        since: "0.8",
        parameters: ["affinityThreshold", "explorationProbability", "maxTTFTPenaltyMs"],
    },
    { type: "slo-headroom-tier-filter", kind: "filter", since: "0.8", parameters: ["epsilonExploreNeg"] },
    { type: "max-score-picker", kind: "picker", since: "0.4", parameters: picker },
    { type: "random-picker", kind: "picker", since: "0.4", parameters: picker },
    { type: "weighted-random-picker", kind: "picker", since: "0.4", parameters: picker },
    { type: "single-profile-handler", kind: "profile-handler", since: "0.4", parameters: [] },
    // GIE: for its own conformance tests
    { type: "header-based-testing-filter", kind: "filter", since: "0.4" },
    { type: "destination-endpoint-served-verifier", kind: "other", since: "0.4" },
    // GIE: data layer
    { type: "metrics-data-source", kind: "other", since: "0.5", last: "0.5" },
    { type: "metrics-data-source", kind: "other", since: "0.7", parameters: httpSource },
    { type: "model-server-protocol-metrics", kind: "other", since: "0.5", last: "0.5" },
    {
        type: "model-server-protocol-metrics",
        kind: "other",
        since: "0.7",
        last: "0.7",
        parameters: ["defaultEngine", "engineConfigs", "engineLabelKey"],
    },
    {
        // Renamed in GIE 1.5 (kserve#5545).
        type: "core-metrics-extractor",
        kind: "other",
        since: "0.8",
        parameters: ["defaultEngine", "engineConfigs", "engineLabelKey"],
    },
    {
        type: "k8s-notification-source",
        kind: "other",
        since: "0.7",
        parameters: ["group", "kind", "version"],
    },
    { type: "endpoint-notification-source", kind: "other", since: "0.8" },
    // GIE: requests and flow control
    { type: "request-attribute-reporter", kind: "other", since: "0.7", parameters: ["attributes"] },
    { type: "predicted-latency-producer", kind: "other", since: "0.8" },
    { type: "inflight-load-producer", kind: "other", since: "0.8" },
    { type: "latency-slo-admitter", kind: "other", since: "0.8" },
    { type: "openai-parser", kind: "other", since: "0.8" },
    { type: "passthrough-parser", kind: "other", since: "0.8" },
    { type: "vllmgrpc-parser", kind: "other", since: "0.8" },
    { type: "concurrency-detector", kind: "other", since: "0.8" },
    { type: "utilization-detector", kind: "other", since: "0.8" },
    { type: "global-strict-fairness-policy", kind: "other", since: "0.7" },
    { type: "round-robin-fairness-policy", kind: "other", since: "0.7" },
    { type: "fcfs-ordering-policy", kind: "other", since: "0.7" },
    { type: "edf-ordering-policy", kind: "other", since: "0.7" },
    { type: "slo-deadline-ordering-policy", kind: "other", since: "0.8" },
    { type: "static-usage-limit-policy", kind: "other", since: "0.8", parameters: ["threshold"] },
    // llm-d: filters
    { type: "decode-filter", kind: "filter", since: "0.4", parameters: [] },
    { type: "prefill-filter", kind: "filter", since: "0.4", parameters: [] },
    { type: "encode-filter", kind: "filter", since: "0.7", parameters: [] },
    {
        type: "by-label",
        kind: "filter",
        since: "0.4",
        parameters: ["allowsNoLabel", "label", "validValues"],
    },
    { type: "by-label-selector", kind: "filter", since: "0.4", parameters: labelSelector },
    { type: "label-selector-filter", kind: "filter", since: "0.9", parameters: labelSelector },
    // llm-d: scorers
    { type: "load-aware-scorer", kind: "scorer", since: "0.4", parameters: ["threshold"] },
    { type: "session-affinity-scorer", kind: "scorer", since: "0.4", parameters: [] },
    {
        type: "active-request-scorer",
        kind: "scorer",
        since: "0.4",
        last: "0.5",
        parameters: ["requestTimeout"],
    },
    {
        type: "active-request-scorer",
        kind: "scorer",
        since: "0.7",
        parameters: ["idleThreshold", "maxBusyScore", "requestTimeout"],
    },
    {
        type: "no-hit-lru-scorer",
        kind: "scorer",
        since: "0.4",
        last: "0.5",
        parameters: ["lruSize", "prefixPluginName"],
    },
    {
        type: "no-hit-lru-scorer",
        kind: "scorer",
        since: "0.7",
        parameters: ["lruSize", "prefixPluginName", "prefixPluginType"],
    },
    {
        type: "precise-prefix-cache-scorer",
        kind: "scorer",
        since: "0.4",
        last: "0.5",
        parameters: ["indexerConfig", "kvEventsConfig"],
        block: { path: ["indexerConfig", "tokenProcessorConfig", "blockSize"], unit: "tokens" },
    },
    {
        // kserve#5305: tokenProcessorConfig moved to the top in 0.6; nested, it is ignored.
        type: "precise-prefix-cache-scorer",
        kind: "scorer",
        since: "0.7",
        parameters: [
            "indexerConfig",
            "kvEventsConfig",
            "speculativeIndexing",
            "speculativeTTL",
            "tokenProcessorConfig",
        ],
        block: { path: ["tokenProcessorConfig", "blockSize"], unit: "tokens" },
    },
    { type: "precise-prefix-cache-producer", kind: "other", since: "0.9" },
    {
        // A filter too, when told so.
        type: "context-length-aware",
        kind: "scorer",
        since: "0.7",
        parameters: ["enableFiltering", "label"],
    },
    // llm-d: prefill/decode disaggregation
    {
        type: "pd-profile-handler",
        kind: "profile-handler",
        since: "0.4",
        last: "0.5",
        parameters: [
            "decodeProfile",
            "hashBlockSize",
            "prefillProfile",
            "prefixPluginName",
            "primaryPort",
            "threshold",
        ],
        block: { path: ["hashBlockSize"], unit: "characters" },
    },
    {
        type: "pd-profile-handler",
        kind: "profile-handler",
        since: "0.7",
        parameters: [
            "deciderPluginName",
            "decodeProfile",
            "prefillProfile",
            "prefixPluginName",
            "prefixPluginType",
            "primaryPort",
        ],
    },
    {
        type: "disagg-profile-handler",
        kind: "profile-handler",
        since: "0.7",
        parameters: [
            "deciderPluginName",
            "deciders",
            "decodeProfile",
            "encodeDeciderPluginName",
            "encodeProfile",
            "prefillDeciderPluginName",
            "prefillProfile",
            "profiles",
        ],
    },
    {
        type: "data-parallel-profile-handler",
        kind: "profile-handler",
        since: "0.4",
        parameters: ["primaryPort"],
    },
    {
        type: "prefill-header-handler",
        kind: "other",
        since: "0.4",
        last: "0.5",
        parameters: ["prefillProfile"],
    },
    // Deprecated by router#905, gone in 0.11 (router#936).
    {
        type: "prefill-header-handler",
        kind: "other",
        since: "0.7",
        last: "0.10",
        parameters: ["encodeProfile", "prefillProfile"],
    },
    {
        type: "disagg-headers-handler",
        kind: "other",
        since: "0.7",
        last: "0.10",
        parameters: ["encodeProfile", "prefillProfile"],
    },
    { type: "prefix-based-pd-decider", kind: "other", since: "0.7", parameters: ["nonCachedTokens"] },
    { type: "always-disagg-pd-decider", kind: "other", since: "0.7", parameters: [] },
    { type: "always-disagg-multimodal-decider", kind: "other", since: "0.7", parameters: [] },
    // llm-d: the rest
    { type: "models-data-source", kind: "other", since: "0.7", parameters: httpSource },
    { type: "model-server-protocol-models", kind: "other", since: "0.7", last: "0.8" },
    { type: "tokenizer", kind: "other", since: "0.7", parameters: ["modelName", "udsTokenizerConfig"] },
    // router#863
    { type: "token-producer", kind: "other", since: "0.9" },
    // router#959
    { type: "probabilistic-admitter", kind: "other", since: "0.9" },
];
