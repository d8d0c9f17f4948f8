/** What a plugin of the EPP is, as far as the linter must know. */
export type PluginKind = "filter" | "scorer" | "picker" | "profile-handler" | "other";

/** Where a plugin is told the KV cache block, and what it counts. */
export interface BlockParameter {
    readonly path: readonly string[];
    readonly unit: "characters" | "tokens";
}

/** One plugin type over a range of EPP versions in which its parameters did not change. */
export interface PluginType {
    readonly type: string;
    readonly kind: PluginKind;
    /** First EPP minor version of the range. */
    readonly since: string;
    /** Last EPP minor version of the range; open when absent. */
    readonly last?: string;
    /** Names of its parameters. Absent where they were not read in the source, and so are not linted. */
    readonly parameters?: readonly string[];
    readonly block?: BlockParameter;
}

/** GIE's estimate of characters per token (`averageCharactersPerToken`, GIE 1.2.0 to 1.5.0 and scheduler 0.7.1). */
export const charactersPerToken = 4;

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
