import { gpuCacheUsage, kvCacheUsage } from "./kvCacheMetric";

/** What the simulators accept from one version up to the next in the list. */
export interface SimulatorRelease {
    /** First version of the range. */
    readonly since: string;
    readonly minor: string;
    /** Command line flags, without dashes; another one ends the simulator at start. */
    readonly flags: readonly string[];
    /** How latencies are written: whole milliseconds, a duration such as `20ms`, or either. */
    readonly latency: "milliseconds" | "either" | "duration";
    readonly kvCacheMetric: string;
    /** The flag that keeps it from looking for a tokenizer at all. */
    readonly dummyTokenizerFlag?: string;
    /**
     * Whether it tells which tokens it makes of a prompt, at `/v1/completions/render` and `/v1/chat/completions/render`, as
     * vLLM does. (0.9.1 does too, but for the name of a real model it then asks a service that nobody has.)
     */
    readonly rendersTokens: boolean;
    /** Path that says whether it is ready for requests. */
    readonly readinessPath: string;
    /** Paths that answer a GET, such as a probe is; any other gives 404 or 405. */
    readonly paths: readonly string[];
    /** Values of `--block-size`. */
    readonly blockSizes: readonly number[];
}

/** The header by which a simulator says which pod answers, once it knows its pod's name. */
export const podHeader = "x-inference-pod";

/** The model servers' block where nothing sets it (GIE: 64 characters or 16 tokens; vLLM and sim: 16 tokens). */
export const defaultBlockTokens = 16;

/** sim 0.10.2 `pkg/common/config.go`; sim never took another (reference of 0.5 to 0.10). */
const blockSizes = [8, 16, 32, 64, 128];

/** `klog.InitFlags`, in every version. */
const klogFlags = [
    "add_dir_header",
    "alsologtostderr",
    "log_backtrace_at",
    "log_dir",
    "log_file",
    "log_file_max_size",
    "logtostderr",
    "one_output",
    "skip_headers",
    "skip_log_headers",
    "stderrthreshold",
    "v",
    "vmodule",
];

/** sim `pkg/common/config.go`, and from 0.8 on `parser.go`, of each version that has other flags than the one before. */
const flags050 = [
    ...klogFlags,
    "block-size",
    "config",
    "data-parallel-size",
    "enable-kvcache",
    "event-batch-size",
    "failure-injection-rate",
    "failure-types",
    "fake-metrics",
    "hash-seed",
    "inter-token-latency",
    "inter-token-latency-std-dev",
    "kv-cache-size",
    "kv-cache-transfer-latency",
    "kv-cache-transfer-latency-std-dev",
    "kv-cache-transfer-time-per-token",
    "kv-cache-transfer-time-std-dev",
    "lora-modules",
    "max-cpu-loras",
    "max-loras",
    "max-model-len",
    "max-num-seqs",
    "max-tool-call-array-param-length",
    "max-tool-call-integer-param",
    "max-tool-call-number-param",
    "min-tool-call-array-param-length",
    "min-tool-call-integer-param",
    "min-tool-call-number-param",
    "mode",
    "model",
    "object-tool-call-not-required-field-probability",
    "port",
    "prefill-overhead",
    "prefill-time-per-token",
    "prefill-time-std-dev",
    "seed",
    "served-model-name",
    "time-factor-under-load",
    "time-to-first-token",
    "time-to-first-token-std-dev",
    "tokenizers-cache-dir",
    "tool-call-not-required-param-probability",
    "zmq-endpoint",
    "zmq-max-connect-attempts",
];
const flags051 = [...flags050, "self-signed-certs", "ssl-certfile", "ssl-keyfile"];
const flags052 = [...flags051, "dataset-in-memory", "dataset-path", "dataset-url"];
const flags060 = [...flags052, "max-waiting-queue-length"];
const flags070 = [
    ...flags060,
    "data-parallel-rank",
    "enable-request-id-headers",
    "enable-sleep-mode",
    "global-cache-hit-threshold",
    "latency-calculator",
];
const flags080 = [
    ...without(flags070, "tokenizers-cache-dir", "zmq-max-connect-attempts"),
    "dataset-table-name",
    "default-embedding-dimensions",
    "ec-transfer-config",
    "enable-prefix-caching",
    "enforce-eager",
    "fake-metrics-refresh-interval",
    "mm-encoder-only",
    "mm-processor-kwargs",
    "no-enable-prefix-caching",
    "no-enable-sleep-mode",
    "no-enforce-eager",
    "no-mm-encoder-only",
    "uds-socket-path",
];
const flags090 = [
    ...without(flags080, "uds-socket-path"),
    "log-http",
    "mm-render-timeout",
    "render-timeout",
    "render-url",
    "startup-duration",
];
/** sim#502; deprecated in 0.11, gone in 0.13 (sim#652). */
const dummyTokenizerFlag = "force-dummy-tokenizer";
const flags092 = [...flags090, dummyTokenizerFlag];
const flags0101 = [
    ...flags092,
    "image-emission-rate",
    "max-request-body-size-mb",
    "no-omni",
    "omni",
    "time-to-generate-image",
    "time-to-generate-image-std-dev",
    "use-vllm-map-event-format",
];

/** Flags that are `true` when they stand alone; klog's are among them. */
export const simulatorSwitches: ReadonlySet<string> = new Set([
    "add_dir_header",
    "alsologtostderr",
    "dataset-in-memory",
    "enable-kvcache",
    "enable-prefix-caching",
    "enable-request-id-headers",
    "enable-sleep-mode",
    "enforce-eager",
    "force-dummy-tokenizer",
    "log-http",
    "logtostderr",
    "mm-encoder-only",
    "no-enable-prefix-caching",
    "no-enable-sleep-mode",
    "no-enforce-eager",
    "no-mm-encoder-only",
    "no-omni",
    "omni",
    "one_output",
    "self-signed-certs",
    "skip_headers",
    "skip_log_headers",
    "use-vllm-map-event-format",
]);

/** Flags whose values are written as {@link SimulatorRelease.latency} says. */
const latencyFlags = [
    "inter-token-latency",
    "inter-token-latency-std-dev",
    "kv-cache-transfer-latency",
    "kv-cache-transfer-latency-std-dev",
    "kv-cache-transfer-time-per-token",
    "kv-cache-transfer-time-std-dev",
    "prefill-overhead",
    "prefill-time-per-token",
    "prefill-time-std-dev",
    "time-to-first-token",
    "time-to-first-token-std-dev",
];

/** Flags that came with a unit, and take nothing without. */
const durationFlags = [
    "fake-metrics-refresh-interval",
    "mm-render-timeout",
    "render-timeout",
    "startup-duration",
    "time-to-generate-image",
    "time-to-generate-image-std-dev",
];

const wholeNumber = /^[-+]?\d+$/;
/** What Go's `time.ParseDuration` reads. */
const goDuration = /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;

/** What a simulator reads of a flag, in words, where it is not what the flag is given; otherwise undefined. */
export function refusedSimulatorValue(
    { latency, blockSizes }: SimulatorRelease,
    flag: string,
    value: string,
): string | undefined {
    const format = durationFlags.includes(flag)
        ? "duration"
        : latencyFlags.includes(flag)
          ? latency
          : undefined;
    if (flag === "block-size") {
        return blockSizes.map(String).includes(value) ? undefined : `one of ${blockSizes.join(", ")}`;
    }
    switch (format) {
        case undefined:
            return undefined;
        case "milliseconds":
            return wholeNumber.test(value) ? undefined : "a whole number of milliseconds, such as 20";
        case "duration":
            return goDuration.test(value) ? undefined : "a duration with its unit, such as 20ms";
        case "either":
            return wholeNumber.test(value) || goDuration.test(value)
                ? undefined
                : "a duration with its unit, such as 20ms, or a whole number of milliseconds";
    }
}

/** sim `pkg/llm-d-inference-sim/server.go`, and from 0.8 on `pkg/communication/http.go`. */
const paths050 = ["/health", "/metrics", "/ready", "/v1/models"];
const paths070 = [...paths050, "/is_sleeping"];
const paths090 = [...paths070, "/admin/config", "/health/ready"];
const paths092 = [...paths090, "/query"];

function without(flags: readonly string[], ...gone: string[]): string[] {
    return flags.filter((flag) => !gone.includes(flag));
}

const oldest = {
    latency: "milliseconds",
    kvCacheMetric: gpuCacheUsage,
    readinessPath: "/ready",
    rendersTokens: false,
    blockSizes,
} as const;
/** The metric got its new name between 0.6 and 0.7 (sim#307). */
const renamed = { ...oldest, latency: "either", kvCacheMetric: kvCacheUsage } as const;
/** `/health/ready` came with sim#457 between 0.8.2 and 0.9.0; before it `/ready` said the same. */
const newest = { ...renamed, latency: "duration", readinessPath: "/health/ready" } as const;
/** Of 0.9.2, the first that needs no tokenizer of anybody's for any model. */
const untold = { ...newest, rendersTokens: true, dummyTokenizerFlag } as const;

/** Released simulators, oldest first. `npm run releases:check` compares the flags with their sources. */
export const simulatorReleases: readonly SimulatorRelease[] = [
    { since: "0.5.0", minor: "0.5", flags: flags050, paths: paths050, ...oldest },
    { since: "0.5.1", minor: "0.5", flags: flags051, paths: paths050, ...oldest },
    { since: "0.5.2", minor: "0.5", flags: flags052, paths: paths050, ...oldest },
    { since: "0.6.0", minor: "0.6", flags: flags060, paths: paths050, ...oldest },
    { since: "0.7.0", minor: "0.7", flags: flags070, paths: paths070, ...renamed },
    { since: "0.8.0", minor: "0.8", flags: flags080, paths: paths070, ...renamed },
    { since: "0.9.0", minor: "0.9", flags: flags090, paths: paths090, ...newest },
    { since: "0.9.2", minor: "0.9", flags: flags092, paths: paths092, ...untold },
    { since: "0.10.0", minor: "0.10", flags: flags092, paths: paths092, ...untold },
    { since: "0.10.1", minor: "0.10", flags: flags0101, paths: paths092, ...untold },
];
