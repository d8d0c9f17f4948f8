import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { bytesOf, decode, encode, messagesAt, numberOf, textOf } from "./eppProtobuf";

/** A request as Envoy received it from a client. */
export interface ProxiedRequest {
    /** With pseudo headers, e.g. `:path`. */
    headers: Record<string, string>;
    /** In the chunks in which it arrived. */
    body: string[];
}

/** What an endpoint picker makes of a request. */
export interface Picked {
    /** Headers that Envoy is to set, by their name in lower case. */
    headers: Record<string, string>;
    /** The same endpoint in the dynamic metadata, which Istio's pools read. */
    metadataEndpoint: string;
    /** The body that Envoy is to send on. */
    body: string;
}

/** Field numbers of `envoy.service.ext_proc.v3`, as in go-control-plane/envoy 1.37 `external_processor.pb.go`. */
const requestFields = { headers: 2, body: 4, protocolConfig: 11 };
const responseFields = { headers: 1, body: 3, immediate: 7, dynamicMetadata: 8 };
const common = { response: 1, headerMutation: 2, bodyMutation: 3, streamedBody: 3 };

/** `ProcessingMode.FULL_DUPLEX_STREAMED`: header and body answers come once the whole body is there. */
const fullDuplexStreamed = 4;

/** Name of the header, and of the metadata, by which an endpoint picker tells Envoy its choice. */
export const destinationHeader = "x-gateway-destination-endpoint";

/** Dynamic metadata: by namespace, then by key. */
type Metadata = Partial<Record<string, Record<string, string>>>;

/**
 * Sends the request's side of one ext_proc stream, as Envoy does with full duplex streaming, and reads the answers up
 * to the end of the body.
 *
 * @throws Error when the endpoint picker answers the client itself, with its status and text.
 */
export async function processRequest(port: number, request: ProxiedRequest): Promise<Picked> {
    // The endpoint picker signs its own certificate, which the DestinationRule makes Envoy accept too.
    const credentials = grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: false });
    // An address is no server name for TLS (RFC 6066).
    const options = { "grpc.ssl_target_name_override": "localhost" };
    const client = new grpc.Client(`127.0.0.1:${port}`, credentials, options);
    try {
        const stream = client.makeBidiStreamRequest(
            "/envoy.service.ext_proc.v3.ExternalProcessor/Process",
            (message: Buffer) => message,
            (bytes) => bytes,
            // An endpoint picker says that it serves a moment before it listens for this: it makes a certificate first.
            new grpc.Metadata({ waitForReady: true }),
            { deadline: Date.now() + 60_000 },
        );
        messagesOf(request).forEach((message) => stream.write(message));
        const picked: Picked = { headers: {}, metadataEndpoint: "", body: "" };
        for await (const bytes of stream) {
            if (read(bytes as Buffer, picked)) {
                stream.end();
                return picked;
            }
        }
        throw new Error("The endpoint picker closed the stream before the end of the body.");
    } finally {
        client.close();
    }
}

function messagesOf({ headers, body }: ProxiedRequest): Buffer[] {
    const map = encode((writer) => {
        for (const [key, value] of Object.entries(headers)) {
            const header = encode((field) => {
                field.writeString(1, key);
                // Envoy sends raw values only.
                field.writeBytes(3, Buffer.from(value));
            });
            writer.writeBytes(1, header);
        }
    });
    const protocol = encode((writer) => {
        writer.writeEnum(1, fullDuplexStreamed);
        writer.writeEnum(2, fullDuplexStreamed);
    });
    const first = encode((writer) => {
        writer.writeBytes(
            requestFields.headers,
            encode((field) => field.writeBytes(1, map)),
        );
        writer.writeBytes(requestFields.protocolConfig, protocol);
    });
    const chunks = body.map((text, index) =>
        encode((writer) => {
            const chunk = encode((field) => {
                field.writeBytes(1, Buffer.from(text));
                field.writeBool(2, index === body.length - 1);
            });
            writer.writeBytes(requestFields.body, chunk);
        }),
    );
    return [first, ...chunks];
}

/** Adds an answer to what is known, and tells whether it was the last. */
function read(bytes: Uint8Array, picked: Picked): boolean {
    const answer = decode(bytes);
    for (const immediate of messagesAt(answer, responseFields.immediate)) {
        const status = messagesAt(immediate, 1).map((message) => numberOf(message, 1))[0];
        throw new Error(`The endpoint picker answered ${String(status)}: ${textOf(immediate, 3)}`);
    }
    const { response, headerMutation, bodyMutation, streamedBody } = common;
    // set_headers, and in each option its header.
    for (const header of messagesAt(answer, responseFields.headers, response, headerMutation, 1, 1)) {
        const name = textOf(header, 1).toLowerCase();
        picked.headers[name] = bytesOf(header, 3).length > 0 ? textOf(header, 3) : textOf(header, 2);
    }
    for (const metadata of bytesOf(answer, responseFields.dynamicMetadata)) {
        const byNamespace = Struct.deserializeBinary(metadata).toJavaScript() as Metadata;
        picked.metadataEndpoint = byNamespace["envoy.lb"]?.[destinationHeader] ?? "";
    }
    const chunks = messagesAt(answer, responseFields.body, response, bodyMutation, streamedBody);
    picked.body += chunks.map((chunk) => textOf(chunk, 1)).join("");
    return chunks.some((chunk) => numberOf(chunk, 2) === 1);
}
