import * as grpc from "@grpc/grpc-js";
import { BinaryReader, BinaryWriter } from "google-protobuf";

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`, by number. */
const statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** What a health service says of a service; `UNREACHABLE` when nothing answers. */
export type HealthStatus = (typeof statuses)[number] | "UNREACHABLE";

/**
 * Asks a gRPC health service, as a kubelet's probe does.
 *
 * @param address host and port.
 * @param service whose health is asked for; empty for the server's own.
 * @param limit how long the answer may take, in milliseconds.
 */
export async function checkHealth(address: string, service: string, limit: number): Promise<HealthStatus> {
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    try {
        return await new Promise((resolve) => {
            client.makeUnaryRequest(
                "/grpc.health.v1.Health/Check",
                (name: string) => {
                    const writer = new BinaryWriter();
                    writer.writeString(1, name);
                    return Buffer.from(writer.getResultBuffer());
                },
                (bytes) => {
                    const reader = new BinaryReader(bytes);
                    const isSet = reader.nextField() && reader.getFieldNumber() === 1;
                    return statuses[isSet ? reader.readEnum() : 0] ?? "UNKNOWN";
                },
                service,
                { deadline: Date.now() + limit },
                (_error, status) => resolve(status ?? "UNREACHABLE"),
            );
        });
    } finally {
        client.close();
    }
}
