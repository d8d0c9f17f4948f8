import { Server, ServerCredentials } from "@grpc/grpc-js";
import root from "@opentelemetry/otlp-transformer/build/src/generated/root";

/** A span that was exported, with what its exporter says of itself. */
export interface ReceivedSpan {
    name: string;
    resource: Record<string, string>;
}

/** What protobufjs makes of OTLP's messages. */
interface Message<T> {
    decode(bytes: Uint8Array): T;
    encode(message: object): { finish(): Uint8Array };
}

interface ExportRequest {
    resourceSpans: {
        resource: { attributes: { key: string; value: { stringValue?: string } }[] };
        scopeSpans: { spans: { name: string }[] }[];
    }[];
}

const { ExportTraceServiceRequest, ExportTraceServiceResponse } = (
    root as unknown as {
        opentelemetry: {
            proto: {
                collector: {
                    trace: {
                        v1: {
                            ExportTraceServiceRequest: Message<ExportRequest>;
                            ExportTraceServiceResponse: Message<object>;
                        };
                    };
                };
            };
        };
    }
).opentelemetry.proto.collector.trace.v1;

/** A collector of traces on the loopback interface: OTLP over gRPC, by OpenTelemetry's own messages. */
export class OtlpReceiver {
    readonly spans: ReceivedSpan[] = [];
    private readonly server = new Server();

    /** @returns the port that it listens on. */
    async start(): Promise<number> {
        const serialized = (message: object) =>
            Buffer.from(ExportTraceServiceResponse.encode(message).finish());
        this.server.addService(
            {
                export: {
                    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                    requestStream: false,
                    responseStream: false,
                    requestSerialize: (bytes: Buffer) => bytes,
                    requestDeserialize: (bytes: Buffer) => ExportTraceServiceRequest.decode(bytes),
                    responseSerialize: serialized,
                    responseDeserialize: (bytes: Buffer) => bytes,
                },
            },
            {
                export: (
                    { request }: { request: ExportRequest },
                    answer: (error: null, response: object) => void,
                ) => {
                    this.spans.push(...spansOf(request));
                    answer(null, {});
                },
            },
        );
        return new Promise((resolve, reject) => {
            this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
                error === null ? resolve(port) : reject(error),
            );
        });
    }

    stop(): void {
        this.server.forceShutdown();
    }
}

function spansOf({ resourceSpans }: ExportRequest): ReceivedSpan[] {
    return resourceSpans.flatMap(({ resource, scopeSpans }) => {
        const attributes = resource.attributes.map(({ key, value }) => [key, value.stringValue ?? ""]);
        return scopeSpans
            .flatMap(({ spans }) => spans)
            .map(({ name }) => ({
                name,
                resource: Object.fromEntries(attributes) as Record<string, string>,
            }));
    });
}
