import * as grpc from "@grpc/grpc-js";
import { decode, encode, numberOf } from "./eppProtobuf";

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`, by number. */
const statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** What a health service says of a service; `UNREACHABLE` when nothing answers. */
export type HealthStatus = (typeof statuses)[number] | "UNREACHABLE";

/** Asks a gRPC health service on loopback, as a kubelet's probe does. */
export async function checkHealth(port: number, service: string): Promise<HealthStatus> {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    try {
        return await new Promise((resolve) => {
            client.makeUnaryRequest(
                "/grpc.health.v1.Health/Check",
                (name: string) => encode((writer) => writer.writeString(1, name)),
                (bytes) => statuses[numberOf(decode(bytes), 1)] ?? "UNKNOWN",
                service,
                { deadline: Date.now() + 10_000 },
                (_error, status) => resolve(status ?? "UNREACHABLE"),
            );
        });
    } finally {
        client.close();
    }
}
