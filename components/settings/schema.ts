import { z } from "zod";
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

const boolean = "true or false";

const namespaces = z
    .strictObject({
        scheduler: setting(
            dnsLabel,
            "Namespace of the Gateway, the HTTPRoute and, while the route goes to a Service, the EPP.",
            dnsLabelAllowed,
        ).default("llm-d-inference-scheduler"),
        simulator: setting(
            dnsLabel,
            "Namespace of the model servers, the proxy Service, the ReferenceGrant and the InferencePool.",
            dnsLabelAllowed,
        ).default("llm-d-sim"),
        create: setting(
            z.boolean(),
            "Whether the stack owns both namespaces. Set it to false where they exist already.",
            boolean,
        ).default(true),
    })
    .prefault({});

const gateway = z
    .strictObject({
        className: setting(
            dnsLabel,
            "GatewayClass of the Gateway. The EnvoyFilter and the DestinationRules are Istio's.",
            dnsLabelAllowed,
        ).default("istio"),
        serviceType: setting(
            z.enum(["LoadBalancer", "NodePort", "ClusterIP"]),
            "Type of the Service that Istio creates for the Gateway.",
            "one of LoadBalancer, NodePort, ClusterIP",
        ).default("LoadBalancer"),
    })
    .prefault({});

const routing = z
    .strictObject({
        backend: setting(
            z.enum(["Service", "InferencePool"]),
            "What the HTTPRoute sends requests to: the proxy Service, or the InferencePool whose EPP decides.",
            "one of Service, InferencePool",
        ).default("Service"),
    })
    .prefault({});

const extProc = z
    .strictObject({
        enabled: setting(
            z.boolean(),
            "Whether the Gateway asks the EPP over ext_proc. With routing.backend Service the scores are computed and not obeyed.",
            boolean,
        ).default(false),
        failureMode: setting(
            z.enum(["FailClose", "FailOpen"]),
            "What the Gateway does when the EPP does not answer: refuse the request, or pass it on unscored (Envoy 1.36 or later, envoyproxy/envoy#41276).",
            "one of FailClose, FailOpen",
        ).default("FailClose"),
        messageTimeout: setting(
            duration,
            "How long the Gateway waits for each of the EPP's answers.",
            durationAllowed,
        ).default("5s"),
    })
    .prefault({});

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

const images = z
    .strictObject({
        simulator: setting(
            pinnedImage,
            "Image of the inference simulator. Its arguments follow the version in its tag.",
            pinnedImageAllowed,
        ).default("ghcr.io/llm-d/llm-d-inference-sim:v0.10.2"),
        epp: setting(
            pinnedImage,
            "Image of the endpoint picker. Its arguments follow the version in its tag.",
            pinnedImageAllowed,
        ).default("ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0"),
        simulatorVersion: setting(
            z.string().regex(/^\d+\.\d+$/),
            "Simulator version (major.minor) that a digest or a private tag stands for; taken from the tag otherwise.",
            'major.minor, e.g. "0.10"',
        ).optional(),
        eppVersion: setting(
            z.string().regex(/^\d+\.\d+$/),
            "EPP version (major.minor) that a digest or a private tag stands for; taken from the tag otherwise.",
            'major.minor, e.g. "0.8"',
        ).optional(),
    })
    .prefault({});

const simulator = z
    .strictObject({
        model: setting(
            z
                .string()
                .regex(/^[\w][\w.:/-]*$/)
                .max(200),
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

const readiness = z
    .strictObject({
        gateway: setting(
            z.boolean(),
            "Whether `pulumi up` waits until the Gateway is Programmed and the route Accepted with ResolvedRefs. Needs a running Istio.",
            boolean,
        ).default(true),
        timeoutSeconds: setting(
            z.int().min(10).max(3600),
            "How long `pulumi up` waits for each resource to become ready, in seconds.",
            "a whole number from 10 to 3600",
        ).default(300),
    })
    .prefault({});

const cluster = z
    .strictObject({
        kubeconfig: setting(
            z.string().min(1),
            "Kubeconfig, as a path or as its contents (then as a secret). Default: $KUBECONFIG or ~/.kube/config.",
            "a path or the contents of a kubeconfig",
        )
            .meta({ secret: true })
            .optional(),
        context: setting(
            z.string().min(1),
            "Context of the kubeconfig. Default: its current context.",
            "the name of a context",
        ).optional(),
    })
    .prefault({});

/**
 * The stack's settings. Every key is optional in `Pulumi.<stack>.yaml`; `{}` is the seed's scheduler path.
 * Rules that span two settings are in `rules.ts`.
 */
export const settingsSchema = z.strictObject({
    release: setting(
        dnsLabel,
        "Release of the inference scheduler: names the Gateway (infra-<release>-inference-gateway), the route, the pool, the EPP and the proxy (gaie-<release>...).",
        dnsLabelAllowed,
    ).default("inference-scheduling"),
    modelRelease: setting(
        dnsLabel,
        "Release of the model service: names the Deployments (ms-<modelRelease>-llm-d-modelservice-decode and -prefill).",
        dnsLabelAllowed,
    ).default("sim"),
    namespaces,
    gateway,
    routing,
    extProc,
    replicas: replicaCounts,
    images,
    simulator,
    resources: resourceSettings,
    readiness,
    cluster,
});

/** The stack's settings with every default filled in. */
export type Settings = z.output<typeof settingsSchema>;
