import type { ClientRequest, IncomingMessage } from "http";
import { request as httpRequest } from "http";
import { request as httpsRequest } from "https";
import type { Connection } from "./connection";
import { objectsAt, stringAt } from "./objects";
import type { Json, JsonObject } from "./values";
import { isMap } from "./values";

/** One call of the API server. */
export interface ApiRequest {
    method: "GET" | "PATCH" | "DELETE";
    /** Path from the server's root, such as `/api/v1/namespaces/default`. */
    path: string;
    query?: Record<string, string | undefined>;
    body?: JsonObject;
    contentType?: string;
    /** Ends the call early. */
    signal?: AbortSignal;
}

/** What the API server answered, when it did not refuse. */
export interface ApiResponse {
    body: JsonObject;
    /** The texts of its `Warning` headers: deprecated versions, unknown fields. */
    warnings: string[];
}

/** The API server refused a call. `message` is its own. */
export class ApiError extends Error {
    /**
     * @param code HTTP status.
     * @param reason `NotFound`, `Conflict`, `Invalid`, ...: see metav1.StatusReason.
     */
    constructor(
        message: string,
        readonly code: number,
        readonly reason: string,
        readonly causes: { message: string; field: string }[] = [],
    ) {
        super(message);
        this.name = "ApiError";
    }
}

/** The API server could not be reached at all. */
export class UnreachableError extends Error {
    constructor(server: URL, cause: Error) {
        super(
            `the Kubernetes API server at ${server.origin} does not answer: ${causeText(cause)}. ` +
                "Is the cluster up, and is the kubeconfig the right one?",
            { cause },
        );
        this.name = "UnreachableError";
    }
}

/** Whether the API server says that there is no such object (or no such kind). */
export function isNotFound(error: unknown): boolean {
    return error instanceof ApiError && error.code === 404;
}

/** The longest that one answer may take; a dead server must not stop an update for ever. */
const requestTimeoutMs = 60_000;

/** Sends single calls to one API server. */
export class ApiClient {
    constructor(private readonly connection: Connection) {}

    /** @throws {ApiError} if the server refuses. @throws {UnreachableError} if it does not answer. */
    async send(call: ApiRequest): Promise<ApiResponse> {
        const { server } = this.connection;
        const url = new URL(server.href.replace(/\/$/, "") + call.path);
        for (const [name, value] of Object.entries(call.query ?? {})) {
            if (value !== undefined) {
                url.searchParams.set(name, value);
            }
        }
        const options = await this.connection.requestOptions();
        const text = call.body === undefined ? undefined : JSON.stringify(call.body);
        const { response, body } = await new Promise<{ response: IncomingMessage; body: string }>(
            (resolve, reject) => {
                const send = url.protocol === "http:" ? httpRequest : httpsRequest;
                const request: ClientRequest = send(
                    url,
                    {
                        ...options,
                        method: call.method,
                        timeout: requestTimeoutMs,
                        signal: call.signal,
                        headers: {
                            ...options.headers,
                            accept: "application/json",
                            "user-agent": "llm-d-inference-stand-in-provider",
                            ...(text === undefined
                                ? {}
                                : {
                                      "content-type": call.contentType ?? "application/json",
                                      "content-length": Buffer.byteLength(text),
                                  }),
                        },
                    },
                    (incoming) => {
                        const chunks: Buffer[] = [];
                        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                        incoming.on("end", () =>
                            resolve({ response: incoming, body: Buffer.concat(chunks).toString("utf8") }),
                        );
                        incoming.on("error", reject);
                    },
                );
                request.on("timeout", () =>
                    request.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`)),
                );
                request.on("error", reject);
                request.end(text);
            },
        ).catch((error: Error) => {
            throw call.signal?.aborted ? error : new UnreachableError(server, error);
        });
        const status = response.statusCode ?? 0;
        const parsed = parseBody(body);
        if (status < 200 || status > 299) {
            throw toApiError(status, parsed, body);
        }
        return { body: parsed ?? {}, warnings: warningTexts(response.headers.warning) };
    }
}

function parseBody(body: string): JsonObject | undefined {
    try {
        const value = JSON.parse(body) as Json;
        return isMap<JsonObject>(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

function toApiError(code: number, status: JsonObject | undefined, body: string): ApiError {
    const message = stringAt(status, "message") || body.trim() || `HTTP status ${code}`;
    const causes = objectsAt(status, "details", "causes").map((cause) => ({
        message: stringAt(cause, "message") ?? "",
        field: stringAt(cause, "field") ?? "",
    }));
    return new ApiError(message, code, stringAt(status, "reason") ?? "", causes);
}

/** The texts of `299 - "text"` values; RFC 7234 section 5.5. */
function warningTexts(header: string | undefined): string[] {
    return [...(header ?? "").matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
        (match[1] ?? "").replace(/\\(.)/g, "$1"),
    );
}

/** Node wraps failed connection tries (IPv4 and IPv6) in an error with no text of its own. */
function causeText(error: Error): string {
    const inner = error instanceof AggregateError ? (error.errors as Error[]) : [error];
    return inner.map(({ message }) => message).join("; ");
}
