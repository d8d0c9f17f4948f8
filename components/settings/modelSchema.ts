import { z } from "zod";
import { defaultEppImage, defaultVersions } from "../../releases";
import { autoscaling } from "./autoscalingSchema";
import { epp } from "./eppSchema";
import { placement } from "./placement";
import { simulator } from "./simulatorSchema";
import {
    burstableResources,
    distinct,
    dnsLabel,
    headerName,
    headerValue,
    oneOf,
    pinnedImage,
    replicas,
    resources,
    setting,
    toggle,
    wholeNumber,
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
        ).default(`ghcr.io/llm-d/llm-d-inference-sim:v${defaultVersions.simulator}`),
        epp: setting(
            pinnedImage,
            "Image of the endpoint picker. Its arguments follow the version in its tag.",
        ).default(defaultEppImage),
        sidecar: setting(
            pinnedImage,
            "Image of the routing sidecar of decode pods, where the EPP picks prefill pods. None means upstream's of the EPP's version.",
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

const resourceSettings = z
    .strictObject({
        decode: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        prefill: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
        sidecar: resources({ cpu: "50m", memory: "64Mi" }, { cpu: "1", memory: "256Mi" }),
        epp: burstableResources({ cpu: "200m", memory: "256Mi" }, { memory: "1Gi" }),
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
            oneOf(["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"]),
            "How Envoy spreads requests over the proxy Service's pods.",
        ).default("LEAST_REQUEST"),
        maxConnections: connectionLimit("TCP connections to the proxy Service.").default(1024),
        maxPendingRequests: connectionLimit(
            "Requests that wait for a connection. 1 turns load into 503 UO.",
        ).default(1024),
        maxRequests: connectionLimit("Requests in flight.").default(1024),
    })
    .prefault({});

function connectionLimit(description: string): z.ZodInt {
    return setting(wholeNumber(1, 1_000_000), description);
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
        z.record(dnsLabel, wholeNumber(-1000, 1000)),
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

/** What a model takes of another's requests. */
const rollout = z
    .strictObject({
        of: setting(
            dnsLabel,
            "The model whose requests this one takes a part of, instead of requests by a match of its own.",
        ),
        weight: setting(
            wholeNumber(0, 100),
            "How many of a hundred of that model's requests this one takes, by their x-request-id.",
        ).default(0),
        header: setting(
            z.strictObject({ name: headerName, value: headerValue }),
            "Requests with exactly this header are this model's whatever the weight. None means x-llm-d-release with the model's release.",
            "an object with name and value",
        ).optional(),
    })
    .optional();

/** One model of `models`: its own settings, over those of the top level. */
export const modelSchema = z.strictObject({
    ...modelShape,
    modelRelease: setting(
        dnsLabel,
        "Release of the model service. Default: the model's own name.",
    ).optional(),
    match,
    rollout,
});

/** A model's settings with every default filled in. */
export type ModelSettings = z.output<typeof modelSchema>;
