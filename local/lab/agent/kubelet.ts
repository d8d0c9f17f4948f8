import type { V1Pod } from "@kubernetes/client-node";
import { maximumPods, podAddress } from "../addresses";
import type { Cluster } from "./cluster";
import { nodeName } from "./node";
import type { WorkerContext } from "./podWorker";
import { PodWorker } from "./podWorker";

/** Runs the pods that the scheduler gives to the lab's node. It stands in for the kubelet and its container runtime. */
export class Kubelet {
    /** By uid. */
    private readonly workers = new Map<string, PodWorker>();
    private readonly taken = new Map<string, string>();
    private next = 1;

    constructor(private readonly context: WorkerContext) {}

    async start(cluster: Cluster): Promise<void> {
        const list = () =>
            cluster.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${nodeName}` });
        // Pods of an earlier life of the node keep their addresses, which cannot be changed.
        for (const { metadata, status } of (await list()).items) {
            if (status?.podIP !== undefined) {
                this.taken.set(metadata!.uid!, status.podIP);
            }
        }
        const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${nodeName}`;
        await cluster.follow(path, list, (pod, gone) => {
            this.changed(pod, gone);
        });
    }

    private changed(pod: V1Pod, gone: boolean): void {
        const uid = pod.metadata!.uid!;
        const worker = this.workers.get(uid);
        if (gone) {
            worker?.kill();
        } else if (worker === undefined) {
            const started = new PodWorker(pod, this.addressFor(uid), this.context);
            this.workers.set(uid, started);
            void started.gone.then(() => {
                this.workers.delete(uid);
                this.taken.delete(uid);
            });
        } else {
            worker.update(pod);
        }
    }

    /** One that no other pod has, and if possible none that had it lately. */
    private addressFor(uid: string): string {
        const own = this.taken.get(uid);
        if (own !== undefined) {
            return own;
        }
        const taken = new Set(this.taken.values());
        for (let tries = 0; tries < maximumPods; tries++) {
            const address = podAddress(this.next);
            this.next = (this.next % maximumPods) + 1;
            if (!taken.has(address)) {
                this.taken.set(uid, address);
                return address;
            }
        }
        throw new Error("The lab has run out of addresses for pods.");
    }
}
