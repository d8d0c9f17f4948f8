import * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";
import { createHash } from "crypto";
import { unlessEmpty } from "./empties";
import { labels } from "./contract";
import { objectName } from "./identity";
import { awaitedFor, awaitReadyPod, notAwaited } from "./readiness";

/** CPU and memory, as Kubernetes quantities. */
export interface ResourceAmounts {
    cpu: string;
    memory: string;
}

/** Requests and limits of one container. Without a limit of CPU it may use what its node has left. */
export interface ResourceSettings {
    requests: ResourceAmounts;
    limits: Omit<ResourceAmounts, "cpu"> & Partial<ResourceAmounts>;
}

/** Where pods may run. */
export interface Placement {
    nodeSelector: Record<string, string>;
    tolerations: k8s.types.input.core.v1.Toleration[];
    affinity?: k8s.types.input.core.v1.Affinity;
    priorityClassName?: string;
}

/**
 * A Deployment of one container, with what every workload of this program has in common. All values are plain, not
 * outputs: kubernetesx turns a spec with one unknown in it into an unknown spec, and policies then see nothing.
 */
export interface WorkloadArgs {
    name: string;
    namespace: string;
    /** Labels of the Deployment and its pods. They include {@link WorkloadArgs.selector}. */
    labels: Record<string, string>;
    /** The Deployment's immutable selector. */
    selector: Record<string, string>;
    annotations?: Record<string, string>;
    replicas: number;
    /** Default: the Kubernetes default, RollingUpdate with a quarter of the pods. */
    rollingUpdate?: k8s.types.input.apps.v1.RollingUpdateDeployment;
    /**
     * How long a pod that is to end goes on serving before it is told so, in seconds, so that the Envoys have heard that
     * they are to send nothing more. Default: not at all. (The hook is the kubelet's own, because the images have no
     * shell: Kubernetes 1.30.)
     */
    lingerSeconds?: number;
    /** The container. Its name, image and the shared security context are set from the fields beside it. */
    container: Omit<
        kx.types.Container,
        "name" | "image" | "resources" | "securityContext" | "volumeMounts" | "lifecycle"
    >;
    containerName: string;
    /**
     * Containers that start before it, run beside it and end after it (Kubernetes 1.29: init containers that are restarted
     * always). The shared security context is set besides. Default: none.
     */
    sidecars?: k8s.types.input.core.v1.Container[];
    image: string;
    resources: ResourceSettings;
    /** ConfigMaps and other read-only volumes by mount path. A writable `/tmp` is always there. */
    mounts?: Record<string, k8s.types.input.core.v1.Volume>;
    /** Where the pods may run. */
    placement: Placement;
    /** Names of image pull Secrets in the namespace. */
    pullSecrets: string[];
    /**
     * Whether pods name the user that they run as. Where a cluster gives each namespace users of its own, it refuses any
     * other (OpenShift's SCC `restricted-v2`). Default: true.
     */
    fixedUser?: boolean;
    /** Default: pods get no API token. */
    serviceAccountName?: string;
    /** Within which {@link lingerSeconds} passes as well. Default: the Kubernetes default, 30 seconds. */
    terminationGracePeriodSeconds?: number;
    /** Which pods are Ready when all is well, and waited for: every one, or under leader election the one that leads. */
    ready: "all" | "leader";
    /** How long `pulumi up` waits for them, in seconds. */
    timeoutSeconds: number;
}

/**
 * How long it may take until Envoys know that a pod ends, with a good margin, in seconds. Istio gathers changes for 0.1 s,
 * and for 10 s at the most while they do not cease (`PILOT_DEBOUNCE_AFTER`, `PILOT_DEBOUNCE_MAX`).
 */
export const lingerSeconds = 5;

/**
 * Keeps Istio's proxy out of pods, in a namespace where it is injected by default (istio.io "Installing the Sidecar"):
 * `istio-init` needs rights that a restricted namespace refuses, the EPP serves TLS of its own, and the Gateway's Envoy is
 * all that the paths need. A label of pods only: no selector has it.
 */
const noSidecar = { "sidecar.istio.io/inject": "false" };

/** Of each container, the restricted Pod Security Standard and a file system that nothing is written to. */
const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

/** The restricted Pod Security Standard, on an image without a user of its own. */
const nonRootUser = 65532;

/**
 * Creates the Deployment, and what tells `pulumi up` that its pods are ready where the Deployment itself cannot.
 *
 * @returns what is there once the pods are ready.
 */
export function deployWorkload(args: WorkloadArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const spec = podSpec(args);
    if (args.ready === "all") {
        const awaited = pulumi.mergeOptions(opts, awaitedFor(args.timeoutSeconds));
        return createDeployment(args, { labels: args.labels }, spec, awaited);
    }
    const revision = { [labels.revision]: revisionOf(args, spec) };
    const podLabels = { ...args.labels, ...revision };
    const deployment = createDeployment(args, { labels: podLabels, annotations: notAwaited }, spec, opts);
    return awaitReadyPod(
        { ...args, selector: { ...args.selector, ...revision } },
        { parent: opts.parent, dependsOn: [deployment] },
    );
}

/** What differs between two generations of a Deployment's pods, in the length of a label. */
function revisionOf({ annotations }: WorkloadArgs, spec: pulumi.Input<object>): pulumi.Output<string> {
    return pulumi
        .output({ annotations, spec })
        .apply((template) =>
            createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 16),
        );
}

/**
 * The pods, made by kubernetesx, of which only this module knows. `PodBuilder.asDeploymentSpec` is not used: it
 * labels and selects pods by `app: <first container>` only, so that two releases would select each other's.
 */
function podSpec(args: WorkloadArgs): kx.PodBuilder["podSpec"] {
    const { placement } = args;
    const mounts = Object.entries(args.mounts ?? {}).map(([destPath, volume]) => ({ destPath, volume }));
    return new kx.PodBuilder({
        serviceAccountName: args.serviceAccountName,
        imagePullSecrets: unlessEmpty(args.pullSecrets.map((name) => ({ name }))),
        nodeSelector: unlessEmpty(placement.nodeSelector),
        tolerations: unlessEmpty(placement.tolerations),
        affinity: unlessEmpty(placement.affinity),
        priorityClassName: placement.priorityClassName,
        automountServiceAccountToken: args.serviceAccountName !== undefined,
        terminationGracePeriodSeconds: args.terminationGracePeriodSeconds,
        securityContext: {
            runAsNonRoot: true,
            ...((args.fixedUser ?? true) && {
                runAsUser: nonRootUser,
                runAsGroup: nonRootUser,
                fsGroup: nonRootUser,
            }),
            seccompProfile: { type: "RuntimeDefault" },
        },
        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
            (topologyKey) => ({
                maxSkew: 1,
                topologyKey,
                // A cluster with one zone or one node must still run every replica.
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: args.selector },
            }),
        ),
        containers: [
            {
                ...args.container,
                name: args.containerName,
                image: args.image,
                imagePullPolicy: "IfNotPresent",
                ...(args.lingerSeconds !== undefined && {
                    lifecycle: { preStop: { sleep: { seconds: args.lingerSeconds } } },
                }),
                resources: { requests: { ...args.resources.requests }, limits: { ...args.resources.limits } },
                securityContext: restricted,
                volumeMounts: [{ destPath: "/tmp", volume: { name: "tmp", emptyDir: {} } }, ...mounts],
            },
        ],
    }).podSpec;
}

function createDeployment(
    args: WorkloadArgs,
    metadata: { labels: Record<string, pulumi.Input<string>>; annotations?: Record<string, string> },
    spec: kx.PodBuilder["podSpec"],
    opts: pulumi.CustomResourceOptions,
): kx.Deployment {
    return new kx.Deployment(
        objectName(args),
        {
            metadata: { name: args.name, namespace: args.namespace, ...metadata },
            spec: {
                replicas: args.replicas,
                // Both fields of it are the program's, so that no change of strategy leaves one of another behind.
                strategy: args.rollingUpdate && { type: "RollingUpdate", rollingUpdate: args.rollingUpdate },
                selector: { matchLabels: args.selector },
                template: {
                    metadata: { labels: { ...metadata.labels, ...noSidecar }, annotations: args.annotations },
                    spec,
                },
            },
        },
        pulumi.mergeOptions(opts, { transformations: [withInitContainers(args.sidecars)] }),
    );
}

/** kubernetesx gives every pod a list of init containers, which is empty, and knows none that are restarted. */
function withInitContainers(sidecars: WorkloadArgs["sidecars"]): pulumi.ResourceTransformation {
    const initContainers = sidecars?.map((container) => ({
        ...container,
        restartPolicy: "Always",
        imagePullPolicy: "IfNotPresent",
        securityContext: restricted,
    }));
    return ({ props, opts }) => {
        const { spec, ...others } = props as { spec: pulumi.Output<{ template: { spec: object } }> };
        const changed = spec.apply(({ template, ...rest }) => ({
            ...rest,
            template: { ...template, spec: { ...template.spec, initContainers } },
        }));
        return { props: { ...others, spec: changed }, opts };
    };
}
