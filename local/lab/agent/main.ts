import { dnsAddress } from "../addresses";
import type { AgentOptions } from "../options";
import { Cluster } from "./cluster";
import { resolver, serveDns } from "./dns";
import { serveGuests } from "./guests";
import { Kubelet } from "./kubelet";
import { LoadBalancers } from "./loadBalancer";
import { registerNode } from "./node";
import { serveNode } from "./nodeServer";
import { relayToSocket, serveEgress } from "./relay";
import { ServiceProxy } from "./serviceProxy";

/**
 * The lab's node: runs inside the network namespace that `labnet node` made, and plays kubelet, kube-proxy, DNS and
 * load balancer there. Everything that it starts ends with it.
 */
async function main(): Promise<void> {
    const options = JSON.parse(process.argv[2] ?? "") as AgentOptions;
    await relayToSocket(options.apiServerPort, options.apiServerSocket);
    const cluster = new Cluster(options.kubeconfig);
    const proxy = new ServiceProxy({ host: "127.0.0.1", port: options.apiServerPort });
    const balancers = new LoadBalancers(cluster);
    await cluster.follow(
        "/api/v1/services",
        () => cluster.core.listServiceForAllNamespaces(),
        (service, gone) => {
            proxy.serviceChanged(service, gone);
            balancers.serviceChanged(service, gone);
        },
    );
    await cluster.follow(
        "/apis/discovery.k8s.io/v1/endpointslices",
        () => cluster.discovery.listEndpointSliceForAllNamespaces(),
        (slice, gone) => {
            proxy.sliceChanged(slice, gone);
        },
    );
    const resolve = resolver((name, namespace) => proxy.find(name, namespace));
    await serveDns(dnsAddress, resolve);
    await registerNode(cluster);
    const { tools, podsFolder, logsFolder } = options;
    await serveNode(logsFolder, options.certificate);
    await new Kubelet({ core: cluster.core, tools, podsFolder, logsFolder }).start(cluster);
    await serveGuests(options.guestSocket);
    await serveEgress(options.egressSocket, resolve);
    console.log("The lab's node is ready.");
}

main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
});
