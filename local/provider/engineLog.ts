import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where the provider's messages go: the engine, which shows them beside the resource. */
export interface EngineLog {
    info(message: string, urn?: string): void;
    warn(message: string, urn?: string): void;
    /** One line of progress; it replaces the one before and is not kept. */
    status(message: string, urn: string): void;
}

/** Sends messages to the engine at `address`. A message that cannot be sent is lost, not an error. */
export class EngineLogClient implements EngineLog {
    private client: grpc.Client & EngineClient;
    private readonly lastStatus = new Map<string, string>();

    constructor(address: string) {
        this.client = connect(address);
    }

    /** Sends to another engine from now on. */
    attach(address: string): void {
        this.client.close();
        this.client = connect(address);
    }

    info(message: string, urn = ""): void {
        this.send(LogSeverity.INFO, message, urn, false);
    }

    warn(message: string, urn = ""): void {
        this.send(LogSeverity.WARNING, message, urn, false);
    }

    status(message: string, urn: string): void {
        if ((this.lastStatus.get(urn) ?? "") === message) {
            return;
        }
        this.lastStatus.set(urn, message);
        this.send(LogSeverity.INFO, message, urn, true);
    }

    private send(severity: LogSeverity, message: string, urn: string, ephemeral: boolean): void {
        const request = new LogRequest();
        request.setSeverity(severity);
        request.setMessage(message);
        request.setUrn(urn);
        request.setEphemeral(ephemeral);
        this.client.log(request, () => undefined);
    }
}

function connect(address: string): grpc.Client & EngineClient {
    return new EngineClient(address, grpc.credentials.createInsecure());
}
