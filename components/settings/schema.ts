import { z } from "zod";
import { defaultVersions } from "../../releases";
import { infrastructureAnnotations, labelKey, labelMap, labelValue, secretKey } from "./kubernetes";
import type { ModelSettings } from "./modelSchema";
import { modelShape } from "./modelSchema";
import {
    certificates,
    dnsLabel,
    durationUpTo,
    gatewayDuration,
    headerName,
    headerValue,
    maxDataBytes,
    oneOf,
    privateKey,
    resources,
    secretName,
    setting,
    subdomainPattern,
    toggle,
    wholeNumber,
} from "./values";

const namespaces = z
    .strictObject({
        scheduler: setting(
            dnsLabel,
            "Namespace of the Gateway, the HTTPRoutes and, while routes go to Services, the EPPs.",
        ).default("llm-d-inference-scheduler"),
        simulator: setting(
            dnsLabel,
            "Namespace of the model servers, the proxy Services, the ReferenceGrants and the InferencePools.",
        ).default("llm-d-sim"),
        labels: labelMap(
            "Labels of both namespaces, beside the stack's own, where the stack creates them.",
        ).default({}),
        create: toggle(
            "Whether the stack owns both namespaces. Set it to false where they exist already; on a live stack that gives them up and deletes nothing.",
        ).default(true),
    })
    .prefault({});

const gateway = z
    .strictObject({
        className: setting(
            dnsLabel,
            "GatewayClass of the Gateway. The EnvoyFilter and the DestinationRules are Istio's.",
        ).default("istio"),
        labels: labelMap("Labels of the Gateway, beside the stack's own.").default({}),
        serviceType: setting(
            oneOf(["LoadBalancer", "NodePort", "ClusterIP"]),
            "Type of the Service that Istio creates for the Gateway.",
        ).default("LoadBalancer"),
        serviceAnnotations: infrastructureAnnotations(
            "Annotations of the Gateway's Service and Deployment, e.g. for a cloud's load balancer.",
        ).default({}),
        resources: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "2", memory: "1Gi" }),
        httpRedirect: toggle(
            "Whether port 80 only redirects to the HTTPS listener, where there is one; otherwise it serves in clear as well.",
        ).default(true),
        tlsSecretName: secretName(
            "TLS Secret in the scheduler namespace. Adds an HTTPS listener on 443.",
        ).optional(),
        tls: z
            .strictObject({
                certificate: certificates(
                    "Certificate of the Gateway, with what lies between it and its root, in PEM. Makes the TLS Secret, and adds an HTTPS listener on 443.",
                ),
                key: privateKey(
                    "Private key of the certificate, in PEM. In the stack's config it must be encrypted.",
                ),
            })
            .meta({ secret: true, description: "The Gateway's TLS certificate and its key." })
            .optional(),
        istioVersion: setting(
            z
                .string()
                .max(20, { abort: true })
                .regex(/^\d+\.\d+(\.\d+)?$/),
            "The cluster's Istio, which decides what can be routed how.",
            'an Istio version, e.g. "1.28.5"',
        ).default(defaultVersions.istio),
        istioRevision: setting(
            dnsLabel,
            "Revision of Istio, or a tag for one, that the Gateway and the namespaces that the stack creates belong to: their label istio.io/rev. None means the default revision, or that of a namespace which exists already.",
            "a revision or a tag, e.g. canary or 1-28-5",
        ).optional(),
    })
    .prefault({});

const registry = z
    .strictObject({
        server: setting(
            z
                .string()
                .max(255, { abort: true })
                .regex(/^(https:\/\/)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?(\/[\w./-]*)?$/),
            "Registry that the images are pulled from. With username and password it makes an image pull Secret in both namespaces, which every pod of the stack uses.",
            "a registry as images name it, e.g. ghcr.io or https://index.docker.io/v1/",
        ).optional(),
        username: setting(
            z
                .string()
                .max(255, { abort: true })
                .regex(/^[^:]+$/),
            "User of the registry.",
            "a name of at most 255 characters without ':'",
        ).optional(),
        password: setting(
            // A third of what a Secret holds, in which it stands twice, once in base64.
            z
                .string()
                .min(1)
                .max(maxDataBytes / 8),
            "Password or token of the registry's user. In the stack's config it must be encrypted.",
            "text",
        )
            .meta({ secret: true })
            .optional(),
    })
    .meta({ secret: true })
    .prefault({});

/** As Gateway API's `Hostname`, which is no IP address. */
const hostname = z
    .string()
    .max(253, { abort: true })
    .regex(new RegExp(`^(?!\\d+\\.\\d+\\.\\d+\\.\\d+$)(\\*\\.)?${subdomainPattern}$`))
    .meta({ allowed: "a DNS name, e.g. llm.example.com or *.example.com" });

const routing = z
    .strictObject({
        backend: setting(
            oneOf(["Service", "InferencePool"]),
            "What the HTTPRoutes send requests to: the proxy Service, or the InferencePool whose EPP decides.",
        ).default("Service"),
        hostnames: setting(
            z.array(hostname).max(16),
            "Hosts that the routes answer to. None means every host.",
            "a list of at most 16 DNS names, each possibly starting with *",
        ).default([]),
        headers: setting(
            z.record(headerName, headerValue),
            "Headers that every request must carry, beside the model's own match. A route takes 16 in all.",
            "an object of header values by name",
        ).default({}),
        requestTimeout: setting(
            gatewayDuration,
            "How long a request may take in all. None means no limit.",
        ).optional(),
        backendRequestTimeout: setting(
            gatewayDuration,
            "How long one attempt at the backend may take. None means no limit.",
        ).optional(),
        referenceGrantVersion: setting(
            oneOf(["v1beta1", "v1"]),
            "API version that ReferenceGrants are written in. Every Gateway API serves v1beta1; v1 is served from 1.5 on.",
        ).default("v1beta1"),
    })
    .prefault({});

const extProc = z
    .strictObject({
        enabled: toggle(
            "Whether the Gateway asks the EPP over ext_proc. With routing.backend Service the scores are computed and not obeyed.",
        ).default(false),
        failureMode: setting(
            oneOf(["FailClose", "FailOpen"]),
            "What happens when the EPP does not answer: requests are refused, or passed on unscored (with a Service: Envoy 1.36 or later, envoyproxy/envoy#41276).",
        ).default("FailClose"),
        messageTimeout: setting(
            // Envoy takes no more (`ExternalProcessor.message_timeout`).
            durationUpTo("60m"),
            "How long the Gateway waits for each of the EPP's answers. With a pool, Istio decides.",
        ).default("5s"),
    })
    .prefault({});

const monitoring = z
    .strictObject({
        monitors: toggle(
            "Whether ServiceMonitors and PodMonitors of the Prometheus operator are created, beside the scrape annotations.",
        ).default(false),
        labels: labelMap(
            "Labels of the monitors, by which a Prometheus selects them, e.g. release: kube-prometheus-stack. None of the stack's own.",
        ).default({}),
        interval: setting(
            z
                .string()
                .max(20, { abort: true })
                .regex(/^[1-9]\d{0,4}(ms|s|m|h)$/),
            "How often metrics are scraped. Default: Prometheus' own.",
            "a duration of Prometheus, e.g. 15s or 1m",
        ).optional(),
        tokenSecret: setting(
            z.strictObject({
                name: dnsLabel.meta({ allowed: "the name of a Secret" }),
                key: secretKey.default("token"),
            }),
            "Secret in the EPP's namespace with the token for metrics that ask for one (epp.metricsAuth). None means the token of Prometheus' own pod, which an operator that denies access to files refuses.",
            "an object with the Secret's name, and key, which is token by default",
        ).optional(),
    })
    .prefault({});

const networkPolicies = z
    .strictObject({
        enabled: toggle(
            "Whether NetworkPolicies admit exactly the scheduler, direct and scoring paths, and metrics.",
        ).default(false),
        monitoringNamespace: setting(dnsLabel, "Namespace whose pods may read metrics.").default(
            "monitoring",
        ),
        directClientLabels: setting(
            // A selector without labels would admit every pod of the cluster.
            z
                .record(labelKey, labelValue)
                .refine((labels) => Object.keys(labels).length > 0)
                .meta({ minProperties: 1 }),
            "Labels of the pods, in any namespace, that may take the direct path.",
            "an object of label values by label key, at least one",
        ).default({ "llm-d.ai/direct-client": "true" }),
    })
    .prefault({});

const pods = z
    .strictObject({
        fixedUser: toggle(
            "Whether pods of model servers and EPPs name the user and group that they run as, 65532. Set it to false where the cluster gives each namespace its own, as OpenShift does: the pods then run as that, and never as root.",
        ).default(true),
    })
    .prefault({});

const readiness = z
    .strictObject({
        gateway: toggle(
            "Whether `pulumi up` waits until the Gateway is Programmed and the routes Accepted with ResolvedRefs. Needs a running Istio.",
        ).default(true),
        timeoutSeconds: setting(
            wholeNumber(10, 3600),
            "How long `pulumi up` waits for each resource to become ready, in seconds.",
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
        clusterIdentifier: setting(
            z
                .string()
                .max(200, { abort: true })
                .regex(/^[\w][\w.:/-]*$/),
            "A name of your own for the cluster. While it stays, a kubeconfig with another server, proxy or user replaces nothing; another name replaces everything. Set it in an `up` of its own, before the kubeconfig changes. Default: the kubeconfig's entry of the cluster is its identity.",
            "at most 200 letters, digits and . : / _ -, e.g. prod-eu",
        ).optional(),
    })
    .prefault({});

/**
 * The stack's config. Every key is optional in `Pulumi.<stack>.yaml`; `{}` is the scheduler path. What a model
 * has of its own stands in `models`, over the same keys here. Rules that span settings are in `rules.ts`.
 */
export const settingsSchema = z.strictObject({
    release: setting(
        dnsLabel,
        "Release of the inference scheduler: names the Gateway (infra-<release>-inference-gateway) and, without `models`, the route, the pool, the EPP and the proxy (gaie-<release>...).",
    ).default("inference-scheduling"),
    modelRelease: setting(
        dnsLabel,
        "Release of the model service, without `models`: names the Deployments (ms-<modelRelease>-llm-d-modelservice-decode and -prefill).",
    ).default("sim"),
    namespaces,
    gateway,
    routing,
    extProc,
    registry,
    ...modelShape,
    models: setting(
        z.record(dnsLabel, z.looseObject({}).meta({ allowed: "an object of model settings" })),
        "Several models behind the one Gateway, by release: each has its route, grant, pool, EPP, proxy and pods, and any of the settings replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, modelRelease, match and rollout, over those of the top level. None means one model, the release's.",
        "an object of model settings by release",
    ).default({}),
    monitoring,
    networkPolicies,
    pods,
    protect: toggle(
        "Whether Pulumi refuses to delete or replace the Gateway and the namespaces that the stack creates. To delete them, set it to false and run `pulumi up` first.",
    ).default(false),
    readiness,
    cluster,
});

/** One model with its name and every setting that is in force for it. */
export interface Model extends ModelSettings {
    /** Names its route, pool, EPP and proxy. */
    release: string;
    /** Names its Deployments. */
    modelRelease: string;
}

/** The stack's settings with every default filled in. */
export type Settings = Omit<z.output<typeof settingsSchema>, "models"> & {
    /** At least one. */
    models: Model[];
};
