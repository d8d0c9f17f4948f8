import type { V1Service } from "@kubernetes/client-node";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { loadBalancerAddress, maximumLoadBalancers } from "../addresses";
import type { Cluster } from "./cluster";

/** Gives Services of type LoadBalancer an address, as a cloud would. */
export class LoadBalancers {
    /** The address of each Service, by uid. */
    private readonly given = new Map<string, string>();
    private last = 0;

    constructor(private readonly cluster: Pick<Cluster, "core">) {}

    serviceChanged({ metadata, spec, status }: V1Service, gone: boolean): void {
        const uid = metadata!.uid!;
        if (gone || spec?.type !== "LoadBalancer") {
            this.given.delete(uid);
            return;
        }
        // One that was given in an earlier life of the node is the Service's own.
        const before = status?.loadBalancer?.ingress?.[0]?.ip;
        if (before !== undefined) {
            this.given.set(uid, before);
            return;
        }
        const ip = this.given.get(uid) ?? this.freeAddress();
        if (ip === undefined) {
            console.error(`There is no address left for the Service ${metadata!.name!}`);
            return;
        }
        this.given.set(uid, ip);
        this.cluster.core
            .patchNamespacedServiceStatus(
                {
                    name: metadata!.name!,
                    namespace: metadata!.namespace!,
                    body: { status: { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } } },
                },
                setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
            )
            .catch((error: unknown) => {
                console.error(`Giving ${metadata!.name!} an address: ${String(error)}`);
            });
    }

    /** One that no other Service has, and if possible none that had it lately. */
    private freeAddress(): string | undefined {
        const taken = new Set(this.given.values());
        for (let tries = 0; tries < maximumLoadBalancers; tries++) {
            this.last = (this.last % maximumLoadBalancers) + 1;
            const address = loadBalancerAddress(this.last);
            if (!taken.has(address)) {
                return address;
            }
        }
        return undefined;
    }
}
