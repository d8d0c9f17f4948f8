/** What a plugin of the EPP is, as far as the linter must know. */
export type PluginKind = "filter" | "scorer" | "picker" | "profile-handler" | "other";

/** Where a plugin is told the KV cache block, and what it counts. */
export interface BlockParameter {
    readonly path: readonly string[];
    readonly unit: "characters" | "tokens";
    /** An older name for it, which counts where the first is not set. */
    readonly older?: readonly string[];
    /** A smaller block is overridden by this one. */
    readonly minimum?: number;
}

/** One plugin type, as one EPP has it. */
export interface PluginType {
    readonly type: string;
    readonly kind: PluginKind;
    /** Names of its parameters. */
    readonly parameters: readonly string[];
    readonly block?: BlockParameter;
    /** Ends the EPP at start, unless `--allow-experimental-plugins` is given. */
    readonly experimental: boolean;
    /** Whether, when and for what it is announced to go. */
    readonly announcement?: Announcement;
}

/** What upstream announces of a plugin type. It may come later than announced. */
export interface Announcement {
    readonly release: string;
    readonly replacement: string;
}

/** GIE's estimate of characters per token (`averageCharactersPerToken`, GIE 1.2.0 to 1.5.0 and scheduler 0.7.1). */
export const charactersPerToken = 4;

/** A plugin type from its first release on. */
interface History {
    readonly kind: PluginKind;
    /** Its parameters in its first release, and what was added (`+`) and taken away (`-`) in later ones. */
    readonly parameters: Readonly<Record<string, readonly string[]>>;
    /** The first release that does not know it any more. */
    readonly gone?: string;
}

/**
 * Plugin types that an EPP registers, and the json names that each factory decodes. Read by `npm run releases:check` in
 * the sources of 0.4.0, 0.5.1, 0.6.0, 0.7.1, 0.8.0 (each with the GIE of its go.mod), 0.9.0 and 0.10.0.
 */
export const pluginHistories: Readonly<Record<string, History>> = {
    // filters
    "by-label": { kind: "filter", parameters: { "0.4": ["allowsNoLabel", "label", "validValues"] } },
    "by-label-selector": { kind: "filter", parameters: { "0.4": ["matchExpressions", "matchLabels"] } },
    "decode-filter": { kind: "filter", parameters: { "0.4": [] } },
    "encode-filter": { kind: "filter", parameters: { "0.7": [] } },
    "endpoint-attribute-filter": {
        kind: "filter",
        parameters: { "0.10": ["algorithm", "attribute", "fallbackOnEmpty", "onMissing"] },
    },
    "header-based-testing-filter": { kind: "filter", parameters: { "0.4": [] } },
    "label-selector-filter": { kind: "filter", parameters: { "0.9": ["matchExpressions", "matchLabels"] } },
    "multicluster-session-affinity-filter": {
        kind: "filter",
        parameters: { "0.10": ["encodedEndpointHeaderConfig", "profileName", "sessionIdConfig", "strategy"] },
    },
    "prefill-filter": { kind: "filter", parameters: { "0.4": [] } },
    "prefix-cache-affinity-filter": {
        kind: "filter",
        parameters: {
            "0.8": ["affinityThreshold", "explorationProbability", "maxTTFTPenaltyMs"],
            "0.9": [
                "+inFlightLoadProducerName",
                "+latencyPredictionInfoProducerName",
                "+peakPrefillThroughput",
                "+prefixMatchInfoProducerName",
                "+ttftSource",
            ],
        },
    },
    "session-affinity-filter": {
        kind: "filter",
        parameters: {
            "0.9": ["headerName", "profileName"],
            "0.10": ["+encodedEndpointHeaderConfig", "+sessionIdConfig", "+strategy", "-headerName"],
        },
    },
    "slo-headroom-tier-filter": {
        kind: "filter",
        parameters: { "0.8": ["epsilonExploreNeg"], "0.9": ["+latencyPredictionInfoProducerName"] },
    },
    "topology-affinity-filter": {
        kind: "filter",
        parameters: { "0.10": ["minAffinity", "topologyProducerName"] },
    },
    "utilization-filter": {
        kind: "filter",
        parameters: { "0.10": ["conditions", "fallbackOnEmpty", "inFlightLoadProducerName"] },
    },
    // scorers
    "active-request-scorer": {
        kind: "scorer",
        parameters: {
            "0.4": ["requestTimeout"],
            "0.7": ["+idleThreshold", "+maxBusyScore"],
            "0.9": ["+inFlightLoadProducerName"],
        },
    },
    "context-length-aware": { kind: "scorer", parameters: { "0.7": ["enableFiltering", "label"] } },
    "endpoint-attribute-scorer": { kind: "scorer", parameters: { "0.10": ["algorithm", "attributeKey"] } },
    "header-label-affinity-scorer": { kind: "scorer", parameters: { "0.10": ["headerName", "labelKey"] } },
    "kv-cache-utilization-scorer": { kind: "scorer", parameters: { "0.4": [] } },
    "latency-scorer": {
        kind: "scorer",
        parameters: {
            "0.8": [
                "compositeKVWeight",
                "compositePrefixWeight",
                "compositeQueueWeight",
                "headroomSelectionStrategy",
                "tpotWeight",
                "ttftWeight",
            ],
            "0.9": ["+latencyPredictionInfoProducerName", "+prefixMatchInfoProducerName"],
        },
    },
    "load-aware-scorer": { kind: "scorer", parameters: { "0.4": ["threshold"] } },
    "lora-affinity-scorer": { kind: "scorer", parameters: { "0.4": [] } },
    "mm-embeddings-cache-scorer": { kind: "scorer", parameters: { "0.9": ["producerName"] } },
    "multicluster-kv-cache-utilization-scorer": { kind: "scorer", parameters: { "0.10": [] } },
    "multicluster-prefix-cache-scorer": {
        kind: "scorer",
        parameters: {
            "0.10": ["matchLengthScaleTokens", "matchLengthWeight", "prefixMatchInfoProducerName"],
        },
    },
    "multicluster-queue-scorer": { kind: "scorer", parameters: { "0.10": [] } },
    "no-hit-lru-scorer": {
        kind: "scorer",
        parameters: {
            "0.4": ["lruSize", "prefixPluginName"],
            "0.5": ["+prefixPluginType"],
            "0.9": ["+prefixMatchInfoProducerName"],
        },
    },
    // Up to kv-cache 0.4 the block was nested in indexerConfig; nested, it is ignored from 0.5 on.
    "precise-prefix-cache-scorer": {
        kind: "scorer",
        parameters: {
            "0.4": ["indexerConfig", "kvEventsConfig"],
            "0.5": ["+tokenProcessorConfig"],
            "0.7": ["+speculativeIndexing", "+speculativeTTL"],
        },
    },
    "predicted-latency-scorer": {
        kind: "scorer",
        parameters: {
            "0.5": [
                "affinityGateTau",
                "affinityGateTauGlobal",
                "compositeKVWeight",
                "compositePrefixWeight",
                "compositeQueueWeight",
                "epsilonExploreNeg",
                "epsilonExploreSticky",
                "headroomSelectionStrategy",
                "headroomTPOTWeight",
                "headroomTTFTWeight",
                "maxSampledTokens",
                "negHeadroomTPOTWeight",
                "negHeadroomTTFTWeight",
                "samplingMean",
                "selectionMode",
                "sloBufferFactor",
                "streamingMode",
            ],
            "0.7": ["+contextTTL", "+endpointRoleLabel"],
            "0.8": ["+affinityMaxTTFTPenaltyMs"],
        },
        gone: "0.9",
    },
    // 0.8 makes its producer of the scorer's parameters where none is listed (GIE 1.5.0 `configloader.go`).
    "prefix-cache-scorer": {
        kind: "scorer",
        parameters: {
            "0.4": ["autoTune", "blockSize", "lruCapacityPerServer", "maxPrefixBlocksToMatch"],
            "0.6": ["+blockSizeTokens"],
            "0.8": ["+maxPrefixTokensToMatch"],
            "0.9": [
                "+prefixMatchInfoProducerName",
                "-autoTune",
                "-blockSize",
                "-blockSizeTokens",
                "-lruCapacityPerServer",
                "-maxPrefixBlocksToMatch",
                "-maxPrefixTokensToMatch",
            ],
            "0.10": ["+matchLengthScaleTokens", "+matchLengthWeight"],
        },
    },
    "queue-scorer": { kind: "scorer", parameters: { "0.4": [] } },
    "running-requests-size-scorer": { kind: "scorer", parameters: { "0.5": [] } },
    "session-affinity-scorer": {
        kind: "scorer",
        parameters: {
            "0.4": [],
            "0.9": ["+headerName", "+profileName"],
            "0.10": ["+encodedEndpointHeaderConfig", "+sessionIdConfig", "+strategy", "-headerName"],
        },
    },
    "token-load-scorer": {
        kind: "scorer",
        parameters: { "0.8": ["queueThresholdTokens"], "0.9": ["+inFlightLoadProducerName"] },
    },
    "topology-affinity-scorer": { kind: "scorer", parameters: { "0.10": ["topologyProducerName"] } },
    // pickers
    "max-score-picker": { kind: "picker", parameters: { "0.4": ["maxNumOfEndpoints"] } },
    "random-picker": { kind: "picker", parameters: { "0.4": ["maxNumOfEndpoints"] } },
    "weighted-random-picker": { kind: "picker", parameters: { "0.4": ["maxNumOfEndpoints"] } },
    // profile handlers
    "data-parallel-profile-handler": { kind: "profile-handler", parameters: { "0.4": ["primaryPort"] } },
    "disagg-profile-handler": {
        kind: "profile-handler",
        parameters: {
            "0.7": [
                "deciderPluginName",
                "deciders",
                "decodeProfile",
                "encodeDeciderPluginName",
                "encodeProfile",
                "prefillDeciderPluginName",
                "prefillProfile",
                "profiles",
            ],
            "0.10": ["+stageOrder"],
        },
    },
    "header-profile-handler": {
        kind: "profile-handler",
        parameters: { "0.10": ["defaultProfile", "headerName"] },
    },
    "pd-profile-handler": {
        kind: "profile-handler",
        parameters: {
            "0.4": [
                "decodeProfile",
                "hashBlockSize",
                "prefillProfile",
                "prefixPluginName",
                "primaryPort",
                "threshold",
            ],
            "0.5": ["+prefixPluginType"],
            "0.6": ["+deciderPluginName", "-hashBlockSize", "-threshold"],
            "0.9": ["+prefixMatchInfoProducerName"],
        },
    },
    "single-profile-handler": { kind: "profile-handler", parameters: { "0.4": [] } },
    // the rest: deciders, producers, data sources, parsers, flow control
    "agent-identity": { kind: "other", parameters: { "0.9": ["additionalSessionHeaders"] } },
    "always-disagg-multimodal-decider": { kind: "other", parameters: { "0.7": [] } },
    "always-disagg-pd-decider": { kind: "other", parameters: { "0.6": [] } },
    "anthropic-parser": { kind: "other", parameters: { "0.9": [] } },
    "approx-prefix-cache-producer": {
        kind: "other",
        parameters: {
            "0.8": [
                "autoTune",
                "blockSize",
                "blockSizeTokens",
                "lruCapacityPerServer",
                "maxPrefixBlocksToMatch",
                "maxPrefixTokensToMatch",
            ],
        },
    },
    "burst-prefix-cache-producer": {
        kind: "other",
        parameters: {
            "0.10": [
                "balanceBy",
                "blockSizeTokens",
                "maxBatchSize",
                "maxPerReplica",
                "maxPrefixTokensToMatch",
                "minColocateBlocks",
                "windowDurationMs",
            ],
        },
    },
    "concurrency-detector": {
        kind: "other",
        parameters: {
            "0.8": ["concurrencyMode", "headroom", "maxConcurrency", "maxTokenConcurrency"],
            "0.9": ["+inFlightLoadProducerName"],
        },
    },
    "core-metrics-extractor": {
        kind: "other",
        parameters: { "0.8": ["defaultEngine", "engineConfigs", "engineLabelKey"] },
    },
    "dcgm-data-source": {
        kind: "other",
        parameters: {
            "0.10": ["insecureSkipVerify", "interval", "path", "port", "scheme", "useNodeAddress"],
        },
    },
    "dcgm-extractor": { kind: "other", parameters: { "0.10": [] } },
    "destination-endpoint-served-verifier": { kind: "other", parameters: { "0.4": [] } },
    "disagg-headers-handler": { kind: "other", parameters: { "0.7": ["encodeProfile", "prefillProfile"] } },
    "disaggregatedset-rollout-screener": {
        kind: "other",
        parameters: { "0.10": ["headerSelectors", "revisionGating", "scope"] },
    },
    "edf-ordering-policy": { kind: "other", parameters: { "0.7": [] } },
    "endpoint-notification-source": { kind: "other", parameters: { "0.8": [] } },
    "fcfs-ordering-policy": { kind: "other", parameters: { "0.7": [] } },
    "file-discovery": { kind: "other", parameters: { "0.9": ["path", "watchFile"] } },
    "global-strict-fairness-policy": { kind: "other", parameters: { "0.7": [] } },
    "inflight-load-producer": {
        kind: "other",
        parameters: {
            "0.8": [],
            "0.9": ["+addEstimatedOutputTokens", "+prefixMatchInfoProducerName"],
            "0.10": ["+maxEstimatedOutputTokens", "+outputRatio", "+syncCrossReplicaState"],
        },
    },
    "k8s-notification-source": { kind: "other", parameters: { "0.7": ["group", "kind", "version"] } },
    "latency-slo-admitter": {
        kind: "other",
        parameters: { "0.8": [], "0.9": ["+latencyPredictionInfoProducerName"] },
    },
    "metrics-data-source": {
        kind: "other",
        parameters: {
            "0.5": ["insecureSkipVerify", "path", "scheme"],
            "0.10": ["+caCertPath", "+clientCertPath", "+clientKeyPath", "+interval", "+port"],
        },
    },
    "mm-embeddings-cache-producer": { kind: "other", parameters: { "0.9": ["cacheSizeInMBPerServer"] } },
    // GIE 1.3.1: the json tags of its struct stand in comments, so Go's own names count. Renamed in GIE 1.5 (kserve#5545).
    "model-server-protocol-metrics": {
        kind: "other",
        parameters: {
            "0.5": ["cacheInfoSpec", "kvUsageSpec", "loraSpec", "queueRequestsSpec", "runningRequestsSpec"],
            "0.7": [
                "+defaultEngine",
                "+engineConfigs",
                "+engineLabelKey",
                "-cacheInfoSpec",
                "-kvUsageSpec",
                "-loraSpec",
                "-queueRequestsSpec",
                "-runningRequestsSpec",
            ],
        },
        gone: "0.8",
    },
    // Renamed to models-data-extractor.
    "model-server-protocol-models": { kind: "other", parameters: { "0.6": [] }, gone: "0.9" },
    "models-data-extractor": { kind: "other", parameters: { "0.9": [] } },
    "models-data-source": {
        kind: "other",
        parameters: {
            "0.6": ["insecureSkipVerify", "path", "scheme"],
            "0.10": ["+caCertPath", "+clientCertPath", "+clientKeyPath", "+interval"],
        },
    },
    "multicluster-approx-prefix-cache-producer": {
        kind: "other",
        parameters: {
            "0.10": [
                "autoTune",
                "blockSize",
                "blockSizeTokens",
                "lruCapacityPerServer",
                "maxPrefixBlocksToMatch",
                "maxPrefixTokensToMatch",
            ],
        },
    },
    "multicluster-file-discovery": { kind: "other", parameters: { "0.10": ["path", "watchFile"] } },
    "multicluster-metrics-data-source": {
        kind: "other",
        parameters: {
            "0.10": [
                "caCertPath",
                "clientCertPath",
                "clientKeyPath",
                "insecureSkipVerify",
                "interval",
                "path",
                "port",
                "scheme",
            ],
        },
    },
    "multicluster-metrics-extractor": {
        kind: "other",
        parameters: { "0.10": ["kvCacheUtilizationMetric", "queueSizeMetric"] },
    },
    "openai-parser": { kind: "other", parameters: { "0.8": [] } },
    "p2p-source-producer": {
        kind: "other",
        parameters: { "0.10": ["minCachedTokenDelta", "prefillProfileName", "prefixMatchInfoProducerName"] },
    },
    "passthrough-parser": { kind: "other", parameters: { "0.8": [] } },
    "precise-prefix-cache-producer": {
        kind: "other",
        parameters: {
            "0.9": [
                "indexerConfig",
                "kvEventsConfig",
                "speculativeIndexing",
                "speculativeTTL",
                "tokenProcessorConfig",
            ],
        },
    },
    "predicted-latency-producer": {
        kind: "other",
        parameters: {
            "0.8": [
                "contextTTL",
                "endpointRoleLabel",
                "maxDecodeTokenSamplesForPrediction",
                "predictInPrepareData",
                "samplingMean",
                "sloBufferFactor",
                "streamingMode",
            ],
            "0.9": ["+predictInProduce", "+prefixMatchInfoProducerName", "-predictInPrepareData"],
            "0.10": [
                "+encoderCacheMatchInfoProducerName",
                "+inFlightLoadProducerName",
                "+useEncoderCacheFeatures",
            ],
        },
    },
    "prefill-header-handler": {
        kind: "other",
        parameters: { "0.4": ["prefillProfile"], "0.7": ["+encodeProfile"] },
    },
    "prefix-based-pd-decider": {
        kind: "other",
        parameters: { "0.6": ["nonCachedTokens"], "0.10": ["+promptTokens"] },
    },
    "priority-holdback-policy": {
        kind: "other",
        parameters: { "0.10": ["domain", "maxCeiling", "minCeiling", "shape"] },
    },
    "priority-then-time-eviction-order-policy": { kind: "other", parameters: { "0.10": [] } },
    "probabilistic-admitter": {
        kind: "other",
        parameters: { "0.9": ["k", "kvCacheUtilThreshold", "power", "queueDepthThreshold"] },
    },
    "program-aware-fairness": {
        kind: "other",
        parameters: {
            "0.9": [
                "evictionSweepSeconds",
                "evictionTtlSeconds",
                "lasDecayFactor",
                "lasHalfLifeSeconds",
                "lasWeightHeadWait",
                "lasWeightService",
                "strategy",
            ],
        },
    },
    "request-attribute-reporter": { kind: "other", parameters: { "0.7": ["attributes"] } },
    "round-robin-fairness-policy": { kind: "other", parameters: { "0.7": [] } },
    "session-id-producer": { kind: "other", parameters: { "0.9": ["cookieName", "headerName"] } },
    "sheddable-eviction-filter": { kind: "other", parameters: { "0.10": [] } },
    "slo-deadline-ordering-policy": { kind: "other", parameters: { "0.8": [] } },
    "soft-reflective-ceiling-policy": { kind: "other", parameters: { "0.10": [] } },
    "static-usage-limit-policy": { kind: "other", parameters: { "0.8": ["threshold"] } },
    "token-producer": {
        kind: "other",
        parameters: { "0.9": ["estimate", "modelName", "udsTokenizerConfig", "vllm"] },
    },
    tokenizer: {
        kind: "other",
        parameters: { "0.7": ["modelName", "udsTokenizerConfig"], "0.9": ["+estimate", "+vllm"] },
    },
    "topology-extractor": { kind: "other", parameters: { "0.10": ["hostname", "rack", "region", "zone"] } },
    "utilization-detector": {
        kind: "other",
        parameters: {
            "0.8": ["headroom", "kvCacheUtilThreshold", "metricsStalenessThreshold", "queueDepthThreshold"],
        },
    },
    "vertexai-parser": { kind: "other", parameters: { "0.9": [] } },
    "vllmgrpc-parser": { kind: "other", parameters: { "0.8": [] } },
    "vllmhttp-parser": { kind: "other", parameters: { "0.9": [] } },
};

/** Alpha in router 0.10.0, the first release that tells (`registerInTreePlugins`, `stability.go`). */
export const experimentalTypes: ReadonlySet<string> = new Set([
    "agent-identity",
    "burst-prefix-cache-producer",
    "dcgm-data-source",
    "dcgm-extractor",
    "disaggregatedset-rollout-screener",
    "endpoint-attribute-filter",
    "endpoint-attribute-scorer",
    "header-label-affinity-scorer",
    "header-profile-handler",
    "multicluster-approx-prefix-cache-producer",
    "multicluster-file-discovery",
    "multicluster-kv-cache-utilization-scorer",
    "multicluster-metrics-data-source",
    "multicluster-metrics-extractor",
    "multicluster-prefix-cache-scorer",
    "multicluster-queue-scorer",
    "multicluster-session-affinity-filter",
    "p2p-source-producer",
    "priority-holdback-policy",
    "priority-then-time-eviction-order-policy",
    "session-affinity-filter",
    "session-affinity-scorer",
    "sheddable-eviction-filter",
    "soft-reflective-ceiling-policy",
    "topology-affinity-filter",
    "topology-affinity-scorer",
    "topology-extractor",
    "utilization-filter",
]);

/** The first release that asks for a flag before it loads experimental plugins. */
export const experimentalSince = "0.10";

/** Router 0.10.0 `registerInTreePlugins`. The handlers of disaggregation: router#905; the tokenizer: router#863. */
export const announcements: Readonly<Record<string, Announcement>> = {
    "by-label": { release: "0.11", replacement: "label-selector-filter" },
    "by-label-selector": { release: "0.11", replacement: "label-selector-filter" },
    "disagg-headers-handler": { release: "0.11", replacement: "disagg-profile-handler" },
    // Announced for 0.9, and still in 0.10.
    "pd-profile-handler": { release: "0.9", replacement: "disagg-profile-handler" },
    "prefill-header-handler": { release: "0.11", replacement: "disagg-profile-handler" },
    tokenizer: { release: "0.11", replacement: "token-producer" },
};

/** The first release that knows the replacements, and says so (the deprecations are of 0.9, pd-profile-handler's of 0.7). */
export const announcedSince = "0.9";

const blockSizeTokens: BlockParameter = { path: ["blockSizeTokens"], unit: "tokens" };
/** From 0.9 on (router#1158, `minBlockSizeTokens`). GIE 1.4 and 1.5 refuse `blockSize` alone; the router reads it again. */
const flooredBlock: BlockParameter = { ...blockSizeTokens, older: ["blockSize"], minimum: 64 };
/** kv-cache 0.9.0 `token_processor.go`: the older name is promoted. */
const processorBlock: BlockParameter = {
    path: ["tokenProcessorConfig", "blockSizeTokens"],
    unit: "tokens",
    older: ["tokenProcessorConfig", "blockSize"],
};

/** Where each plugin is told the block, from one release up to the next; undefined: it is not told. */
export const blockHistories: Readonly<Record<string, Readonly<Record<string, BlockParameter | undefined>>>> =
    {
        "prefix-cache-scorer": {
            "0.4": { path: ["blockSize"], unit: "characters" },
            "0.6": blockSizeTokens,
            // The producer's own, and fatal here.
            "0.9": undefined,
        },
        "approx-prefix-cache-producer": { "0.8": blockSizeTokens, "0.9": flooredBlock },
        "multicluster-approx-prefix-cache-producer": { "0.10": flooredBlock },
        "precise-prefix-cache-scorer": {
            "0.4": { path: ["indexerConfig", "tokenProcessorConfig", "blockSize"], unit: "tokens" },
            // Scheduler 0.5.0 `precise_prefix_cache.go`.
            "0.5": { path: ["tokenProcessorConfig", "blockSize"], unit: "tokens" },
            "0.9": processorBlock,
        },
        "precise-prefix-cache-producer": { "0.9": processorBlock },
        "pd-profile-handler": { "0.4": { path: ["hashBlockSize"], unit: "characters" }, "0.6": undefined },
    };
