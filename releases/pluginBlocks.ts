import type { BlockParameter } from "./plugins";

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
