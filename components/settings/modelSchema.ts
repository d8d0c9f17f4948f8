import { z } from "zod";
import { defaultEppImage, defaultVersions, presets } from "../../releases";
import { headerName, headerValue, toggle } from "./common";
import { placement } from "./placement";
import {
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

const secretName = dnsLabel.meta({ allowed: "the name of a Secret" });

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
            z
                .array(secretName)
                .refine((names) => new Set(names).size === names.length)
                .meta({ uniqueItems: true }),
            "Names of image pull Secrets that exist in both namespaces.",
            "a list of Secret names, each once",
        ).default([]),
    })
    .prefault({});

const simulator = z
    .strictObject({
        model: setting(
            z
                .string()
                .max(200, { abort: true })
                .regex(/^[\w][\w.:/-]*$/),
            "Model name that the simulator serves and that requests must name.",
            "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct",
        ).default("random"),
        mode: setting(
            z.enum(["echo", "random"]),
            "Whether answers repeat the prompt or are random sentences.",
            "one of echo, random",
        ).default("random"),
        timeToFirstToken: setting(duration, "Simulated time to the first token.", durationAllowed).default(
            "20ms",
        ),
        interTokenLatency: setting(duration, "Simulated time between two tokens.", durationAllowed).default(
            "5ms",
        ),
        maxNumSeqs: setting(
            z.int().min(1).max(4096),
            "Requests that one pod serves at once; the rest wait.",
            "a whole number from 1 to 4096",
        ).default(5),
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
    })
    .prefault({});

const resourceSettings = z
    .strictObject({
        decode: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        prefill: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        epp: resources({ cpu: "200m", memory: "256Mi" }, { cpu: "1", memory: "1Gi" }),
    })
    .prefault({});

const epp = z
    .strictObject({
        plugins: setting(
            z.enum([...presets, "custom"]),
            "Which EndpointPickerConfig the EPP runs: a preset, or epp.customConfig.",
            "one of default, prefix-cache, load-aware, pd-disaggregated, custom",
        ).default("default"),
        customConfig: setting(
            z.looseObject({}),
            "An EndpointPickerConfig of your own, checked against the EPP's version; used with epp.plugins custom.",
            "an EndpointPickerConfig object",
        ).optional(),
        tracing: toggle("Whether the EPP exports traces over OTLP.").default(false),
        otlpEndpoint: setting(
            z.url({ protocol: /^https?$/ }).max(2048),
            "OTLP collector that traces go to.",
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
    })
    .prefault({});

const autoscaling = z
    .strictObject({
        enabled: toggle(
            "Whether a HorizontalPodAutoscaler owns the number of decode pods, instead of replicas.decode.",
        ).default(false),
        minReplicas: replicas(1, "Fewest decode pods.").default(1),
        maxReplicas: replicas(1, "Most decode pods.").default(10),
        targetCpuPercent: setting(
            z.int().min(1).max(100),
            "CPU use, in percent of the request, that the autoscaler aims at.",
            "a whole number from 1 to 100",
        ).default(80),
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
            "Match requests whose X-Gateway-Model-Name header, which a body-based router sets, is simulator.model.",
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
