import { stringify } from "yaml";
import { requirementsOf } from "../../objects/selectors";
import { api, ports } from "../contract";

/** What the EPP's command line says. */
export interface EppCommandLine {
    /** Namespace of the model servers, and of the pool. */
    podNamespace: string;
    /** The InferencePool that it serves. Without one it finds pods by their labels (GIE's standalone mode). */
    poolName?: string;
    /** Labels of the model server pods that it may pick. */
    podSelector: Record<string, string>;
    /**
     * Whether it exports traces, where to (undefined for its default, a collector on localhost), and which part of those
     * that no caller has decided on.
     */
    tracing: { enabled: boolean; otlpEndpoint?: string; sampleRatio: number };
    /** Whether its metrics ask for a token. */
    metricsAuth: boolean;
    /** Verbosity of its log. */
    logLevel: number;
    /** Arguments that the pair of EPP and simulator versions needs besides. */
    extraArguments: string[];
    /** Whether plugins that upstream calls experimental may be in its configuration. Default: false. */
    allowExperimentalPlugins?: boolean;
    /** How long it goes on serving once it is told to end, e.g. `45s`. Default: as its release does. */
    drainTimeout?: string;
    /** Whether Envoy is told each pod's score, in dynamic metadata. Default: false. */
    emitEndpointScores?: boolean;
    /** Arguments of the user's own; none sets a flag that the program writes. Default: none. */
    extraArgs?: string[];
}

/** Where it finds the certificate that it serves with, where it does not sign one itself. */
export interface ServingCertificate {
    directory: string;
    /** Whether it can read a renewed one without a restart. */
    reloads: boolean;
}

/** Where the EPP reads its configuration. */
export const configFile = { directory: "/config", name: "epp-config.yaml" };

/** What stands in {@link configFile}. */
export function pickerConfigText(config: object): string {
    return stringify(config);
}

/** The setting that writes each flag of the program's own; undefined where none does. */
export const eppFlagOwners: ReadonlyMap<string, string | undefined> = new Map([
    ["pool-name", "routing.backend"],
    ["pool-group", "routing.backend"],
    ["pool-namespace", "namespaces.simulator"],
    ["endpoint-selector", "routing.backend"],
    ["endpoint-target-ports", undefined],
    ["config-file", "epp.plugins"],
    ["config-text", "epp.customConfig"],
    ["grpc-port", undefined],
    ["grpc-health-port", undefined],
    ["metrics-port", undefined],
    ["metrics-endpoint-auth", "epp.metricsAuth"],
    ["secure-serving", undefined],
    ["cert-path", "epp.tls"],
    ["enable-cert-reload", "epp.tls"],
    ["tracing", "epp.tracing"],
    ["v", "epp.logLevel"],
    // Given, it is what counts, and `-v` is not read (GIE 1.2 to router 0.10 `initLogging`).
    ["zap-log-level", "epp.logLevel"],
    ["ha-enable-leader-election", "replicas.epp"],
    ["kv-cache-usage-percentage-metric", "images.simulator"],
    ["allow-experimental-plugins", "epp.allowExperimentalPlugins"],
    ["drain-timeout", "epp.drainTimeout"],
    ["emit-endpoint-scores", "epp.emitEndpointScores"],
]);

/** The setting that writes each variable of the EPP's environment that is the program's own; undefined where none does. */
export const eppVariableOwners: ReadonlyMap<string, string | undefined> = new Map([
    ["NAMESPACE", undefined],
    ["POD_NAME", undefined],
    ["OTEL_TRACES_EXPORTER", "epp.tracing"],
    ["OTEL_SERVICE_NAME", "epp.tracing"],
    ["OTEL_RESOURCE_ATTRIBUTES", "epp.tracing"],
    ["OTEL_TRACES_SAMPLER", "epp.traceSampleRatio"],
    ["OTEL_TRACES_SAMPLER_ARG", "epp.traceSampleRatio"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "epp.otlpEndpoint"],
]);

/**
 * The EPP's command line. What stands in it without being asked for is known to every release of the version matrix; an
 * unknown flag exits at start.
 */
export function eppArguments(
    args: EppCommandLine,
    leaderElection: boolean,
    certificate?: ServingCertificate,
): string[] {
    return [
        ...discovery(args),
        `--pool-namespace=${args.podNamespace}`,
        `--config-file=${configFile.directory}/${configFile.name}`,
        `--grpc-port=${String(ports.eppGrpc)}`,
        `--grpc-health-port=${String(ports.eppHealth)}`,
        `--metrics-port=${String(ports.eppMetrics)}`,
        `--metrics-endpoint-auth=${String(args.metricsAuth)}`,
        "--secure-serving=true",
        // On by default upstream, and then fails where no collector listens.
        `--tracing=${String(args.tracing.enabled)}`,
        `--v=${String(args.logLevel)}`,
        ...(leaderElection ? ["--ha-enable-leader-election"] : []),
        ...servingArguments(certificate),
        ...(args.allowExperimentalPlugins ? ["--allow-experimental-plugins=true"] : []),
        ...(args.drainTimeout === undefined ? [] : [`--drain-timeout=${args.drainTimeout}`]),
        ...(args.emitEndpointScores ? ["--emit-endpoint-scores=true"] : []),
        ...args.extraArguments,
        ...(args.extraArgs ?? []),
    ];
}

function servingArguments(certificate: ServingCertificate | undefined): string[] {
    return certificate === undefined
        ? []
        : [
              `--cert-path=${certificate.directory}`,
              ...(certificate.reloads ? ["--enable-cert-reload=true"] : []),
          ];
}

/** How the EPP finds the pods that it may pick: through its pool, or by labels where the route goes to a Service. */
function discovery(args: EppCommandLine): string[] {
    if (args.poolName !== undefined) {
        return [`--pool-name=${args.poolName}`, `--pool-group=${api.inferencePool.group}`];
    }
    return [
        `--endpoint-selector=${requirementsOf(args.podSelector).join(",")}`,
        `--endpoint-target-ports=${String(ports.inference)}`,
    ];
}
