import { stringify } from "yaml";
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
}

/** Where the EPP reads its configuration. */
export const configFile = { directory: "/config", name: "epp-config.yaml" };

/** What stands in {@link configFile}. */
export function pickerConfigText(config: object): string {
    return stringify(config);
}

/** The EPP's command line. Every flag is known to every release of the version matrix; an unknown one exits at start. */
export function eppArguments(args: EppCommandLine, leaderElection: boolean): string[] {
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
        ...args.extraArguments,
    ];
}

/** How the EPP finds the pods that it may pick: through its pool, or by labels where the route goes to a Service. */
function discovery(args: EppCommandLine): string[] {
    if (args.poolName !== undefined) {
        return [`--pool-name=${args.poolName}`, `--pool-group=${api.inferencePool.group}`];
    }
    const selector = Object.entries(args.podSelector).map(([key, value]) => `${key}=${value}`);
    return [
        `--endpoint-selector=${selector.join(",")}`,
        `--endpoint-target-ports=${String(ports.inference)}`,
    ];
}
