import type * as kx from "@pulumi/kubernetesx";
import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "../contract";
import { commonLabels, podSelector, portNames, ports } from "../contract";
import type { SimulatorRelease } from "../versions";
import type { ResourceSettings } from "../workload";
import { deployWorkload } from "../workload";

/** How a simulated model behaves. Durations have their unit, e.g. `20ms`. */
export interface ModelSettings {
    /** The model that requests must name. */
    model: string;
    mode: "echo" | "random";
    timeToFirstToken: string;
    interTokenLatency: string;
    /** Requests that one pod serves at once. */
    maxNumSeqs: number;
    /** KV cache of one pod, in blocks. */
    kvCacheSize: number;
    /** Tokens in one KV cache block. */
    blockSize: number;
}

/** Arguments of {@link deployModelServer}. */
export interface ModelServerArgs {
    name: string;
    namespace: string;
    modelRelease: string;
    role: Role;
    replicas: number;
    image: string;
    /** What the image can do. */
    release: SimulatorRelease;
    model: ModelSettings;
    resources: ResourceSettings;
    timeoutSeconds: number;
}

/** Deploys the simulators of one role. */
export function deployModelServer(
    resourceName: string,
    args: ModelServerArgs,
    opts: pulumi.CustomResourceOptions,
): kx.Deployment {
    const selector = podSelector(args.modelRelease, args.role);
    return deployWorkload(
        resourceName,
        {
            name: args.name,
            namespace: args.namespace,
            labels: {
                ...commonLabels(args.name, args.modelRelease, `model-server-${args.role}`),
                ...selector,
            },
            selector,
            annotations: {
                "prometheus.io/scrape": "true",
                "prometheus.io/port": String(ports.inference),
                "prometheus.io/path": "/metrics",
            },
            replicas: args.replicas,
            containerName: "vllm-sim",
            image: args.image,
            resources: args.resources,
            timeoutSeconds: args.timeoutSeconds,
            container: {
                args: simulatorArguments(args.model, args.release),
                ports: { [portNames.inference]: ports.inference },
                // With name and namespace the simulator answers with x-inference-pod and x-inference-namespace.
                env: {
                    POD_NAME: { fieldRef: { fieldPath: "metadata.name" } },
                    POD_NAMESPACE: { fieldRef: { fieldPath: "metadata.namespace" } },
                    POD_IP: { fieldRef: { fieldPath: "status.podIP" } },
                },
                startupProbe: { ...probe("/health"), failureThreshold: 30, periodSeconds: 2 },
                livenessProbe: { ...probe("/health"), periodSeconds: 10 },
                readinessProbe: { ...probe("/health/ready"), periodSeconds: 5 },
            },
        },
        opts,
    );
}

function probe(path: string): { httpGet: { path: string; port: string } } {
    return { httpGet: { path, port: portNames.inference } };
}

function simulatorArguments(model: ModelSettings, release: SimulatorRelease): string[] {
    const latency = (duration: string) =>
        release.latency === "milliseconds" ? duration.replace(/ms$/, "") : duration;
    return [
        `--port=${String(ports.inference)}`,
        `--model=${model.model}`,
        `--mode=${model.mode}`,
        `--time-to-first-token=${latency(model.timeToFirstToken)}`,
        `--inter-token-latency=${latency(model.interTokenLatency)}`,
        `--max-num-seqs=${String(model.maxNumSeqs)}`,
        "--enable-kvcache=true",
        `--kv-cache-size=${String(model.kvCacheSize)}`,
        `--block-size=${String(model.blockSize)}`,
        ...(release.dummyTokenizerFlag ? ["--force-dummy-tokenizer=true"] : []),
    ];
}
