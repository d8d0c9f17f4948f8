import type { V1EndpointSlice, V1Service, V1ServicePort } from "@kubernetes/client-node";
import * as net from "net";
import { join } from "./relay";

/** A place where a Service's port is served. */
interface Target {
    host: string;
    port: number;
}

/** The node's end of one Service port. */
interface Listener {
    server: net.Server;
    close(): void;
}

/**
 * Stands in for kube-proxy: listens on each Service's addresses and passes connections on to its ready endpoints, one
 * after the other; with none ready, to those that still serve while they end. Otherwise connections are closed at once.
 */
export class ServiceProxy {
    private readonly services = new Map<string, V1Service>();
    private readonly slices = new Map<string, V1EndpointSlice>();
    /** By address and port. */
    private readonly listeners = new Map<string, Listener>();
    private turn = 0;

    /**
     * @param apiServer where the API server is; its Service has no endpoints of its own, because those cannot be
     * loopback addresses.
     */
    constructor(private readonly apiServer: Target) {}

    serviceChanged(service: V1Service, gone: boolean): void {
        const key = keyOf(service.metadata!);
        if (gone) {
            this.services.delete(key);
        } else {
            this.services.set(key, service);
        }
        this.listen();
    }

    sliceChanged(slice: V1EndpointSlice, gone: boolean): void {
        const key = keyOf(slice.metadata!);
        if (gone) {
            this.slices.delete(key);
        } else {
            this.slices.set(key, slice);
        }
    }

    find(name: string, namespace: string): V1Service | undefined {
        return this.services.get(`${namespace}/${name}`);
    }

    /** Opens what is missing and closes what no Service asks for any more. */
    private listen(): void {
        const wanted = new Map<string, () => Target[]>();
        for (const service of this.services.values()) {
            for (const address of addressesOf(service)) {
                for (const port of service.spec?.ports ?? []) {
                    wanted.set(`${address}:${String(port.port)}`, () => this.targets(service, port));
                }
            }
        }
        for (const [at, listener] of this.listeners) {
            if (!wanted.has(at)) {
                listener.close();
                this.listeners.delete(at);
            }
        }
        for (const [at, targets] of wanted) {
            // Replaced, since the Service behind it may have changed.
            const existing = this.listeners.get(at);
            if (existing === undefined) {
                this.listeners.set(at, this.open(at, targets));
            } else {
                existing.server.removeAllListeners("connection");
                existing.server.on("connection", (client) => void this.connect(client, targets()));
            }
        }
    }

    private open(at: string, targets: () => Target[]): Listener {
        const separator = at.lastIndexOf(":");
        const server = net.createServer({ pauseOnConnect: false });
        server.on("connection", (client) => void this.connect(client, targets()));
        server.on("error", (error) => {
            console.error(`Cannot serve ${at}: ${error.message}`);
        });
        server.listen(Number(at.slice(separator + 1)), at.slice(0, separator));
        return { server, close: () => server.close() };
    }

    private async connect(client: net.Socket, targets: Target[]): Promise<void> {
        client.on("error", () => undefined);
        this.turn++;
        for (let attempt = 0; attempt < targets.length; attempt++) {
            const target = targets[(this.turn + attempt) % targets.length]!;
            const upstream = await tryConnect(target);
            if (upstream !== undefined) {
                join(client, upstream);
                return;
            }
        }
        client.resetAndDestroy();
    }

    private targets(service: V1Service, port: V1ServicePort): Target[] {
        const { name, namespace } = service.metadata!;
        if (name === "kubernetes" && namespace === "default") {
            return [this.apiServer];
        }
        const endpoints = [...this.slices.values()]
            .filter(
                ({ metadata }) =>
                    metadata?.namespace === namespace &&
                    metadata?.labels?.["kubernetes.io/service-name"] === name,
            )
            .flatMap((slice) => {
                const number = slice.ports?.find(
                    (candidate) => (candidate.name ?? "") === (port.name ?? ""),
                )?.port;
                return number === undefined
                    ? []
                    : slice.endpoints.flatMap(({ addresses, conditions }) =>
                          addresses.map((host) => ({ host, port: number, conditions })),
                      );
            });
        const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
        // While all that is left is about to end, it is better than nothing (Kubernetes, "ProxyTerminatingEndpoints").
        return ready.length > 0 ? ready : endpoints.filter(({ conditions }) => conditions?.serving);
    }
}

function addressesOf({ spec, status }: V1Service): string[] {
    const balancers = status?.loadBalancer?.ingress?.flatMap(({ ip }) => ip ?? []) ?? [];
    const clusterIP = spec?.clusterIP;
    return [...(clusterIP === undefined || clusterIP === "None" ? [] : [clusterIP]), ...balancers];
}

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
    return `${namespace ?? ""}/${name ?? ""}`;
}

function tryConnect({ host, port }: Target): Promise<net.Socket | undefined> {
    return new Promise((resolve) => {
        const socket = net.connect({ host, port });
        const failed = () => {
            socket.destroy();
            resolve(undefined);
        };
        socket.once("error", failed);
        socket.once("connect", () => {
            socket.off("error", failed);
            resolve(socket);
        });
    });
}
