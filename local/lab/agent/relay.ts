import * as fs from "fs";
import * as http from "http";
import * as net from "net";

/**
 * The lab's network namespaces have no way in or out but two Unix sockets, which the file system, and not the network,
 * tells apart: one leads from the namespace to the API server, the other from the machine to the lab's addresses.
 */

/** Joins two streams: what one says, the other hears, and both end together. */
export function join(one: net.Socket, other: net.Socket): void {
    one.pipe(other);
    other.pipe(one);
    for (const [from, to] of [
        [one, other],
        [other, one],
    ] as const) {
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
    }
}

/** Passes every connection to a port of the loopback interface on to a Unix socket. */
export function relayToSocket(port: number, socket: string): Promise<net.Server> {
    const server = net.createServer((client) => join(client, net.connect(socket)));
    return listening(server, () => server.listen(port, "127.0.0.1"));
}

/** Passes every connection to a Unix socket on to a port of the loopback interface. */
export function relayFromSocket(socket: string, port: number): Promise<net.Server> {
    fs.rmSync(socket, { force: true });
    const server = net.createServer((client) => join(client, net.connect(port, "127.0.0.1")));
    return listening(server, () => server.listen(socket));
}

/**
 * An HTTP CONNECT proxy on a Unix socket: how the API server (its egress selector) and the machine's own ports reach
 * addresses of the lab.
 *
 * @param resolve the address of a host name, or undefined where there is none.
 */
export async function serveEgress(
    socket: string,
    resolve: (host: string) => string | undefined,
): Promise<net.Server> {
    fs.rmSync(socket, { force: true });
    const server = http.createServer((_request, response) => {
        response.writeHead(405).end("Only CONNECT is allowed.\n");
    });
    server.on("connect", (request, client: net.Socket, head) => {
        const separator = (request.url ?? "").lastIndexOf(":");
        const host = (request.url ?? "").slice(0, separator).replace(/^\[|\]$/g, "");
        const address = net.isIP(host) === 0 ? resolve(host) : host;
        if (address === undefined) {
            client.end(`HTTP/1.1 502 ${host} is not known\r\n\r\n`);
            return;
        }
        const target = net.connect(Number(request.url?.slice(separator + 1)), address);
        client.on("error", () => target.destroy());
        const refuse = (error: Error) => client.end(`HTTP/1.1 502 ${error.message}\r\n\r\n`);
        target.once("error", refuse);
        target.once("connect", () => {
            // From here on the answer would be in the middle of what the two say to each other.
            target.off("error", refuse);
            client.write("HTTP/1.1 200 Connection established\r\n\r\n");
            target.write(head);
            join(client, target);
        });
    });
    return listening(server, () => server.listen(socket));
}

/** Opens a connection through {@link serveEgress}. */
export function connectThrough(socket: string, address: string): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        const request = http.request({ socketPath: socket, method: "CONNECT", path: address });
        request.once("error", reject);
        request.once("connect", (response, stream: net.Socket, head) => {
            if (response.statusCode === 200) {
                // What the other side has said already.
                stream.unshift(head);
                resolve(stream);
            } else {
                stream.destroy();
                reject(new Error(`${address}: ${String(response.statusMessage)}`));
            }
        });
        request.end();
    });
}

async function listening<T extends net.Server>(server: T, listen: () => void): Promise<T> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.once("listening", resolve);
        listen();
    });
    return server;
}
