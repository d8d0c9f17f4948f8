import type { PluginHistory } from "./plugins";

/** Of both producers: the one of several clusters is made by the factory of the other (0.10 `approximateprefix/multicluster.go`). */
const prefixProducerParameters = [
    "autoTune",
    "blockSize",
    "blockSizeTokens",
    "lruCapacityPerServer",
    "maxPrefixBlocksToMatch",
    "maxPrefixTokensToMatch",
];

/**
 * The plugin types besides those of scheduling: deciders, producers, data sources, parsers and flow control, and the json names that each factory decodes. Read by `npm run releases:check` in the sources of 0.4.0, 0.5.1,
 * 0.6.0, 0.7.1, 0.8.0 (each with the GIE of its go.mod), 0.9.0 and 0.10.0.
 */
export const otherPlugins: Readonly<Record<string, PluginHistory>> = {
    "agent-identity": { kind: "other", parameters: { "0.9": ["additionalSessionHeaders"] } },
    "always-disagg-multimodal-decider": { kind: "other", parameters: { "0.7": [] } },
    "always-disagg-pd-decider": { kind: "other", parameters: { "0.6": [] } },
    "anthropic-parser": { kind: "other", parameters: { "0.9": [] } },
    "approx-prefix-cache-producer": {
        kind: "other",
        parameters: {
            "0.8": prefixProducerParameters,
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
            "0.10": prefixProducerParameters,
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
