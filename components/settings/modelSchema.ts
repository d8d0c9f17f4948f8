import { z } from "zod";
import { defaultEppImage, defaultVersions, objectiveGroups, presets } from "../../releases";
import { autoscaling } from "./autoscalingSchema";
import { certificates, headerName, headerValue, privateKey, secretName, toggle } from "./common";
import { nanosecondsOf } from "./durations";
import { secretKey } from "./kubernetes";
import { latency } from "./latencySchema";
import { placement } from "./placement";
import {
    burstableResources,
    dnsLabel,
    dnsLabelAllowed,
    duration,
    durationAllowed,
    pinnedImage,
    pinnedImageAllowed,
    replicas,
    resources,
    setting,
} from "./values";

const replicaCounts = z
    .strictObject({
        decode: replicas(1, "Decode pods: what the proxy Service and the pool select.").default(3),
        prefill: replicas(
            0,
            "Prefill pods. They never receive requests from the proxy Service or the pool.",
        ).default(1),
        epp: replicas(
            1,
            "EPP pods. More than one needs leader election, so only the leader is Ready.",
        ).default(1),
    })
    .prefault({});

const registryPrefix = z
    .string()
    .max(255, { abort: true })
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?(?:\/[a-z0-9._-]+)*$/);

const minorVersion = z
    .string()
    .max(20, { abort: true })
    .regex(/^\d+\.\d+$/);

const listedSecret = dnsLabel.meta({ allowed: "the name of a Secret" });

const images = z
    .strictObject({
        simulator: setting(
            pinnedImage,
            "Image of the inference simulator. Its arguments follow the version in its tag.",
            pinnedImageAllowed,
        ).default(`ghcr.io/llm-d/llm-d-inference-sim:v${defaultVersions.simulator}`),
        epp: setting(
            pinnedImage,
            "Image of the endpoint picker. Its arguments follow the version in its tag.",
            pinnedImageAllowed,
        ).default(defaultEppImage),
        sidecar: setting(
            pinnedImage,
            "Image of the routing sidecar of decode pods, where the EPP picks prefill pods. None means upstream's of the EPP's version.",
            pinnedImageAllowed,
        ).optional(),
        simulatorVersion: setting(
            minorVersion,
            "Simulator version (major.minor) that a digest or a private tag stands for; taken from the tag otherwise.",
            'major.minor, e.g. "0.10"',
        ).optional(),
        eppVersion: setting(
            minorVersion,
            "EPP version (major.minor) that a digest or a private tag stands for; taken from the tag otherwise.",
            'major.minor, e.g. "0.5"',
        ).optional(),
        registry: setting(
            registryPrefix,
            "What takes the place of the registry in every image, for a mirror or a site without the internet; the rest of an image's path stays.",
            "a registry, with a path if need be, e.g. mirror.example.com:5000/ghcr",
        ).optional(),
        pullSecrets: setting(
            distinct(z.array(listedSecret)),
            "Names of image pull Secrets that exist in both namespaces.",
            "a list of Secret names, each once",
        ).default([]),
    })
    .prefault({});

const modelNameAllowed =
    "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct";

const modelName = z
    .string()
    .max(200, { abort: true })
    .regex(/^[\w][\w.:/-]*$/)
    .meta({ allowed: modelNameAllowed });

/** Names of models, each once. */
function modelNames(description: string): z.ZodArray<typeof modelName> {
    return setting(distinct(z.array(modelName).max(100)), description, "a list of model names, each once");
}

function distinct<T extends z.ZodArray<z.ZodString>>(list: T): T {
    return list.refine((names) => new Set(names).size === names.length).meta({ uniqueItems: true });
}

/** What goes through to a program of which the settings have no name for it. */
function extraArguments(program: string): z.ZodArray<z.ZodString> {
    const argument = z
        .string()
        .max(4096, { abort: true })
        .regex(/^--[A-Za-z][\w-]*=[^\p{Cc}\p{Cs}]*$/u)
        .meta({ allowed: "a flag with its value, e.g. --name=value" });
    return setting(
        z.array(argument).max(100),
        `Arguments of the ${program} that no setting stands for: flags that its version knows, each once.`,
        "a list of flags with their values, e.g. --name=value",
    );
}

/** Environment variables of a program. A value that is a secret stands in a Secret. */
function variables(program: string) {
    const name = z
        .string()
        .max(253, { abort: true })
        .regex(/^[A-Za-z_]\w*$/)
        .meta({ allowed: "the name of a variable: letters, digits and _, no digit first" });
    const value = z
        .union([
            z
                .string()
                .max(32_768)
                .regex(/^\P{Cc}*$/u),
            z.strictObject({ secretName: dnsLabel, key: secretKey }),
        ])
        .meta({ allowed: "text in quotes, or an object with secretName and key" });
    return setting(
        z.record(name, value),
        `Environment variables of the ${program} that the program does not set itself: text, or a key of a Secret in its namespace.`,
        "an object of text, or of secretName and key, by the variable's name",
    );
}

const failureTypes = [
    "rate_limit",
    "invalid_api_key",
    "context_length",
    "server_error",
    "invalid_request",
    "model_not_found",
] as const;

const failureInjection = z
    .strictObject({
        rate: setting(
            z.int().min(0).max(100),
            "Requests of a hundred that fail.",
            "a whole number from 0 to 100",
        ).default(0),
        types: setting(
            z
                .array(z.enum(failureTypes).meta({ allowed: `one of ${failureTypes.join(", ")}` }))
                .refine((types) => new Set(types).size === types.length)
                .meta({ uniqueItems: true }),
            "How requests fail. None means in every way.",
            `a list of ${failureTypes.join(", ")}, each once`,
        ).default([]),
    })
    .prefault({});

const simulator = z
    .strictObject({
        model: setting(
            modelName,
            "Model that the simulator serves, which requests name unless simulator.servedModelNames has other names.",
            modelNameAllowed,
        ).default("random"),
        servedModelNames: modelNames(
            "Names that requests give in place of simulator.model. None means its own.",
        ).default([]),
        loraModules: modelNames(
            "LoRA adapters of the model, which requests name as they do a model.",
        ).default([]),
        mode: setting(
            z.enum(["echo", "random"]),
            "Whether answers repeat the prompt or are random sentences.",
            "one of echo, random",
        ).default("random"),
        timeToFirstToken: setting(
            duration,
            "Simulated time to the first token, whatever is cached. None means that it depends on what of the prompt is not (simulator.latency); 20ms of simulators before 0.7.",
            durationAllowed,
        ).optional(),
        interTokenLatency: setting(
            duration,
            "Simulated time between two tokens. None means 5ms, or the profile's.",
            durationAllowed,
        ).optional(),
        latency,
        startupDelay: setting(
            duration,
            "How long a pod takes until it is Ready, as if it loaded a model; less than readiness.timeoutSeconds.",
            durationAllowed,
        ).optional(),
        failureInjection,
        maxNumSeqs: setting(
            z.int().min(1).max(4096),
            "Requests that one pod serves at once; the rest wait. None means 5, or the profile's.",
            "a whole number from 1 to 4096",
        ).optional(),
        kvCacheSize: setting(
            z.int().min(1).max(1_000_000),
            "KV cache of one pod, in blocks.",
            "a whole number from 1 to 1000000",
        ).default(1024),
        blockSize: setting(
            z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64), z.literal(128)]),
            "Tokens in one KV cache block. The EPP's prefix scorer is given the same.",
            "one of 8, 16, 32, 64, 128",
        ).default(16),
        extraArgs: extraArguments("simulator").default([]),
        env: variables("simulator").default({}),
    })
    .prefault({});

const resourceSettings = z
    .strictObject({
        decode: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        prefill: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        sidecar: resources({ cpu: "50m", memory: "64Mi" }, { cpu: "1", memory: "256Mi" }),
        epp: burstableResources({ cpu: "200m", memory: "256Mi" }, { memory: "1Gi" }),
    })
    .prefault({});

/** What a certificate of the EPP's own is checked against goes with it: half of it would be worse than none. */
const eppTls = z
    .strictObject({
        secretName: secretName(
            "TLS Secret in the EPP's namespace, with the names of its Service: <name>.<namespace>.svc.cluster.local or <name>.<namespace>.svc. A renewed one is read without a restart from EPP 0.5 on.",
        ).optional(),
        certificate: certificates(
            "Certificate of the EPP, of which the TLS Secret is made instead, with what lies between it and its root, in PEM.",
        )
            .meta({ secret: true })
            .optional(),
        key: privateKey(
            "Private key of the certificate, in PEM. In the stack's config it must be encrypted.",
        ).optional(),
        ca: certificates(
            "Certificates that the Gateway trusts for the EPP, in PEM; before a root is changed, the old one and the new one.",
        ).optional(),
        caSecretName: secretName(
            "Secret in the Gateway's namespace that has them in ca.crt instead.",
        ).optional(),
    })
    .optional();

const longestDrain = "10m";
const drainAllowed = `${durationAllowed}, at most ${longestDrain}`;

const epp = z
    .strictObject({
        plugins: setting(
            z.enum([...presets, "custom"]),
            "Which EndpointPickerConfig the EPP runs: a preset, or epp.customConfig.",
            `one of ${[...presets, "custom"].join(", ")}`,
        ).default("default"),
        customConfig: setting(
            z.looseObject({}),
            "An EndpointPickerConfig of your own, checked against the EPP's version; used with epp.plugins custom.",
            "an EndpointPickerConfig object",
        ).optional(),
        tracing: toggle("Whether the EPP exports traces over OTLP.").default(false),
        otlpEndpoint: setting(
            z.url({ protocol: /^https?$/ }).max(2048),
            "OTLP collector that traces go to. By https from EPP 0.10 on.",
            "an http(s) URL, e.g. http://otel-collector.observability:4317",
        ).optional(),
        traceSampleRatio: setting(
            z.number().min(0).max(1),
            "Part of the requests that the EPP traces, of those that come without a trace; a caller's own decision is kept. Used with epp.tracing.",
            "a number from 0 to 1",
        ).default(0.1),
        metricsAuth: toggle(
            "Whether the EPP's metrics ask for a token. Creates a ClusterRole to review tokens.",
        ).default(false),
        logLevel: setting(
            z.int().min(0).max(10),
            "The EPP's log verbosity (-v).",
            "a whole number from 0 to 10",
        ).default(2),
        allowExperimentalPlugins: toggle(
            "Whether the EPP loads plugins that upstream calls experimental, which end it at start otherwise. From EPP 0.10 on.",
        ).default(false),
        flowControl: toggle(
            "Whether the EPP holds requests back while all pods are full (its feature gate flowControl). With epp.plugins custom the configuration says so.",
        ).default(false),
        drainTimeout: setting(
            duration.refine((text) => nanosecondsOf(text) <= nanosecondsOf(longestDrain), {
                params: { allowed: drainAllowed },
            }),
            "How long an EPP that is told to end goes on serving. From EPP 0.10 on, where none means 30s.",
            drainAllowed,
        ).optional(),
        emitEndpointScores: toggle(
            "Whether the EPP tells Envoy each pod's score, in dynamic metadata, e.g. for its access log. From EPP 0.10 on.",
        ).default(false),
        routingSidecar: toggle(
            "Whether decode pods have upstream's routing sidecar where the EPP picks prefill pods (pd-disaggregated, or a customConfig with a profile for each role): it has those prefill. Without it decode pods do so themselves.",
        ).default(false),
        objectiveGroup: setting(
            z.enum(objectiveGroups),
            "API group of the InferenceObjectives. None means the one that the EPP's version prefers: llm-d.ai from 0.9 on, whose CRD then has to be installed; where it is, such an EPP ignores the other group.",
            `one of ${objectiveGroups.join(", ")}`,
        ).optional(),
        tls: eppTls,
        extraArgs: extraArguments("EPP").default([]),
        env: variables("EPP").default({}),
    })
    .prefault({});

const podDisruptionBudget = z
    .strictObject({
        enabled: toggle(
            "Whether decode and prefill pods get PodDisruptionBudgets where there are two or more of them.",
        ).default(true),
        maxUnavailable: replicas(1, "Pods of one role that may be evicted at once.").default(1),
    })
    .prefault({});

const proxy = z
    .strictObject({
        loadBalancer: setting(
            z.enum(["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"]),
            "How Envoy spreads requests over the proxy Service's pods.",
            "one of ROUND_ROBIN, LEAST_REQUEST, RANDOM",
        ).default("LEAST_REQUEST"),
        maxConnections: connectionLimit("TCP connections to the proxy Service.").default(1024),
        maxPendingRequests: connectionLimit(
            "Requests that wait for a connection. 1 turns load into 503 UO.",
        ).default(1024),
        maxRequests: connectionLimit("Requests in flight.").default(1024),
    })
    .prefault({});

function connectionLimit(description: string): z.ZodInt {
    return setting(z.int().min(1).max(1_000_000), description, "a whole number from 1 to 1000000");
}

/** What every model has, and what the top level of the config gives the default of. */
export const modelShape = {
    replicas: replicaCounts,
    images,
    simulator,
    resources: resourceSettings,
    epp,
    placement: z.strictObject({ decode: placement, prefill: placement, epp: placement }).prefault({}),
    autoscaling,
    podDisruptionBudget,
    proxy,
    objectives: setting(
        z.record(
            dnsLabel.meta({ allowed: dnsLabelAllowed }),
            z.int().min(-1000).max(1000).meta({ allowed: "a whole number from -1000 to 1000" }),
        ),
        "InferenceObjectives by name, with their priority; higher is served first. Needs routing.backend InferencePool.",
        "an object of whole numbers from -1000 to 1000 by name",
    ).default({}),
};

/** Which requests of the Gateway are a model's. */
const match = z
    .strictObject({
        modelName: toggle(
            "Match requests whose X-Gateway-Model-Name header, which a body-based router sets, is simulator.model, or the name that is served in its place.",
        ).default(false),
        path: setting(
            z
                .string()
                .max(1024, { abort: true })
                .regex(/^(?!.*\/\.\.?(\/|$))(\/[A-Za-z0-9._~-]+)*\/?$/)
                .min(1),
            "Match requests below this path. It is removed before the request is passed on.",
            "an absolute path of at most 1024 characters without . and .. as segments, e.g. /llama",
        ).optional(),
        header: setting(
            z.strictObject({ name: headerName, value: headerValue }),
            "Match requests with exactly this header.",
            "an object with name and value",
        ).optional(),
    })
    .prefault({});

/** One model of `models`: its own settings, over those of the top level. */
export const modelSchema = z.strictObject({
    ...modelShape,
    modelRelease: setting(
        dnsLabel,
        "Release of the model service. Default: the model's own name.",
        dnsLabelAllowed,
    ).optional(),
    match,
});

/** A model's settings with every default filled in. */
export type ModelSettings = z.output<typeof modelSchema>;
