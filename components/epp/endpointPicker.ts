import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "crypto";
import { childOptions } from "../childOptions";
import { api, commonLabels, labels, portNames, ports, serviceHost } from "../contract";
import { component, formerly, objectName } from "../identity";
import type { EppRelease } from "../../releases";
import { eppHealthServices } from "../../releases";
import type { MonitorSettings } from "../monitors";
import { createServiceMonitor } from "../monitors";
import type { Admission } from "../networkPolicies";
import { admitOnly } from "../networkPolicies";
import type { Readiness } from "../readiness";
import { notAwaited } from "../readiness";
import { nanosecondsOf } from "../settings/durations";
import type { Variables } from "../variables";
import { containerVariables } from "../variables";
import type { Placement, ResourceSettings } from "../workload";
import { deployWorkload, lingerSeconds } from "../workload";
import type { EppCommandLine } from "./arguments";
import { configFile, eppArguments, pickerConfigText } from "./arguments";
import { grantRights } from "./rbac";
import type { EppTls } from "./tls";
import { clientTls, createEppTls } from "./tls";

/** What a user may set of an EPP. */
export interface EndpointPickerSettings extends Omit<EppCommandLine, "podNamespace" | "poolName"> {
    image: string;
    /** What the image can do. */
    release: EppRelease;
    /** More than one elects a leader, and only the leader is Ready. */
    replicas: number;
    resources: ResourceSettings;
    placement: Placement;
    pullSecrets: string[];
    /** The EndpointPickerConfig. */
    config: object;
    /** How a ServiceMonitor scrapes its metrics; undefined for none. */
    monitor?: MonitorSettings;
    /** Environment variables besides the program's own. Default: none. */
    env?: Variables;
    /** Whether pods name the user that they run as. Default: true. */
    fixedUser?: boolean;
    /** What it serves with. Default: a certificate that it signs itself, and that nobody checks. */
    tls?: EppTls;
    /** Whether model servers tell it what they cache. Default: false. */
    readsKvEvents?: boolean;
    /** Who may connect; undefined for no NetworkPolicy. */
    admissions?: Admission[];
}

/** Arguments of {@link EndpointPicker}. */
export interface EndpointPickerArgs extends EndpointPickerSettings, EppCommandLine {
    name: string;
    namespace: string;
    /** Namespace of the Envoys that ask it. */
    gatewayNamespace: string;
    readiness: Readiness;
}

/** Long enough for the streams of running requests to end (GIE's own chart). */
const leastGraceSeconds = 130;

/** What is left of the grace period when an EPP has drained, to close in. */
const closingSeconds = 10;

/** Where the EPP finds its certificate. */
const certificateDirectory = "/certificate";

/** A single EPP is Ready before the one that it follows is told to end, and that one serves until Envoys know it. */
const succession = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, lingerSeconds };

/**
 * Under leader election no pod can be Ready before the leader gives its Lease up, which it does when it is told to end
 * (`LeaderElectionReleaseOnCancel`, GIE 1.2 to llm-d 0.10). So all go at once, and the next ones start meanwhile: with
 * `Recreate` they would start only after the last one has drained, 30 s later from llm-d 0.10 on. The leader serves for a
 * moment yet: nobody leads for as much longer, but a Gateway that fails open loses nothing, since Envoy passes a request
 * on where it knows of no EPP, and not where it has begun to ask one that is gone.
 */
const handover = { rollingUpdate: { maxSurge: 0, maxUnavailable: "100%" }, lingerSeconds: 2 };

/**
 * The endpoint picker: identity, rights in the model servers' namespace, configuration, Deployment, Service, and the
 * DestinationRule that lets Envoys speak to its self-signed TLS.
 */
export class EndpointPicker extends pulumi.ComponentResource {
    constructor(name: string, args: EndpointPickerArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("epp:EndpointPicker", name, opts));
        const selector = { [labels.name]: args.name };
        const allLabels = commonLabels(args.name, args.name, "endpoint-picker");
        const common = { name: args.name, namespace: args.namespace, labels: allLabels };
        const leaderElection = args.replicas > 1;
        const child = (formerName: string, dependsOn?: pulumi.Resource[]) =>
            formerly(`${name}-${formerName}`, childOptions(this, opts, dependsOn));

        const serviceAccount = new k8s.core.v1.ServiceAccount(
            objectName(common),
            // The pod asks for its token itself; nothing else that runs as this account gets one by default.
            { metadata: common, automountServiceAccountToken: false },
            child("identity"),
        );
        const rights = grantRights(
            name,
            {
                name: args.name,
                podNamespace: args.podNamespace,
                labels: allLabels,
                serviceAccount: { name: args.name, namespace: args.namespace },
                release: args.release,
                readsPool: args.poolName !== undefined,
                leaderElection,
                metricsAuth: args.metricsAuth,
            },
            childOptions(this, opts),
        );
        const tls =
            args.tls &&
            createEppTls({ ...args, eppName: args.name, tls: args.tls }, childOptions(this, opts));
        const certificate = tls && {
            directory: certificateDirectory,
            reloads: args.release.flags.includes("enable-cert-reload"),
        };
        const configText = pickerConfigText(args.config);
        const config = new k8s.core.v1.ConfigMap(
            objectName(common),
            // A fixed name, so that a change is an update: the checksum below restarts the pods.
            { metadata: common, data: { [configFile.name]: configText } },
            child("config"),
        );
        const deployment = deployWorkload(
            {
                ...common,
                selector,
                annotations: {
                    "checksum/config": createHash("sha256").update(configText).digest("hex"),
                    ...(!args.metricsAuth && {
                        "prometheus.io/scrape": "true",
                        "prometheus.io/port": String(ports.eppMetrics),
                        "prometheus.io/path": "/metrics",
                    }),
                },
                replicas: args.replicas,
                ...(leaderElection ? handover : succession),
                containerName: "epp",
                image: args.image,
                resources: args.resources,
                placement: args.placement,
                pullSecrets: args.pullSecrets,
                fixedUser: args.fixedUser,
                serviceAccountName: args.name,
                terminationGracePeriodSeconds: graceSeconds(args),
                mounts: {
                    [configFile.directory]: { name: "config", configMap: { name: args.name } },
                    ...(tls && {
                        [certificateDirectory]: {
                            name: "certificate",
                            secret: { secretName: tls.certificateSecret },
                        },
                    }),
                },
                ready: leaderElection ? "leader" : "all",
                timeoutSeconds: args.readiness.timeoutSeconds,
                container: {
                    args: eppArguments(args, leaderElection, certificate),
                    ports: {
                        [portNames.eppGrpc]: ports.eppGrpc,
                        [portNames.eppHealth]: ports.eppHealth,
                        [portNames.eppMetrics]: ports.eppMetrics,
                        ...(args.readsKvEvents && { [portNames.kvEvents]: ports.kvEvents }),
                    },
                    env: {
                        NAMESPACE: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
                        // GIE reads its own Deployment's name from it when it selects pods without a pool.
                        POD_NAME: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } },
                        ...tracingVariables(args),
                        ...containerVariables(args.env),
                    },
                    // The health service says nothing of the ext_proc server, which first makes itself a certificate: for
                    // seconds (a 4096 bit key; GIE 1.2 to llm-d 0.10 `internal/tls`).
                    startupProbe: {
                        tcpSocket: { port: portNames.eppGrpc },
                        periodSeconds: 1,
                        failureThreshold: 120,
                    },
                    livenessProbe: {
                        ...grpcProbe(leaderElection ? eppHealthServices.liveness : undefined),
                        periodSeconds: 10,
                    },
                    // While nobody leads, each second of the probe's period is one without an EPP.
                    readinessProbe: {
                        ...grpcProbe(leaderElection ? eppHealthServices.readiness : undefined),
                        periodSeconds: 2,
                    },
                },
            },
            child("deployment", [serviceAccount, config, ...rights, ...(tls?.resources ?? [])]),
        );
        new k8s.core.v1.Service(
            objectName(common),
            {
                metadata: { ...common, annotations: notAwaited },
                spec: {
                    type: "ClusterIP",
                    selector,
                    ports: [
                        // Istio learns from appProtocol that ext_proc is HTTP/2 (istio#59577).
                        servicePort(portNames.eppGrpc, ports.eppGrpc, "http2"),
                        servicePort(portNames.eppHealth, ports.eppHealth, "http2"),
                        servicePort(portNames.eppMetrics, ports.eppMetrics, "http"),
                        ...(args.readsKvEvents
                            ? [servicePort(portNames.kvEvents, ports.kvEvents, "tcp")]
                            : []),
                    ],
                },
            },
            child("service", [deployment]),
        );
        new k8s.apiextensions.CustomResource(
            objectName(common),
            {
                apiVersion: api.destinationRule.version,
                kind: "DestinationRule",
                metadata: common,
                spec: {
                    host: serviceHost(args.name, args.namespace),
                    trafficPolicy: {
                        portLevelSettings: [
                            {
                                port: { number: ports.eppGrpc },
                                tls: clientTls(args, tls?.caSecret),
                            },
                        ],
                    },
                },
            },
            // A certificate is checked once the pods that serve with it are the ones that answer.
            child("tls", tls && [deployment, ...tls.resources]),
        );
        if (args.monitor) {
            createServiceMonitor(
                {
                    ...common,
                    selector,
                    port: portNames.eppMetrics,
                    settings: args.monitor,
                    authenticated: args.metricsAuth,
                },
                child("monitor"),
            );
        }
        if (args.admissions) {
            admitOnly({ ...common, selector, admissions: args.admissions }, child("network-policy"));
        }
        this.registerOutputs({});
    }
}

/** How long the kubelet waits for an EPP: through its whole drain, which begins when it has lingered. */
function graceSeconds({ drainTimeout = "0s" }: EndpointPickerArgs): number {
    const drain = Math.ceil(Number(nanosecondsOf(drainTimeout)) / 1e9);
    return Math.max(leastGraceSeconds, lingerSeconds + drain + closingSeconds);
}

/**
 * Without the exporter's name the EPP prints its spans to its log. It knows one sampler (GIE 1.2 to router 0.10
 * `telemetry.go`).
 */
function tracingVariables({ name, tracing }: EndpointPickerArgs): Record<string, string> {
    if (!tracing.enabled) {
        return {};
    }
    return {
        OTEL_TRACES_EXPORTER: "otlp",
        OTEL_SERVICE_NAME: name,
        OTEL_RESOURCE_ATTRIBUTES: "k8s.namespace.name=$(NAMESPACE),k8s.pod.name=$(POD_NAME)",
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: String(tracing.sampleRatio),
        ...(tracing.otlpEndpoint !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: tracing.otlpEndpoint }),
    };
}

function grpcProbe(service: string | undefined): k8s.types.input.core.v1.Probe {
    return { grpc: { port: ports.eppHealth, service } };
}

function servicePort(name: string, port: number, appProtocol: string): k8s.types.input.core.v1.ServicePort {
    return { name, port, targetPort: name, protocol: "TCP", appProtocol };
}
