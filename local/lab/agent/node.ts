import type { V1Node } from "@kubernetes/client-node";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { nodeAddress } from "../addresses";
import type { Cluster } from "./cluster";
import { statusOf } from "./cluster";
import { nodeServerPort } from "./nodeServer";

/** The node whose pods run as processes. */
export const nodeName = "lab";

/** Keeps pods off the simulated nodes, and moves those that are on them. */
const taint = { key: "llm-d.ai/lab", value: "running", effect: "NoExecute" };

const resources = { cpu: "128", memory: "512Gi", pods: "200", "ephemeral-storage": "200Gi" };

/** Registers the lab's node, and sends every pod of the simulated nodes to it. */
export async function registerNode({ core }: Cluster): Promise<void> {
    const labels = {
        "kubernetes.io/hostname": nodeName,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": "zone-lab",
    };
    try {
        await core.createNode({ body: { metadata: { name: nodeName, labels } } });
    } catch (error) {
        // 409: it is there from an earlier start.
        if (statusOf(error) !== 409) {
            throw error;
        }
    }
    const status: V1Node["status"] = {
        allocatable: resources,
        capacity: resources,
        daemonEndpoints: { kubeletEndpoint: { Port: nodeServerPort } },
        // No host name, which the API server would look up rather than use the address.
        addresses: [{ type: "InternalIP", address: nodeAddress }],
        conditions: [
            {
                type: "Ready",
                status: "True",
                reason: "KubeletReady",
                message: "the lab runs pods as processes",
                lastHeartbeatTime: new Date(),
                lastTransitionTime: new Date(),
            },
        ],
    };
    await core.patchNodeStatus(
        { name: nodeName, body: { status } },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    const nodes = await core.listNode();
    for (const { metadata, spec } of nodes.items) {
        // The node lifecycle controller takes this one away by itself once the node is Ready.
        if (metadata!.name !== nodeName && !spec?.taints?.some(({ key }) => key === taint.key)) {
            await core.patchNode(
                { name: metadata!.name!, body: { spec: { taints: [...(spec?.taints ?? []), taint] } } },
                setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
            );
        }
    }
}
