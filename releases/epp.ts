import { gpuCacheUsage, kvCacheUsage } from "./kvCacheMetric";

/**
 * What each released version can do. "GIE" is kubernetes-sigs/gateway-api-inference-extension, "scheduler" is
 * llm-d/llm-d-inference-scheduler, "router" is its later name llm-d/llm-d-router, "sim" is llm-d/llm-d-inference-sim.
 * Read in module sources: GIE 1.2.0, 1.3.1, 1.4.0, 1.5.0, scheduler 0.4.0, 0.7.1, sim 0.10.2. What is said of other
 * versions comes from the issues and pull requests named beside it, or follows from both neighbours.
 */

/** What one minor version of the endpoint picker (EPP) accepts and needs. */
export interface EppRelease {
    readonly minor: string;
    /** Image without registry and tag. */
    readonly image: string;
    /** The GIE version that it is built on. */
    readonly gie: string;
    /** Whether flags, feature gates and plugin parameters were all read in sources of this version or both neighbours. */
    readonly evidence: "complete" | "partial";
    /** Command line flags, without dashes; another one ends the EPP at start. A lower bound where evidence is partial. */
    readonly flags: readonly string[];
    /** Flags that parse, and that `options.Validate` then refuses. */
    readonly refusedFlags: readonly string[];
    /** Parses with Go's own flag package, for which one dash is as good as two. */
    readonly oneDash: boolean;
    /** Refuses to start without a configuration. */
    readonly configRequired: boolean;
    /** apiVersions of EndpointPickerConfig that it reads; the first is not deprecated. */
    readonly configApiVersions: readonly string[];
    /** Feature gates that it knows; another one ends the EPP at start. Absent where they were not read in the source. */
    readonly featureGates?: readonly string[];
    /** Whether a weight must be a whole number (the field is an `int`, and decoding is strict). */
    readonly wholeWeights: boolean;
    /** The plugin that splits prompts into blocks; which parameter sizes them is in the plugin table. */
    readonly prefixBlockPlugin: "prefix-cache-scorer" | "approx-prefix-cache-producer";
    readonly disaggregation: Disaggregation;
    readonly kvCacheMetric: {
        /** The name it reads unless told otherwise. */
        readonly name: string;
        /** How another name is given: a flag, `engineConfigs` of the core-metrics-extractor, or not at all. */
        readonly rename: "flag" | "engineConfigs" | "none";
    };
    /** API groups of the InferenceObjectives that it reads. */
    readonly objectiveGroups: readonly string[];
    /**
     * Whether it finds pods by `--endpoint-selector` alone. GIE 1.4 and 1.5 exit at start without a pool's name, and
     * refuse one beside the selector (GIE#2858, mended by GIE#2862 after 1.5.0).
     */
    readonly standalone: boolean;
    /** With a pool: reads InferenceModelRewrites where their CRD is installed, and so needs the right to. */
    readonly modelRewrites: boolean;
}

/** How prefill/decode disaggregation is configured. */
export interface Disaggregation {
    /** `threshold`: pd-profile-handler counts characters itself. `decider`: disagg-profile-handler asks a decider plugin. */
    readonly form: "threshold" | "decider";
    /** The plugin that tells the decode pod where to prefill; absent where the profile handler does. */
    readonly headersHandler?: string;
    /** Feature gates without which the decider has no data. */
    readonly featureGates: readonly string[];
}

/** Services of the gRPC health server under leader election (GIE 1.2.0 and 1.5.0 `cmd/epp/runner/health.go`). */
export const eppHealthServices = { liveness: "liveness", readiness: "readiness" } as const;

/** GIE 1.2.0 `cmd/epp/runner/runner.go`; zap's flags are controller-runtime's `Options.BindFlags`. */
const flags12 = [
    "cache-info-metric",
    "cert-path",
    "config-file",
    "config-text",
    "enable-pprof",
    "endpoint-selector",
    "endpoint-target-ports",
    "grpc-health-port",
    "grpc-port",
    "ha-enable-leader-election",
    "health-checking",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "metrics-endpoint-auth",
    "metrics-port",
    "metrics-staleness-threshold",
    "model-server-metrics-https-insecure-skip-verify",
    "model-server-metrics-path",
    "model-server-metrics-port",
    "model-server-metrics-scheme",
    "pool-group",
    "pool-name",
    "pool-namespace",
    "refresh-metrics-interval",
    "refresh-prometheus-metrics-interval",
    "secure-serving",
    "total-queued-requests-metric",
    "tracing",
    "v",
    "zap-devel",
    "zap-encoder",
    "zap-log-level",
    "zap-stacktrace-level",
    "zap-time-encoding",
];

/** GIE 1.3.1, 1.4.0 and 1.5.0 `pkg/epp/server/options.go`: the three know the same flags. */
const flags13 = [
    ...flags12,
    "disable-endpoint-subset-filter",
    "enable-cert-reload",
    "total-running-requests-metric",
];

/** router#1940 and kserve#5877: gone in 0.10, for parameters of the metrics-data-source. */
const flags010 = flags13.filter((flag) => !flag.startsWith("model-server-metrics-"));

/** GIE 1.4.0 and 1.5.0 `options.Validate`, and router `server/options.go`: use `engineConfigs` instead. */
const refusedMetricFlags = [
    "cache-info-metric",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "total-queued-requests-metric",
    "total-running-requests-metric",
];

/** `+groupName` of GIE 1.2.0 to 1.5.0 `apix/config/v1alpha1`. */
const gieConfig = "inference.networking.x-k8s.io/v1alpha1";
/** router#972: from 0.9; the older group is deprecated and goes in 0.11 (router#1298). */
const llmdConfig = "llm-d.ai/v1alpha1";

export const gieObjectives = "inference.networking.x-k8s.io";

const router09: EppRelease = {
    minor: "0.9",
    image: "llm-d-router-endpoint-picker",
    gie: "1.5",
    // No source of exactly 0.9 was read: release notes, charts and pull requests of its time.
    evidence: "partial",
    flags: flags13,
    refusedFlags: refusedMetricFlags,
    oneDash: false,
    configRequired: false,
    configApiVersions: [llmdConfig, gieConfig],
    wholeWeights: false,
    prefixBlockPlugin: "approx-prefix-cache-producer",
    disaggregation: { form: "decider", featureGates: [] },
    kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
    // Both groups are in the rules of the router's own charts (`config/charts/*/templates/rbac.yaml`).
    objectiveGroups: [gieObjectives, "llm-d.ai"],
    // The router's own `runner.go` takes the name from the Deployment.
    standalone: true,
    modelRewrites: true,
};

/** Released EPPs, oldest first. There is no matrix of 0.6: its GIE level is not recorded anywhere that was read. */
export const eppReleases: readonly EppRelease[] = [
    {
        minor: "0.4",
        image: "llm-d-inference-scheduler",
        gie: "1.2",
        evidence: "complete",
        // controller-runtime registers `kubeconfig` on the standard flag set, which only GIE <= 1.2 parses.
        flags: [...flags12, "kubeconfig"],
        refusedFlags: [],
        oneDash: true,
        configRequired: false,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl"],
        wholeWeights: true,
        prefixBlockPlugin: "prefix-cache-scorer",
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        kvCacheMetric: { name: gpuCacheUsage, rename: "flag" },
        objectiveGroups: [gieObjectives],
        // Seen: llm-d 0.4.0 on GIE 1.2.0.
        standalone: true,
        modelRewrites: false,
    },
    {
        minor: "0.5",
        image: "llm-d-inference-scheduler",
        gie: "1.3",
        // GIE 1.3.1 was read; the scheduler's own plugins are those that 0.4.0 and 0.7.1 share.
        evidence: "complete",
        flags: flags13,
        refusedFlags: [],
        oneDash: false,
        configRequired: true,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl", "prepareDataPlugins"],
        wholeWeights: true,
        prefixBlockPlugin: "prefix-cache-scorer",
        // The decider came with router#531, which waited for GIE 1.4's token blocks.
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        kvCacheMetric: { name: kvCacheUsage, rename: "flag" },
        objectiveGroups: [gieObjectives],
        // GIE 1.3.1 `runner.go` has no such check.
        standalone: true,
        modelRewrites: true,
    },
    {
        minor: "0.7",
        image: "llm-d-inference-scheduler",
        gie: "1.4",
        evidence: "complete",
        flags: flags13,
        // GIE 1.4.0 already refuses them, not only 1.5.
        refusedFlags: refusedMetricFlags,
        oneDash: false,
        configRequired: false,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "flowControl", "prepareDataPlugins"],
        wholeWeights: false,
        prefixBlockPlugin: "prefix-cache-scorer",
        // scheduler 0.7.1 `deploy/config/pd-epp-config.yaml`.
        disaggregation: {
            form: "decider",
            headersHandler: "disagg-headers-handler",
            featureGates: ["prepareDataPlugins"],
        },
        // engineConfigs exist, but are read only behind the experimental dataLayer gate (GIE 1.4.0 `runner.go`).
        kvCacheMetric: { name: kvCacheUsage, rename: "none" },
        objectiveGroups: [gieObjectives],
        standalone: false,
        modelRewrites: true,
    },
    {
        minor: "0.8",
        image: "llm-d-inference-scheduler",
        gie: "1.5",
        // GIE 1.5.0 was read; the scheduler's own plugins are those that 0.7.1 and the router share.
        evidence: "complete",
        flags: flags13,
        refusedFlags: refusedMetricFlags,
        oneDash: false,
        configRequired: false,
        configApiVersions: [gieConfig],
        featureGates: ["dataLayer", "enableLegacyMetrics", "flowControl"],
        wholeWeights: false,
        prefixBlockPlugin: "approx-prefix-cache-producer",
        // router#905 folded the headers into the profile handler about when 0.8.0 was cut; both together are harmless.
        disaggregation: { form: "decider", headersHandler: "disagg-headers-handler", featureGates: [] },
        kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
        objectiveGroups: [gieObjectives],
        // GIE 1.5.0 was seen to exit. Whether 0.8.0 itself carries the later fix could not be read.
        standalone: false,
        modelRewrites: true,
    },
    router09,
    // vllm-project/semantic-router#3408 runs v0.10.0 with the same group of configurations.
    { ...router09, minor: "0.10", flags: flags010 },
];
