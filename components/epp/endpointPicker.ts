import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "crypto";
import { stringify } from "yaml";
import { childOptions } from "../childOptions";
import { api, commonLabels, labels, portNames, ports, serviceHost } from "../contract";
import type { Readiness } from "../readiness";
import type { EppRelease } from "../versions";
import type { ResourceSettings } from "../workload";
import { deployWorkload } from "../workload";
import { pickerConfig } from "./pickerConfig";
import { bindPodReader } from "./rbac";

/** What a user may set of an EPP. */
export interface EndpointPickerSettings {
    image: string;
    /** What the image can do. */
    release: EppRelease;
    /** More than one elects a leader, and only the leader is Ready. */
    replicas: number;
    resources: ResourceSettings;
    /** Labels that select the model server pods. */
    podSelector: Record<string, string>;
    /** The model servers' KV cache block, in tokens. */
    blockSize: number;
}

/** Arguments of {@link EndpointPicker}. */
export interface EndpointPickerArgs extends EndpointPickerSettings {
    name: string;
    namespace: string;
    /** Namespace of the model servers. */
    podNamespace: string;
    readiness: Readiness;
}

const configDirectory = "/config";
const configFile = "epp-config.yaml";

/** Names of the EPP's gRPC health services under leader election (GIE `cmd/epp/runner/health.go`). */
const healthServices = { liveness: "liveness", readiness: "readiness" };

/** Long enough for the streams of running requests to end (GIE's own chart). */
const terminationGracePeriodSeconds = 130;

/**
 * The endpoint picker: identity, rights in the model servers' namespace, configuration, Deployment, Service, and the
 * DestinationRule that lets Envoys speak to its self-signed TLS.
 */
export class EndpointPicker extends pulumi.ComponentResource {
    /** In-cluster host of the EPP's Service. */
    readonly host: string;

    constructor(name: string, args: EndpointPickerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:epp:EndpointPicker", name, {}, opts);
        this.host = serviceHost(args.name, args.namespace);
        const selector = { [labels.name]: args.name };
        const allLabels = { ...commonLabels(args.name, args.name, "endpoint-picker"), ...selector };
        const metadata = { name: args.name, namespace: args.namespace, labels: allLabels };
        const leaderElection = args.replicas > 1;

        const serviceAccount = new k8s.core.v1.ServiceAccount(
            `${name}-identity`,
            // The pod asks for its token itself; nothing else that runs as this account gets one by default.
            { metadata, automountServiceAccountToken: false },
            childOptions(this, opts),
        );
        const rights = bindPodReader(
            name,
            {
                name: args.name,
                podNamespace: args.podNamespace,
                labels: allLabels,
                serviceAccount: { name: args.name, namespace: args.namespace },
                leaderElection,
            },
            childOptions(this, opts),
        );
        const configText = stringify(pickerConfig(args.release, args.blockSize));
        const config = new k8s.core.v1.ConfigMap(
            `${name}-config`,
            // A fixed name, so that a change is an update: the checksum below restarts the pods.
            { metadata, data: { [configFile]: configText } },
            childOptions(this, opts),
        );
        const deployment = deployWorkload(
            `${name}-deployment`,
            {
                name: args.name,
                namespace: args.namespace,
                labels: allLabels,
                selector,
                annotations: {
                    "checksum/config": createHash("sha256").update(configText).digest("hex"),
                    "prometheus.io/scrape": "true",
                    "prometheus.io/port": String(ports.eppMetrics),
                    "prometheus.io/path": "/metrics",
                },
                replicas: args.replicas,
                // A rolling update would wait for a second Ready pod, and only the leader is ever Ready.
                strategy: { type: "Recreate" },
                containerName: "epp",
                image: args.image,
                resources: args.resources,
                serviceAccountName: args.name,
                terminationGracePeriodSeconds,
                mounts: { [configDirectory]: { name: "config", configMap: { name: args.name } } },
                timeoutSeconds: args.readiness.timeoutSeconds,
                container: {
                    args: eppArguments(args, leaderElection),
                    ports: {
                        [portNames.eppGrpc]: ports.eppGrpc,
                        [portNames.eppHealth]: ports.eppHealth,
                        [portNames.eppMetrics]: ports.eppMetrics,
                    },
                    env: {
                        NAMESPACE: { fieldRef: { fieldPath: "metadata.namespace" } },
                        // GIE reads its own Deployment's name from it when it selects pods without a pool.
                        POD_NAME: { fieldRef: { fieldPath: "metadata.name" } },
                    },
                    livenessProbe: grpcProbe(leaderElection ? healthServices.liveness : undefined),
                    readinessProbe: grpcProbe(leaderElection ? healthServices.readiness : undefined),
                },
            },
            childOptions(this, opts, [serviceAccount, rights, config]),
        );
        new k8s.core.v1.Service(
            `${name}-service`,
            {
                metadata,
                spec: {
                    type: "ClusterIP",
                    selector,
                    ports: [
                        // Istio learns from appProtocol that ext_proc is HTTP/2 (istio#59577).
                        servicePort(portNames.eppGrpc, ports.eppGrpc, "http2"),
                        servicePort(portNames.eppHealth, ports.eppHealth, "http2"),
                        servicePort(portNames.eppMetrics, ports.eppMetrics, "http"),
                    ],
                },
            },
            childOptions(this, opts, [deployment]),
        );
        new k8s.apiextensions.CustomResource(
            `${name}-tls`,
            {
                apiVersion: api.destinationRule.version,
                kind: "DestinationRule",
                metadata,
                spec: {
                    host: this.host,
                    trafficPolicy: {
                        portLevelSettings: [
                            {
                                port: { number: ports.eppGrpc },
                                // The EPP signs its own certificate at each start.
                                tls: { mode: "SIMPLE", insecureSkipVerify: true },
                            },
                        ],
                    },
                },
            },
            childOptions(this, opts),
        );
        this.registerOutputs({});
    }
}

function eppArguments(args: EndpointPickerArgs, leaderElection: boolean): string[] {
    const selector = Object.entries(args.podSelector).map(([key, value]) => `${key}=${value}`);
    return [
        `--endpoint-selector=${selector.join(",")}`,
        `--endpoint-target-ports=${String(ports.inference)}`,
        `--pool-namespace=${args.podNamespace}`,
        `--config-file=${configDirectory}/${configFile}`,
        `--grpc-port=${String(ports.eppGrpc)}`,
        `--grpc-health-port=${String(ports.eppHealth)}`,
        `--metrics-port=${String(ports.eppMetrics)}`,
        // Authenticated metrics need a ClusterRole to review tokens.
        "--metrics-endpoint-auth=false",
        "--secure-serving=true",
        // On by default upstream, and then fails where no collector listens.
        "--tracing=false",
        "--v=2",
        ...(leaderElection ? ["--ha-enable-leader-election"] : []),
    ];
}

function grpcProbe(service: string | undefined): k8s.types.input.core.v1.Probe {
    return { grpc: { port: ports.eppHealth, service }, initialDelaySeconds: 5, periodSeconds: 10 };
}

function servicePort(name: string, port: number, appProtocol: string): k8s.types.input.core.v1.ServicePort {
    return { name, port, targetPort: name, protocol: "TCP", appProtocol };
}
