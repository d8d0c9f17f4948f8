import type * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import type { Role } from "../contract";
import { commonLabels, labels as labelNames, podSelector, portNames, ports } from "../contract";
import { component, formerly } from "../identity";
import type { SimulatorRelease } from "../../releases";
import { kvEventPodName } from "../../releases";
import type { MonitorSettings } from "../monitors";
import { createPodMonitor } from "../monitors";
import type { Admission } from "../networkPolicies";
import { admitOnly } from "../networkPolicies";
import type { Variables } from "../variables";
import { containerVariables } from "../variables";
import type { Placement, ResourceSettings } from "../workload";
import { deployWorkload, lingerSeconds } from "../workload";
import type { ModelBehaviour } from "./arguments";
import { simulatorArguments } from "./arguments";
import type { AutoscalingSettings } from "./autoscaler";
import { createAutoscaler } from "./autoscaler";
import { createDisruptionBudget } from "./disruptionBudget";
import type { RoutingSidecarSettings } from "./routingSidecar";
import { routingSidecar } from "./routingSidecar";

/** What the model servers of both roles have in common. */
export interface ModelServerSettings {
    image: string;
    /** What the image can do. */
    release: SimulatorRelease;
    model: ModelBehaviour;
    pullSecrets: string[];
    /** Environment variables besides the program's own. Default: none. */
    env?: Variables;
    /** Whether pods name the user that they run as. Default: true. */
    fixedUser?: boolean;
    /** Pods of one role that may be evicted at once; undefined for no PodDisruptionBudget. */
    maxUnavailable?: number;
    /** How PodMonitors scrape the pods; undefined for none. */
    monitor?: MonitorSettings;
    /** In-cluster name of the EPP that is told what the simulators cache. Default: nobody is. */
    kvEventReader?: string;
    /** In seconds. */
    timeoutSeconds: number;
}

/** What the model servers of one role have of their own. */
export interface RoleSettings {
    /** Fixed number of pods; without effect where an autoscaler is enabled. */
    replicas: number;
    autoscaling?: AutoscalingSettings;
    resources: ResourceSettings;
    placement: Placement;
    /** What has another pod prefill, in front of the simulator. Default: nothing. */
    sidecar?: RoutingSidecarSettings;
    /** Who may connect; undefined for no NetworkPolicy. */
    admissions?: Admission[];
}

/** Arguments of {@link ModelServer}. */
export interface ModelServerArgs extends ModelServerSettings, RoleSettings {
    name: string;
    namespace: string;
    modelRelease: string;
    role: Role;
}

/** How long a simulator takes at most to answer what it has accepted, and to close (sim 0.10.2 `communication.go`). */
const drainSeconds = 35;

/** The simulators of one role, and what scales, guards and watches them. */
export class ModelServer extends pulumi.ComponentResource {
    constructor(name: string, args: ModelServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("simulator:ModelServer", name, opts));
        const selector = podSelector(args.modelRelease, args.role);
        const labels = {
            ...commonLabels(args.name, args.modelRelease, `model-server-${args.role}`),
            ...selector,
            // Beside the old spelling, which the selectors of Deployments that exist have for good.
            [labelNames.inferenceServingNow]: "true",
        };
        const common = { name: args.name, namespace: args.namespace, labels };
        const { autoscaling, sidecar } = args;
        const own = sidecar ? "behindSidecar" : "inference";
        const child = (formerName: string, dependsOn?: pulumi.Resource[]) =>
            formerly(`${name}-${formerName}`, childOptions(this, opts, dependsOn));

        const deployment = deployWorkload(
            {
                ...common,
                selector,
                annotations: {
                    "prometheus.io/scrape": "true",
                    "prometheus.io/port": String(ports.inference),
                    "prometheus.io/path": "/metrics",
                },
                replicas: autoscaling?.minReplicas ?? args.replicas,
                containerName: "vllm-sim",
                ...(sidecar && { sidecars: [routingSidecar(sidecar, args.release)] }),
                image: args.image,
                resources: args.resources,
                placement: args.placement,
                pullSecrets: args.pullSecrets,
                fixedUser: args.fixedUser,
                ready: "all",
                timeoutSeconds: args.timeoutSeconds,
                lingerSeconds,
                terminationGracePeriodSeconds: lingerSeconds + drainSeconds,
                container: {
                    args: simulatorArguments(args.model, args.release, ports[own], args.kvEventReader),
                    ports: { [portNames[own]]: ports[own] },
                    // With name and namespace the simulator answers with x-inference-pod and x-inference-namespace.
                    // References are replaced whole: without the version that the API server adds, applying the same again
                    // under another field manager, as after a kill, would be a conflict.
                    env: {
                        POD_NAME: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } },
                        POD_NAMESPACE: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
                        ...podAddress(args.kvEventReader !== undefined),
                        ...containerVariables(args.env),
                    },
                    startupProbe: {
                        ...probe("/health", portNames[own]),
                        failureThreshold: 30,
                        periodSeconds: 2,
                    },
                    livenessProbe: { ...probe("/health", portNames[own]), periodSeconds: 10 },
                    readinessProbe: {
                        ...probe(args.release.readinessPath, portNames[own]),
                        periodSeconds: 5,
                    },
                },
            },
            {
                ...child("deployment"),
                // The number that is there stays when an autoscaler takes over, and is its own from then on.
                ...(autoscaling && { ignoreChanges: ["spec.replicas"] }),
            },
        );
        if (autoscaling) {
            createAutoscaler({ ...common, settings: autoscaling }, child("autoscaler", [deployment]));
        }
        // Of a single pod, a budget would forbid every eviction or allow them all.
        if (args.maxUnavailable !== undefined && (autoscaling?.minReplicas ?? args.replicas) > 1) {
            createDisruptionBudget(
                { ...common, selector, maxUnavailable: args.maxUnavailable },
                child("disruption-budget"),
            );
        }
        if (args.monitor) {
            createPodMonitor(
                { ...common, selector, port: portNames.inference, settings: args.monitor },
                child("monitor"),
            );
        }
        if (args.admissions) {
            admitOnly({ ...common, selector, admissions: args.admissions }, child("network-policy"));
        }
        this.registerOutputs({});
    }
}

/** The pod's address, which a simulator needs to cache at all, and by which an EPP knows whose events it reads. */
function podAddress(publishes: boolean): kx.types.EnvMap {
    const address = { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } };
    return publishes
        ? { POD_ADDRESS: address, POD_IP: kvEventPodName("$(POD_ADDRESS)", ports.inference) }
        : { POD_IP: address };
}

function probe(path: string, port: string): { httpGet: { path: string; port: string } } {
    return { httpGet: { path, port } };
}
