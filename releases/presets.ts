import type { EppRelease } from "./epp";
import type { KvEventsOptions } from "./kvEvents";
import { kvEventPlugins } from "./kvEvents";
import { kvCacheUsage } from "./kvCacheMetric";
import { charactersPerToken } from "./plugins";
import { pluginTypesOf } from "./versions";

/** The preset whose scores come from what model servers tell of their caches. */
export const precisePreset = "precise-prefix-cache";

/** The presets of plugins. */
export const presets = [
    "default",
    "prefix-cache",
    "load-aware",
    "optimized-baseline",
    "pd-disaggregated",
    precisePreset,
] as const;

export type Preset = (typeof presets)[number];

/** An entry of `plugins`. Its name is its type, unless one is given. */
export interface PluginSpec {
    name?: string;
    type: string;
    parameters?: Record<string, unknown>;
}

/** A scheduling profile: references to plugins, in the order filters, scorers, picker. */
export interface ProfileSpec {
    name: string;
    plugins: { pluginRef: string; weight?: number }[];
}

/** The EPP's configuration file. */
export interface PickerConfig {
    apiVersion: string;
    kind: "EndpointPickerConfig";
    featureGates?: string[];
    flowControl?: { defaultRequestTTL: string };
    plugins: PluginSpec[];
    schedulingProfiles: ProfileSpec[];
}

/** What a preset depends on. */
export interface PresetOptions {
    /** The model servers' KV cache block, in tokens. */
    blockSize: number;
    /** Name of the model servers' KV cache metric, where the EPP must be told (`kvCacheMetricSettings`). */
    engineMetric?: string;
    /** Whether requests wait in the EPP while all pods are full. Default: false. */
    flowControl?: boolean;
    /**
     * How long a request may wait for a pod, e.g. `300s`; only from EPP 0.9 on. Default: the release's own, which is for
     * ever in 0.9 and 60 s in 0.10.
     */
    requestTtl?: string;
    /** What `precise-prefix-cache` needs besides, which no other preset reads. */
    kvEvents?: KvEventsOptions;
}

/** The feature gate, known to every release, with which an EPP queues requests. */
export const flowControlGate = "flowControl";

/** Weights of scorers, by plugin. */
type Weights = Record<string, number>;

const byPrefix: Weights = { "prefix-cache-scorer": 3, "load-aware-scorer": 1 };

/**
 * Scorers of each preset. The default gives a cold prompt 1.5 on an idle pod and a warm one 3.5. In
 * `prefix-cache` the load only decides between pods that are equally warm. `pd-disaggregated` weighs both profiles as
 * scheduler 0.7.1 `deploy/config/pd-epp-config.yaml` does. `optimized-baseline` is llm-d's guide of that name, as the
 * router's own test has it (0.9.0 and 0.10.0 `test/integration/epp/wellknown_configs_test.go`). `precise-prefix-cache` weighs
 * as `prefix-cache` does, so that nothing but the knowledge of prefixes is between them.
 */
const weights: Record<Preset, Weights> = {
    default: { "load-aware-scorer": 1, "prefix-cache-scorer": 2, "kv-cache-utilization-scorer": 1 },
    "prefix-cache": byPrefix,
    "load-aware": { "load-aware-scorer": 1, "kv-cache-utilization-scorer": 1 },
    "optimized-baseline": {
        "queue-scorer": 2,
        "kv-cache-utilization-scorer": 2,
        "prefix-cache-scorer": 3,
        "no-hit-lru-scorer": 2,
    },
    "pd-disaggregated": { "prefix-cache-scorer": 2, "queue-scorer": 1 },
    [precisePreset]: byPrefix,
};

/**
 * The scorers of a preset that do in a release what they are for. The no-hit-lru-scorer reads what the producer of prefixes
 * has found from 0.8 on, where that is a plugin; in 0.4 it looks under another name by default, and takes every prompt
 * for a cold one.
 */
function weightsOf(preset: Preset, { prefixBlockPlugin }: EppRelease): Weights {
    return Object.fromEntries(
        Object.entries(weights[preset]).filter(
            ([scorer]) =>
                scorer !== "no-hit-lru-scorer" || prefixBlockPlugin === "approx-prefix-cache-producer",
        ),
    );
}

const picker = "max-score-picker";

/** The presets that a release can run; `precise-prefix-cache` asks for a simulator that goes with it besides. */
export function presetsOf(release: EppRelease): Preset[] {
    return presets.filter((preset) => preset !== precisePreset || release.asksForTokens);
}

/**
 * The EndpointPickerConfig of a preset, in the words of the release. The real loaders of GIE 1.2.0, 1.4.0 and 1.5.0
 * have accepted those of 0.4, 0.7 and 0.8, the first two with the scheduler's own disaggregation plugins.
 *
 * @throws Error when the preset is none of {@link presetsOf}, or lacks what it needs.
 */
export function presetConfig(preset: Preset, release: EppRelease, options: PresetOptions): PickerConfig {
    if (!presetsOf(release).includes(preset)) {
        throw new Error(`EPP ${release.minor} cannot run ${preset}.`);
    }
    const disaggregated = preset === "pd-disaggregated";
    const featureGates = [
        ...(disaggregated ? release.disaggregation.featureGates : []),
        ...(options.flowControl ? [flowControlGate] : []),
    ];
    const scorerWeights = weightsOf(preset, release);
    const scorers = Object.keys(scorerWeights);
    const filters = disaggregated ? ["prefill-filter", "decode-filter"] : ["decode-filter"];
    return {
        apiVersion: release.configApiVersions[0] ?? "",
        kind: "EndpointPickerConfig",
        ...(featureGates.length > 0 ? { featureGates } : {}),
        ...(options.requestTtl === undefined
            ? {}
            : { flowControl: { defaultRequestTTL: options.requestTtl } }),
        plugins: [
            ...filters.map((type) => ({ type })),
            ...scorers.flatMap((type) =>
                type === "prefix-cache-scorer" ? prefixPlugins(preset, release, options) : [{ type }],
            ),
            ...metricPlugins(options.engineMetric),
            { type: picker },
            ...(disaggregated
                ? disaggregationPlugins(release, options.blockSize)
                : [{ type: "single-profile-handler" }]),
        ],
        schedulingProfiles: disaggregated
            ? [
                  profile("prefill", "prefill-filter", scorerWeights),
                  profile("decode", "decode-filter", scorerWeights),
              ]
            : [profile("default", "decode-filter", scorerWeights)],
    };
}

function profile(name: string, filter: string, scorers: Weights): ProfileSpec {
    return {
        name,
        plugins: [
            { pluginRef: filter },
            ...Object.entries(scorers).map(([pluginRef, weight]) => ({ pluginRef, weight })),
            { pluginRef: picker },
        ],
    };
}

/** What knows prefixes: the EPP's own memory of what it sent where, or the model servers' events. */
function prefixPlugins(
    preset: Preset,
    release: EppRelease,
    { blockSize, kvEvents }: PresetOptions,
): PluginSpec[] {
    if (preset !== precisePreset) {
        return memoryPlugins(release, blockSize);
    }
    if (kvEvents === undefined) {
        throw new Error(`${preset} is not told of the model servers' events.`);
    }
    return kvEventPlugins(kvEvents, blockSize);
}

/** Without `autoTune: false` the EPP takes the block from a metric of the model servers, and its own setting is void. */
function memoryPlugins(release: EppRelease, blockSize: number): PluginSpec[] {
    const type = release.prefixBlockPlugin;
    const sized: PluginSpec = {
        type,
        parameters: { autoTune: false, ...blockParameters(release, type, blockSize) },
    };
    return type === "prefix-cache-scorer" ? [sized] : [sized, { type: "prefix-cache-scorer" }];
}

/** The decode pod prefills by itself while less than one block of the prompt is missing from its cache. */
function disaggregationPlugins(release: EppRelease, blockSize: number): PluginSpec[] {
    const { form, headersHandler } = release.disaggregation;
    const headers = headersHandler === undefined ? [] : [{ type: headersHandler }];
    if (form === "threshold") {
        const handler = "pd-profile-handler";
        return [
            ...headers,
            {
                type: handler,
                parameters: {
                    threshold: blockSize * charactersPerToken,
                    ...blockParameters(release, handler, blockSize),
                },
            },
        ];
    }
    const decider = "prefix-based-pd-decider";
    return [
        ...headers,
        // Before its handler: scheduler 0.7.1 makes plugins in their order, and the handler looks the decider up.
        { type: decider, parameters: { nonCachedTokens: blockSize } },
        form === "named-decider"
            ? { type: "pd-profile-handler", parameters: { deciderPluginName: decider } }
            : { type: "disagg-profile-handler", parameters: { deciders: { prefill: decider } } },
    ];
}

/** Names of vLLM's metrics, as an EPP reads them unless told otherwise (GIE 1.5.0, router 0.10.0). */
export const vllmMetrics = {
    queuedRequestsSpec: "vllm:num_requests_waiting",
    runningRequestsSpec: "vllm:num_requests_running",
    kvUsageSpec: kvCacheUsage,
    loraSpec: "vllm:lora_requests_info",
    cacheInfoSpec: "vllm:cache_config_info",
} as const;

/** A user's engine replaces the built-in one of that name wholly, so all of its metrics are named (GIE 1.5.0). */
function metricPlugins(kvUsageSpec: string | undefined): PluginSpec[] {
    if (kvUsageSpec === undefined) {
        return [];
    }
    const engine = { name: "vllm", ...vllmMetrics, kvUsageSpec };
    return [{ type: "core-metrics-extractor", parameters: { engineConfigs: [engine] } }];
}

function blockParameters(release: EppRelease, type: string, blockSize: number): Record<string, number> {
    const block = pluginTypesOf(release).get(type)?.block;
    const [parameter] = block?.path ?? [];
    if (block === undefined || parameter === undefined) {
        throw new Error(`EPP ${release.minor}: ${type} has no parameter for the block size.`);
    }
    const size = block.unit === "characters" ? blockSize * charactersPerToken : blockSize;
    // What would be in force anyway, so that the file says what is, and the EPP does not warn.
    return { [parameter]: Math.max(size, block.minimum ?? 0) };
}
