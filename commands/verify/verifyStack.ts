import type { DeploymentOutput } from "../../components/deploymentOutput";
import type { Cluster, PodReach } from "../shared/cluster";
import type { Path } from "./checks/check";
import { judge, modelsOf } from "./judge";
import type { Report } from "./report";
import { makeReport } from "./report";
import { settledSnapshot } from "./settling";
import { takeSnapshot } from "./snapshot";
import type { ModelTraffic } from "./traffic";
import { sendTraffic } from "./traffic";

/** What is verified, and how. */
export interface VerifyOptions {
    cluster: Cluster;
    deployment: DeploymentOutput;
    /** Where the outputs came from, for the report. */
    source: string;
    /** Releases. */
    models: readonly string[];
    /** Only this path; default: all that the mode has. */
    path?: Path;
    /** Completions on each path; 0 sends no request at all. */
    requests: number;
    /** Base URLs to send to instead of through the API server. */
    gatewayUrl?: string;
    directUrl?: string;
    /** What sends to pods and Services. Default: the API server. */
    reach?: PodReach;
    /** Takes one line of progress at a time. */
    progress: (line: string) => void;
    /** Ends requests that are under way. */
    signal: AbortSignal;
}

/**
 * Reads the cluster, sends requests, and judges both.
 *
 * @throws ClusterError when the cluster cannot be read at all.
 */
export async function verifyStack(options: VerifyOptions): Promise<Report> {
    const { cluster, deployment, models, path, requests, progress } = options;
    const { reach = cluster } = options;
    const { mode } = deployment;
    progress(`Reading the objects of mode ${mode} from context ${cluster.context} ...`);
    const scope = { deployment, models, path };
    const snapshot = await settledSnapshot(() => takeSnapshot(cluster, deployment, reach), scope, options);
    const traffic = new Map<string, ModelTraffic>();
    for (const model of requests > 0 ? modelsOf(scope) : []) {
        progress(`Sending requests for ${model.release} ...`);
        const sent = await sendTraffic(
            cluster,
            { snapshot, deployment, model },
            {
                ...options,
                reach,
                onGateway: path !== "direct",
                onDirect: path === undefined || path === "direct",
                scoring: mode !== "scheduler" && (path === undefined || path === "scoring"),
            },
        );
        traffic.set(model.release, sent);
    }
    const results = judge(snapshot, scope, requests > 0 ? traffic : undefined);
    return makeReport({ mode, source: options.source, context: cluster.context }, results, traffic);
}
