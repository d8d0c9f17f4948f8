import type { V1NodeList } from "@kubernetes/client-node";
import type { AsJson } from "../../commands/shared/cluster";
import { conditionOf } from "../../commands/shared/conditions";
import type { LoopbackClient } from "./https";
import { expectStatus } from "./https";

/** One node a zone, so that topology spread constraints have something to spread over. */
const nodes = ["a", "b", "c"].map((zone, index) => ({ name: `local-${zone}`, zone: `zone-${zone}`, index }));

/** Names of the nodes that exist in the API server only. */
export const simulatedNodes = nodes.map(({ name }) => name);

/**
 * What a node offers: a large machine, so that requests that no real node could meet stay Pending here too, but with room
 * for more pods than a kubelet allows, because hundreds of models are deployed on the three.
 */
const resources = { cpu: "128", memory: "512Gi", pods: "1000", "ephemeral-storage": "200Gi" };

/** Makes the nodes that are missing. kwok makes them Ready. */
export async function ensureNodes(api: LoopbackClient): Promise<void> {
    await Promise.all(
        nodes.map(async ({ name, zone, index }) => {
            const node = {
                apiVersion: "v1",
                kind: "Node",
                metadata: {
                    name,
                    labels: {
                        "kubernetes.io/hostname": name,
                        "kubernetes.io/os": "linux",
                        "kubernetes.io/arch": "amd64",
                        "topology.kubernetes.io/region": "local",
                        "topology.kubernetes.io/zone": zone,
                    },
                },
                status: {
                    allocatable: resources,
                    capacity: resources,
                    addresses: [
                        { type: "InternalIP", address: `10.245.0.${index + 1}` },
                        { type: "Hostname", address: name },
                    ],
                },
            };
            const body = JSON.stringify(node);
            const answer = await api.request("POST", "/api/v1/nodes", { type: "application/json", body });
            // 409: it is there already.
            expectStatus(answer, [201, 409], `Making the node ${name}`);
        }),
    );
}

/** Whether every node says that it is Ready. */
export async function areNodesReady(api: LoopbackClient): Promise<boolean> {
    const answer = await api.request("GET", "/api/v1/nodes");
    expectStatus(answer, [200], "Listing nodes");
    const { items } = JSON.parse(answer.body) as AsJson<V1NodeList>;
    return nodes.every(({ name }) => {
        const found = items.find(({ metadata }) => metadata?.name === name);
        return conditionOf(found?.status?.conditions, "Ready")?.status === "True";
    });
}
