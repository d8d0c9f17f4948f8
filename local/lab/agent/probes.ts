import type { V1Container, V1Probe } from "@kubernetes/client-node";
import * as http from "http";
import * as net from "net";
import { checkHealth } from "./grpcHealth";

/** @throws Error when a container has a probe of a kind that {@link runProbe} does not know. */
export function refuseUnknownProbes({ startupProbe, livenessProbe, readinessProbe }: V1Container): void {
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        if (probe !== undefined && !(probe.httpGet ?? probe.grpc ?? probe.tcpSocket)) {
            throw new Error("the lab runs httpGet, grpc and tcpSocket probes only");
        }
    }
}

/** Asks a container once, as a kubelet does: whether the probe succeeds. */
export async function runProbe(probe: V1Probe, container: V1Container, podIP: string): Promise<boolean> {
    const limit = (probe.timeoutSeconds ?? 1) * 1000;
    if (probe.httpGet !== undefined) {
        const { path, port } = probe.httpGet;
        return askHttp(podIP, portOf(port, container), path ?? "/", limit);
    }
    if (probe.grpc !== undefined) {
        const { port, service = "" } = probe.grpc;
        return (await checkHealth(`${podIP}:${String(port)}`, service, limit)) === "SERVING";
    }
    return canConnect(podIP, portOf(probe.tcpSocket!.port, container), limit);
}

function portOf(port: string | number, { ports = [] }: V1Container): number {
    return typeof port === "number"
        ? port
        : (ports.find(({ name }) => name === port)?.containerPort ?? Number(port));
}

function askHttp(host: string, port: number, path: string, limit: number): Promise<boolean> {
    return new Promise((resolve) => {
        const request = http.get({ host, port, path, timeout: limit, agent: false }, (response) => {
            response.resume();
            const { statusCode = 0 } = response;
            resolve(statusCode >= 200 && statusCode < 400);
        });
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(false));
    });
}

function canConnect(host: string, port: number, limit: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = net.connect({ host, port, timeout: limit });
        const end = (connected: boolean) => {
            socket.destroy();
            resolve(connected);
        };
        socket.once("connect", () => end(true));
        socket.once("timeout", () => end(false));
        socket.once("error", () => end(false));
    });
}
