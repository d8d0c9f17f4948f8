import type { V1Service } from "@kubernetes/client-node";
import * as dgram from "dgram";
import { decode, encode } from "dns-packet";

/** The name `<service>.<namespace>.svc.cluster.local`, as CoreDNS answers it. */
const serviceName = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/;

/** How long an answer may be kept, in seconds: as long as CoreDNS says by default. */
const ttl = 5;

/** The cluster address of a Service by its full name, or undefined where there is none. */
export type Resolve = (host: string) => string | undefined;

/** @param find the Service of a name and a namespace. */
export function resolver(find: (name: string, namespace: string) => V1Service | undefined): Resolve {
    return (host) => {
        const [, name = "", namespace = ""] = serviceName.exec(host.toLowerCase()) ?? [];
        const clusterIP = find(name, namespace)?.spec?.clusterIP;
        return clusterIP === "None" ? undefined : clusterIP;
    };
}

/** Answers for Services, and for nothing else: the lab knows no other names. It stands in for the cluster's DNS. */
export async function serveDns(address: string, resolve: Resolve): Promise<void> {
    const socket = dgram.createSocket("udp4");
    socket.on("message", (message, client) => {
        const { id, questions = [] } = decode(message);
        const [question] = questions;
        const clusterIP = question && resolve(question.name);
        const answer = encode({
            type: "response",
            id,
            // NXDOMAIN tells the client to try its next search domain.
            flags: clusterIP === undefined ? 3 : 0,
            questions,
            answers:
                clusterIP !== undefined && question?.type === "A"
                    ? [{ type: "A", name: question.name, ttl, data: clusterIP }]
                    : [],
        });
        socket.send(answer, client.port, client.address);
    });
    await new Promise<void>((done, failed) => {
        socket.once("error", failed);
        socket.bind(53, address, done);
    });
}

/** What a pod of this namespace finds in `/etc/resolv.conf` (kubelet's `ClusterFirst`). */
export function resolverConfig(address: string, namespace: string): string {
    const domains = [`${namespace}.svc.cluster.local`, "svc.cluster.local", "cluster.local"];
    return `nameserver ${address}\nsearch ${domains.join(" ")}\noptions ndots:5\n`;
}
