/**
 * What a configuration has to say in other words from one EPP release on. What a plugin knows is in the plugin table; here
 * is what became of what it no longer knows, as the sources of the release say.
 */

/** A plugin type under another name, with the same parameters. */
export interface TypeRename {
    readonly since: string;
    readonly type: string;
    readonly replacement: string;
}

/** The first three are only announced to go. */
export const typeRenames: readonly TypeRename[] = [
    { since: "0.9", type: "by-label-selector", replacement: "label-selector-filter" },
    // router#863.
    { since: "0.9", type: "tokenizer", replacement: "token-producer" },
    // scheduler 0.7.0: its parameters are the same.
    { since: "0.7", type: "prefill-header-handler", replacement: "disagg-headers-handler" },
    // GIE 1.5 (kserve#5545).
    { since: "0.8", type: "model-server-protocol-metrics", replacement: "core-metrics-extractor" },
    { since: "0.9", type: "model-server-protocol-models", replacement: "models-data-extractor" },
];

/** A parameter that stands elsewhere in the same plugin's parameters. */
export interface ParameterMove {
    readonly since: string;
    readonly type: string;
    readonly from: readonly string[];
    readonly to: readonly string[];
}

const sessionHeader = {
    since: "0.10",
    from: ["headerName"],
    // `EncodedEndpointHeaderConfig`, of the strategy that is the default.
    to: ["encodedEndpointHeaderConfig", "header"],
} as const;

export const parameterMoves: readonly ParameterMove[] = [
    {
        since: "0.5",
        type: "precise-prefix-cache-scorer",
        from: ["indexerConfig", "tokenProcessorConfig"],
        to: ["tokenProcessorConfig"],
    },
    {
        since: "0.9",
        type: "predicted-latency-producer",
        from: ["predictInPrepareData"],
        to: ["predictInProduce"],
    },
    { type: "session-affinity-filter", ...sessionHeader },
    { type: "session-affinity-scorer", ...sessionHeader },
];
