import type { V1Service } from "@kubernetes/client-node";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { loadBalancerAddress } from "../addresses";
import type { Cluster } from "./cluster";

/** Gives Services of type LoadBalancer an address, as a cloud would. */
export class LoadBalancers {
    private last = 0;

    constructor(private readonly cluster: Cluster) {}

    serviceChanged({ metadata, spec, status }: V1Service): void {
        const given = status?.loadBalancer?.ingress ?? [];
        if (spec?.type !== "LoadBalancer" || given.length > 0) {
            return;
        }
        this.last++;
        const ingress = [{ ip: loadBalancerAddress(this.last), ipMode: "VIP" }];
        this.cluster.core
            .patchNamespacedServiceStatus(
                {
                    name: metadata!.name!,
                    namespace: metadata!.namespace!,
                    body: { status: { loadBalancer: { ingress } } },
                },
                setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
            )
            .catch((error: unknown) => {
                console.error(`Giving ${metadata!.name!} an address: ${String(error)}`);
            });
    }
}
