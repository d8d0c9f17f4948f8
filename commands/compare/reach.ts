import { gatewayEntrance } from "../../components/contract";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import type { ForwardOptions } from "../shared/portForward";
import { startForward } from "../shared/portForward";
import type { PathName } from "./paths";

/** Where both paths are reached from here, until they are closed. */
export interface Reach {
    /** Base URL of each path. */
    bases: Record<PathName, string>;
    /** What that does to the figures, one sentence each. */
    notes: string[];
    close(): Promise<void>;
}

/** How paths are reached. */
export interface ReachOptions extends ForwardOptions {
    /** Base URLs that the user gives: both, or none. */
    urls?: Record<PathName, string>;
}

const forwardedNote =
    "Both paths were reached by kubectl port-forward: the API server and a kubelet are part of both, and the direct " +
    "path's requests all go to one pod. Give --gateway-url and --direct-url where both can be reached.";

/**
 * Makes both paths reachable: at the URLs that the user gives, or both by port-forward. Never one of each: the one
 * without the API server in it would look fast.
 *
 * @throws ClusterError when a port-forward does not come up.
 */
export async function reachPaths(
    { gateway, namespaces }: DeploymentOutput,
    { proxy }: ModelDeploymentOutput,
    options: ReachOptions,
): Promise<Reach> {
    if (options.urls !== undefined) {
        return { bases: options.urls, notes: [], close: () => Promise.resolve() };
    }
    const toGateway = await startForward(
        {
            namespace: namespaces.scheduler,
            target: { service: gateway.service, ...gatewayEntrance(gateway) },
        },
        options,
    );
    try {
        const toProxy = await startForward(
            { namespace: namespaces.simulator, target: { service: proxy.name, port: proxy.port } },
            options,
        );
        return {
            bases: { gateway: toGateway.url, direct: toProxy.url },
            notes: [forwardedNote],
            close: async () => {
                await Promise.all([toGateway.close(), toProxy.close()]);
            },
        };
    } catch (error) {
        await toGateway.close();
        throw error;
    }
}
