/** How long a simulated engine takes: durations have their unit, e.g. `250us`. */
export interface LatencyProfile {
    /** Requests that one pod serves at once, of which the factor under load is. */
    readonly maxNumSeqs: number;
    readonly interTokenLatency: string;
    readonly interTokenLatencyStdDev: string;
    readonly timeFactorUnderLoad: number;
    readonly timeToFirstToken: string;
    readonly timeToFirstTokenStdDev: string;
    readonly kvCacheTransferLatency: string;
    readonly kvCacheTransferLatencyStdDev: string;
    readonly prefillOverhead: string;
    readonly prefillTimePerToken: string;
    readonly prefillTimeStdDev: string;
    readonly kvCacheTransferTimePerToken: string;
    readonly kvCacheTransferTimeStdDev: string;
}

/** sim 0.10.2 `manifests/latency-profiles`: of each, what its files for both calculators say. */
export const latencyProfiles = {
    "8b-h100-balanced": {
        maxNumSeqs: 16,
        interTokenLatency: "12ms",
        interTokenLatencyStdDev: "2ms",
        timeFactorUnderLoad: 2,
        timeToFirstToken: "100ms",
        timeToFirstTokenStdDev: "20ms",
        kvCacheTransferLatency: "2ms",
        kvCacheTransferLatencyStdDev: "400us",
        prefillOverhead: "30ms",
        prefillTimePerToken: "250us",
        prefillTimeStdDev: "5ms",
        kvCacheTransferTimePerToken: "3us",
        kvCacheTransferTimeStdDev: "200us",
    },
    "70b-h100-tp8-throughput": {
        maxNumSeqs: 64,
        interTokenLatency: "25ms",
        interTokenLatencyStdDev: "4ms",
        timeFactorUnderLoad: 3,
        timeToFirstToken: "200ms",
        timeToFirstTokenStdDev: "40ms",
        kvCacheTransferLatency: "2ms",
        kvCacheTransferLatencyStdDev: "400us",
        prefillOverhead: "80ms",
        prefillTimePerToken: "500us",
        prefillTimeStdDev: "15ms",
        kvCacheTransferTimePerToken: "8us",
        kvCacheTransferTimeStdDev: "500us",
    },
    "small-l40s-edge": {
        maxNumSeqs: 4,
        interTokenLatency: "15ms",
        interTokenLatencyStdDev: "2ms",
        timeFactorUnderLoad: 1.5,
        timeToFirstToken: "110ms",
        timeToFirstTokenStdDev: "15ms",
        kvCacheTransferLatency: "5ms",
        kvCacheTransferLatencyStdDev: "1ms",
        prefillOverhead: "20ms",
        prefillTimePerToken: "350us",
        prefillTimeStdDev: "3ms",
        kvCacheTransferTimePerToken: "12us",
        kvCacheTransferTimeStdDev: "500us",
    },
} as const satisfies Record<string, LatencyProfile>;

/** The flag that chooses a calculator; simulators without it know no latency that depends on what is cached alone. */
export const latencyCalculatorFlag = "latency-calculator";
