import { flags010, flags09, flags12, flags13, refusedMetricFlags } from "./eppFlags";
import { gpuCacheUsage, kvCacheUsage } from "./kvCacheMetric";

/**
 * What each released version can do. "GIE" is kubernetes-sigs/gateway-api-inference-extension, "scheduler" is
 * llm-d/llm-d-inference-scheduler, "router" is its later name llm-d/llm-d-router, "sim" is llm-d/llm-d-inference-sim.
 * Flags, feature gates and plugins were read in the sources of each release, and `npm run releases:check` compares them
 * (docs/releases.md).
 */

/** What one minor version of the endpoint picker (EPP) accepts and needs. */
export interface EppRelease {
    readonly minor: string;
    /** Image without registry and tag. */
    readonly image: string;
    /** The GIE version that it is built on, or a commit between two; from 0.9 on, whose definitions it reads. */
    readonly gie: string;
    /** Command line flags, without dashes; another one ends the EPP at start. */
    readonly flags: readonly string[];
    /** Flags that parse, and that `options.Validate` then refuses. */
    readonly refusedFlags: readonly string[];
    /** Parses with Go's own flag package, for which one dash is as good as two. */
    readonly oneDash: boolean;
    /** Refuses to start without a configuration. */
    readonly configRequired: boolean;
    /** apiVersions of EndpointPickerConfig that it reads; the first is not deprecated. */
    readonly configApiVersions: readonly string[];
    /** Feature gates that it knows; another one ends the EPP at start. */
    readonly featureGates: readonly string[];
    /** Whether a gate may be turned off: `gate=false`. */
    readonly gateValues: boolean;
    /** Whether a plugin's parameter that it does not know ends it at start; otherwise it is ignored. */
    readonly strictParameters: boolean;
    /** Whether a weight must be a whole number (the field is an `int`, and decoding is strict). */
    readonly wholeWeights: boolean;
    /** The plugin that splits prompts into blocks; which parameter sizes them is in the plugin table. */
    readonly prefixBlockPlugin: "prefix-cache-scorer" | "approx-prefix-cache-producer";
    readonly disaggregation: Disaggregation;
    readonly routingSidecar: RoutingSidecar;
    readonly kvCacheMetric: {
        /** The name it reads unless told otherwise. */
        readonly name: string;
        /** How another name is given: a flag, `engineConfigs` of the core-metrics-extractor, or not at all. */
        readonly rename: "flag" | "engineConfigs" | "none";
    };
    /**
     * The first patch version that reads InferenceObjectives. GIE 1.3.0 asks nobody whether their CRD exists, and so never
     * starts their reconciler (router#610, `runner.go` without `PopulateControllerConfig`).
     */
    readonly objectivesSince?: string;
    /**
     * API groups of the InferenceObjectives that it reads, the preferred one last: of those that the cluster serves it reads
     * the last, and ignores the others (router 0.9.0 and 0.10.0 `server/controller_config.go`). What it will find no setting
     * tells, so that it needs the right to read them in each.
     */
    readonly objectiveGroups: readonly [ObjectiveGroup, ...ObjectiveGroup[]];
    /**
     * Whether it finds pods by `--endpoint-selector` alone. GIE 1.4 and 1.5 exit at start without a pool's name, and
     * refuse one beside the selector (GIE#2858, mended by GIE#2862 after 1.5.0).
     */
    readonly standalone: boolean;
    /**
     * Whether it sends traces over TLS to an https collector. Earlier ones ask for plain text in the code, which no variable
     * changes (GIE 1.2.0 to 1.5.0 and router 0.9.0 `telemetry.go`: `WithInsecure`).
     */
    readonly tracesOverTls: boolean;
    /** Whether it tells its own metrics as `llm_d_epp_*` (router 0.9.0 `pkg/epp/metrics/llm_d_router_metrics.go`). */
    readonly demandMetrics: boolean;
    /**
     * Whether it can ask a model server for the tokens of a prompt (`token-producer` with `vllm`), which are then the ones in
     * that server's cache. Others make them with the tokenizer of a real model: built in up to 0.6, and from 0.7 on a
     * sidecar's, which loads it from Hugging Face (`tokenizer` with `udsTokenizerConfig`).
     */
    readonly asksForTokens: boolean;
    /** With a pool: reads InferenceModelRewrites where their CRD is installed, and so needs the right to. */
    readonly modelRewrites: boolean;
}

/** How prefill/decode disaggregation is configured. */
export interface Disaggregation {
    /**
     * `threshold`: pd-profile-handler counts characters itself. `named-decider`: it asks the plugin that `deciderPluginName`
     * names. `deciders`: disagg-profile-handler asks one for each stage.
     */
    readonly form: "threshold" | "named-decider" | "deciders";
    /** The plugin that tells the decode pod where to prefill; absent where the profile handler does. */
    readonly headersHandler?: string;
    /** Feature gates without which the decider has no data. */
    readonly featureGates: readonly string[];
}

/** What stands in front of a decode pod, and has another pod prefill (`cmd/pd-sidecar` of each tag). */
export interface RoutingSidecar {
    /** Image without registry and tag; its tags are the EPP's. */
    readonly image: string;
    /** Whether everybody may pull it, as the EPP's of the same releases. */
    readonly open: boolean;
    /** The flag of the port that the model server listens on. */
    readonly serverPortFlag: string;
    /** That port without the flag. */
    readonly defaultServerPort: string;
    /** The flag of how caches move between pods. */
    readonly connectorFlag: string;
}

/** Services of the gRPC health server under leader election (GIE 1.2.0 and 1.5.0 `cmd/epp/runner/health.go`). */
export const eppHealthServices = { liveness: "liveness", readiness: "readiness" } as const;

/** `+groupName` of GIE 1.2.0 to 1.5.0 `apix/config/v1alpha1`. */
const gieConfig = "inference.networking.x-k8s.io/v1alpha1";
/** router#972: from 0.9. */
const llmdConfig = "llm-d.ai/v1alpha1";
/** The release from which on EPPs are announced to read the first of an EPP's `configApiVersions` alone (router#1298). */
export const olderConfigGoes = "0.11";

export const gieObjectives = "inference.networking.x-k8s.io";
/** router#1449: from 0.9. */
const llmdObjectives = "llm-d.ai";

/** An API group that InferenceObjectives are or were of; in both of them they are v1alpha2. */
export type ObjectiveGroup = "inference.networking.x-k8s.io" | "llm-d.ai";

/** Every {@link ObjectiveGroup}, the older one first. */
export const objectiveGroups = [gieObjectives, llmdObjectives] as const satisfies ObjectiveGroup[];

/** `cmd/pd-sidecar/main.go` of 0.4.0 to 0.6.1. */
const oldestSidecar = {
    image: "llm-d-routing-sidecar",
    open: false,
    serverPortFlag: "vllm-port",
    defaultServerPort: "8001",
    connectorFlag: "connector",
} satisfies RoutingSidecar;
/** `pkg/sidecar/proxy/options.go` of 0.7.1 and 0.8.0. */
const renamedSidecar = { ...oldestSidecar, connectorFlag: "kv-connector" } satisfies RoutingSidecar;
/** Of 0.9.0, whose `Makefile` gives the image its new name. */
const routerSidecar = {
    ...renamedSidecar,
    image: "llm-d-router-disagg-sidecar",
    open: true,
} satisfies RoutingSidecar;
/** Of 0.10.0, which deprecates the older flag, and has another port by default. */
const newestSidecar = {
    ...routerSidecar,
    serverPortFlag: "model-server-port",
    defaultServerPort: "8200",
} satisfies RoutingSidecar;

/** Of the EPPs that have sources of their own (`cmd/epp/runner`), with GIE's definitions of 1.5.0. */
const ofRouter = {
    image: "llm-d-router-endpoint-picker",
    gie: "1.5",
    refusedFlags: refusedMetricFlags,
    oneDash: false,
    configRequired: false,
    configApiVersions: [llmdConfig, gieConfig],
    strictParameters: true,
    wholeWeights: false,
    prefixBlockPlugin: "approx-prefix-cache-producer",
    disaggregation: { form: "deciders", featureGates: [] },
    kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
    // Both groups are in the rules of the router's own charts (`config/charts/*/templates/rbac.yaml`).
    objectiveGroups: [gieObjectives, llmdObjectives],
    // The router's own `runner.go` takes the name from the Deployment.
    standalone: true,
    demandMetrics: true,
    asksForTokens: true,
    modelRewrites: true,
} satisfies Partial<EppRelease>;

/** Of the EPPs that are made of GIE's, where their release does not say otherwise. */
const ofScheduler = {
    image: "llm-d-inference-scheduler",
    flags: flags13,
    refusedFlags: [],
    oneDash: false,
    configRequired: true,
    configApiVersions: [gieConfig],
    featureGates: ["dataLayer", "flowControl", "prepareDataPlugins"],
    gateValues: false,
    strictParameters: false,
    wholeWeights: false,
    prefixBlockPlugin: "prefix-cache-scorer",
    kvCacheMetric: { name: kvCacheUsage, rename: "flag" },
    objectiveGroups: [gieObjectives],
    tracesOverTls: false,
    asksForTokens: false,
    demandMetrics: false,
    modelRewrites: true,
} satisfies Partial<EppRelease>;

/** Of those with GIE 1.4 and 1.5. */
const ofLaterScheduler = {
    ...ofScheduler,
    // GIE 1.4.0 already refuses them, not only 1.5.
    refusedFlags: refusedMetricFlags,
    configRequired: false,
} satisfies Partial<EppRelease>;

/** Released EPPs, oldest first. */
export const eppReleases: readonly EppRelease[] = [
    {
        ...ofScheduler,
        minor: "0.4",
        routingSidecar: oldestSidecar,
        gie: "1.2",
        // controller-runtime registers `kubeconfig` on the standard flag set, which only GIE <= 1.2 parses.
        flags: [...flags12, "kubeconfig"],
        oneDash: true,
        configRequired: false,
        featureGates: ["dataLayer", "flowControl"],
        wholeWeights: true,
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        kvCacheMetric: { name: gpuCacheUsage, rename: "flag" },
        // Seen: llm-d 0.4.0 on GIE 1.2.0.
        standalone: true,
        modelRewrites: false,
    },
    {
        ...ofScheduler,
        minor: "0.5",
        routingSidecar: oldestSidecar,
        gie: "1.3",
        wholeWeights: true,
        // The decider came with router#531, which waited for GIE 1.4's token blocks.
        disaggregation: {
            form: "threshold",
            headersHandler: "prefill-header-handler",
            featureGates: [],
        },
        // 0.5.0 stands on GIE 1.3.0, 0.5.1 on 1.3.1.
        objectivesSince: "0.5.1",
        // GIE 1.3.1 `runner.go` has no such check.
        standalone: true,
    },
    {
        ...ofScheduler,
        minor: "0.6",
        routingSidecar: oldestSidecar,
        // Between 1.3.0 and 1.4.0-rc.1.
        gie: "fd30cb97",
        // scheduler 0.6.0 `deploy/config/pd-epp-config.yaml`.
        disaggregation: {
            form: "named-decider",
            headersHandler: "prefill-header-handler",
            featureGates: ["prepareDataPlugins"],
        },
        // Its `setupDatastore` is still that of GIE 1.3.
        standalone: true,
    },
    {
        ...ofLaterScheduler,
        minor: "0.7",
        routingSidecar: renamedSidecar,
        gie: "1.4",
        // scheduler 0.7.1 `deploy/config/pd-epp-config.yaml`.
        disaggregation: {
            form: "deciders",
            headersHandler: "disagg-headers-handler",
            featureGates: ["prepareDataPlugins"],
        },
        // engineConfigs exist, but are read only behind the experimental dataLayer gate (GIE 1.4.0 `runner.go`).
        kvCacheMetric: { name: kvCacheUsage, rename: "none" },
        standalone: false,
    },
    {
        ...ofLaterScheduler,
        minor: "0.8",
        routingSidecar: renamedSidecar,
        gie: "1.5",
        featureGates: ["dataLayer", "enableLegacyMetrics", "flowControl"],
        prefixBlockPlugin: "approx-prefix-cache-producer",
        // The headers are still apart: router#905 folded them into the profile handler after 0.8.0.
        disaggregation: { form: "deciders", headersHandler: "disagg-headers-handler", featureGates: [] },
        kvCacheMetric: { name: kvCacheUsage, rename: "engineConfigs" },
        // GIE 1.5.0, which 0.8.0 requires without a change, was seen to exit.
        standalone: false,
    },
    {
        ...ofRouter,
        minor: "0.9",
        routingSidecar: routerSidecar,
        flags: flags09,
        featureGates: ["dataLayer", "flowControl"],
        gateValues: false,
        tracesOverTls: false,
    },
    {
        ...ofRouter,
        minor: "0.10",
        routingSidecar: newestSidecar,
        flags: flags010,
        featureGates: ["flowControl", "haPopulateNonLeaderDatastore"],
        // `loadFeatureConfig`.
        gateValues: true,
        tracesOverTls: true,
    },
];
