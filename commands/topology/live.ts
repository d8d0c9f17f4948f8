import type { DeploymentOutput } from "../../components/deploymentOutput";
import { api } from "../../components/contract";
import type { Cluster, KubeObject } from "../shared/cluster";
import { KindNotServedError } from "../shared/errors";

/** The kinds that take part in a path. */
const kinds: [apiVersion: string, kind: string][] = [
    ["v1", "Service"],
    ["apps/v1", "Deployment"],
    ["apps/v1", "StatefulSet"],
    [api.gateway.version, "Gateway"],
    [api.gateway.version, "HTTPRoute"],
    [api.referenceGrant.version, "ReferenceGrant"],
    [api.inferencePool.version, "InferencePool"],
    [api.envoyFilter.version, "EnvoyFilter"],
];

/**
 * Reads what the paths of a stack may be made of from its cluster. A kind that the cluster does not serve has no
 * objects: what needs one shows as missing.
 *
 * @throws ClusterError when the cluster cannot be asked.
 */
export async function readObjects(
    cluster: Pick<Cluster, "list">,
    { namespaces }: DeploymentOutput,
): Promise<KubeObject[]> {
    const objects: KubeObject[] = [];
    for (const namespace of new Set([namespaces.scheduler, namespaces.simulator])) {
        for (const [apiVersion, kind] of kinds) {
            try {
                objects.push(...(await cluster.list(apiVersion, kind, namespace)));
            } catch (error) {
                if (!(error instanceof KindNotServedError)) {
                    throw error;
                }
            }
        }
    }
    return objects;
}
