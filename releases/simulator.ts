import { gpuCacheUsage, kvCacheUsage } from "./kvCacheMetric";

/** What one minor version of the simulator accepts. */
export interface SimulatorRelease {
    readonly minor: string;
    /** How latencies are written: whole milliseconds, a duration such as `20ms`, or either. */
    readonly latency: "milliseconds" | "either" | "duration";
    readonly kvCacheMetric: string;
    /** The flag that keeps it from looking for a tokenizer at all. */
    readonly dummyTokenizerFlag?: string;
    /** Path that says whether it is ready for requests. */
    readonly readinessPath: string;
    /** Values of `--block-size`. */
    readonly blockSizes: readonly number[];
}

/** The model servers' block where nothing sets it (GIE: 64 characters or 16 tokens; vLLM and sim: 16 tokens). */
export const defaultBlockTokens = 16;

/** sim 0.10.2 `pkg/common/config.go`; sim never took another (reference of 0.5 to 0.10). */
const blockSizes = [8, 16, 32, 64, 128];

/**
 * Released simulators, oldest first. Latency formats of 0.5 to 0.9 and the metric's rename between 0.6 and 0.7
 * (sim#307) were checked upstream before, not again. `/health/ready` came with sim#457 between 0.8.2 and 0.9.0;
 * before it `/ready` said the same.
 */
export const simulatorReleases: readonly SimulatorRelease[] = [
    {
        minor: "0.5",
        latency: "milliseconds",
        kvCacheMetric: gpuCacheUsage,
        readinessPath: "/ready",
        blockSizes,
    },
    {
        minor: "0.6",
        latency: "milliseconds",
        kvCacheMetric: gpuCacheUsage,
        readinessPath: "/ready",
        blockSizes,
    },
    { minor: "0.7", latency: "either", kvCacheMetric: kvCacheUsage, readinessPath: "/ready", blockSizes },
    { minor: "0.8", latency: "either", kvCacheMetric: kvCacheUsage, readinessPath: "/ready", blockSizes },
    {
        minor: "0.9",
        latency: "duration",
        kvCacheMetric: kvCacheUsage,
        readinessPath: "/health/ready",
        blockSizes,
    },
    {
        minor: "0.10",
        latency: "duration",
        kvCacheMetric: kvCacheUsage,
        // sim#502 and sim 0.10.2 `pkg/common/parser.go`; deprecated in 0.11, gone in 0.13 (sim#652).
        dummyTokenizerFlag: "force-dummy-tokenizer",
        readinessPath: "/health/ready",
        blockSizes,
    },
];
