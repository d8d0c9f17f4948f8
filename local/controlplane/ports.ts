import * as net from "net";
import { poll } from "../../commands/shared/poll";
import { readJson, writePrivateFile } from "./stateFolder";

/** How long a killed process may hold its port. */
const releasePatience = { every: 25, atMost: 1_000 };

/** What listens on a port of its own; etcd's second one is for peers, which it insists on having. */
export const portNames = [
    "etcd",
    "etcd-peer",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
] as const;

export type PortName = (typeof portNames)[number];
export type Ports = Record<PortName, number>;

/** @returns the ports remembered in `file`; those not (legibly) there are missing. */
export function rememberedPorts(file: string): Partial<Ports> {
    const stored = readJson(file);
    const ports: Partial<Ports> = {};
    for (const name of portNames) {
        const port: unknown =
            stored instanceof Object ? (stored as Record<string, unknown>)[name] : undefined;
        if (typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65536) {
            ports[name] = port;
        }
    }
    return ports;
}

/**
 * Settles the loopback ports of a control plane and remembers them in `file`. A remembered port is kept unless
 * something else listens on it by now.
 *
 * @param ours whether the control plane's own running process listens on the port of this name.
 */
export async function settlePorts(file: string, ours: (name: PortName) => boolean): Promise<Ports> {
    const remembered = rememberedPorts(file);
    const held: net.Server[] = [];
    const ports: Partial<Ports> = {};
    try {
        for (const name of portNames) {
            const port = remembered[name];
            if (port !== undefined && ours(name)) {
                ports[name] = port;
                continue;
            }
            // Held until all are settled, so that the system does not hand out one port twice.
            const server = (port === undefined ? undefined : await listenSoon(port)) ?? (await listen(0));
            if (server === undefined) {
                throw new Error("No free port is left on the loopback interface.");
            }
            held.push(server);
            ports[name] = (server.address() as net.AddressInfo).port;
        }
    } finally {
        await closeAll(held);
    }
    writePrivateFile(file, JSON.stringify(ports));
    return ports as Ports;
}

/**
 * Finds ports of the loopback interface that nothing listens on.
 *
 * @throws Error when there are not as many.
 */
export async function freePorts(count: number): Promise<number[]> {
    const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
    const servers = held.filter((server) => server !== undefined);
    const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
    await closeAll(servers);
    if (ports.length < count) {
        throw new Error("No free port is left on the loopback interface.");
    }
    return ports;
}

async function closeAll(servers: net.Server[]): Promise<void> {
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
}

/**
 * A process that was killed may hold its port a moment longer than it seems to run.
 *
 * @returns undefined when the port stays taken.
 */
function listenSoon(port: number): Promise<net.Server | undefined> {
    return poll(
        () => listen(port),
        (server) => server !== undefined,
        releasePatience,
    );
}

/** @returns undefined when the port is taken. */
async function listen(port: number): Promise<net.Server | undefined> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(undefined));
        server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
    });
}
