/** The shapes of the version matrix. The data are in `data.ts`. */

/** What a plugin of the EPP is, as far as the linter must know. */
export type PluginKind = "filter" | "scorer" | "picker" | "profile-handler" | "other";

/** Where a plugin is told the KV cache block, and what it counts. */
export interface BlockParameter {
    readonly path: readonly string[];
    readonly unit: "characters" | "tokens";
}

/** One plugin type over a range of EPP versions in which its parameters did not change. */
export interface PluginType {
    readonly type: string;
    readonly kind: PluginKind;
    /** First EPP minor version of the range. */
    readonly since: string;
    /** Last EPP minor version of the range; open when absent. */
    readonly last?: string;
    /** Names of its parameters. Absent where they were not read in the source, and so are not linted. */
    readonly parameters?: readonly string[];
    readonly block?: BlockParameter;
}

/** A rule of a Role or ClusterRole. */
export interface RbacRule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
}

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
    /** With a pool: whether it fails without the InferenceObjective CRD. It looks for the CRD before it reads, otherwise. */
    readonly needsObjectiveCrd: boolean;
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

/** What one minor version of the simulator accepts. */
export interface SimulatorRelease {
    readonly minor: string;
    /** How latencies are written: whole milliseconds, a duration such as `20ms`, or either. */
    readonly latency: "milliseconds" | "either" | "duration";
    readonly kvCacheMetric: string;
    /** Where a model name that is no dummy makes it look for a tokenizer. */
    readonly tokenizer: "hub" | "uds" | "render";
    /** The flag that keeps it from looking for a tokenizer at all. */
    readonly dummyTokenizerFlag?: string;
    /** Path that says whether it is ready for requests. */
    readonly readinessPath: string;
    /** POD_NAME and POD_NAMESPACE make it answer with x-inference-pod and x-inference-namespace. */
    readonly podHeaders: boolean;
    /** Values of `--block-size`. */
    readonly blockSizes: readonly number[];
}

/** What Istio supports from one version up to the next in the list. */
export interface IstioRelease {
    readonly since: string;
    /** Versions of InferencePool that it serves; v1alpha2 is of the experimental API group. */
    readonly poolVersions: readonly string[];
    /** Whether every pool of one Gateway reaches its own EPP. */
    readonly manyPools: boolean;
    /** Environment variable of istiod that must be "true" before it reads pools. */
    readonly poolFeatureFlag?: string;
    /** A ConfigMap named by the Gateway's `infrastructure.parametersRef` customizes its Deployment and Service. */
    readonly gatewayParameters: boolean;
}
