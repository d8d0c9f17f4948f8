import { api, ports } from "../contract";
import type { EndpointPickerArgs } from "./endpointPicker";

/** Where the EPP reads its configuration. */
export const configFile = { directory: "/config", name: "epp-config.yaml" };

/** The EPP's command line. Every flag is known to every release of the version matrix; an unknown one exits at start. */
export function eppArguments(args: EndpointPickerArgs, leaderElection: boolean): string[] {
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
function discovery(args: EndpointPickerArgs): string[] {
    if (args.poolName !== undefined) {
        return [`--pool-name=${args.poolName}`, `--pool-group=${api.inferencePool.group}`];
    }
    const selector = Object.entries(args.podSelector).map(([key, value]) => `${key}=${value}`);
    return [
        `--endpoint-selector=${selector.join(",")}`,
        `--endpoint-target-ports=${String(ports.inference)}`,
    ];
}
