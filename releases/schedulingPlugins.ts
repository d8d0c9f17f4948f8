import type { PluginHistory } from "./plugins";

/**
 * Plugin types of scheduling that an EPP registers: filters, scorers, pickers and profile handlers, and the json names that each factory decodes. Read by `npm run releases:check` in the sources of 0.4.0, 0.5.1,
 * 0.6.0, 0.7.1, 0.8.0 (each with the GIE of its go.mod), 0.9.0 and 0.10.0.
 */
export const schedulingPlugins: Readonly<Record<string, PluginHistory>> = {
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
};
