import * as http from "http";
import * as https from "https";
import { isIP } from "net";

/** One HTTP request. */
export interface HttpRequest {
    /** Default: GET. */
    method?: string;
    /** A `host` header replaces the one that the URL says. */
    headers?: Record<string, string>;
    body?: string;
    /** How long the whole answer may take, in milliseconds. Default: {@link defaultTimeoutMs}. */
    timeoutMs?: number;
    /** Ends the request early. */
    signal?: AbortSignal;
}

/** An HTTP answer. */
export interface HttpAnswer {
    status: number;
    /** By name, in lower case. */
    headers: Record<string, string>;
    body: string;
    /** From sending to the last byte, in milliseconds. */
    durationMs: number;
}

/** No answer came in time. */
export class HttpTimeoutError extends Error {
    override readonly name = "HttpTimeoutError";
}

export const defaultTimeoutMs = 15_000;

/**
 * Sends one request and reads its whole answer, whatever the status. Redirects are not followed.
 *
 * @param options of Node's own: agent, credentials, trust. Its headers are sent too.
 * @throws HttpTimeoutError when the answer takes too long; Node's error when there is no connection.
 */
export function sendHttp(
    url: URL,
    request: HttpRequest,
    options: https.RequestOptions = {},
): Promise<HttpAnswer> {
    const { method = "GET", headers, body, timeoutMs = defaultTimeoutMs, signal } = request;
    const timeout = AbortSignal.timeout(timeoutMs);
    const send = url.protocol === "https:" ? https.request : http.request;
    const started = performance.now();
    return new Promise((resolve, reject) => {
        const fail = (error: Error) =>
            reject(
                timeout.aborted
                    ? new HttpTimeoutError(`no answer within ${String(timeoutMs)} ms`, { cause: error })
                    : error,
            );
        const outgoing = send(
            url,
            {
                ...options,
                method,
                headers: { ...(options.headers as http.OutgoingHttpHeaders | undefined), ...headers },
                signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
            },
            (incoming) => {
                const chunks: Buffer[] = [];
                incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                incoming.on("error", fail);
                incoming.on("end", () =>
                    resolve({
                        status: incoming.statusCode ?? 0,
                        headers: flatten(incoming.headers),
                        body: Buffer.concat(chunks).toString("utf8"),
                        durationMs: performance.now() - started,
                    }),
                );
            },
        );
        outgoing.on("error", fail);
        outgoing.end(body);
    });
}

/**
 * What trust is asked of a server on this machine's loopback interface: none, for no certificate names it. It is an
 * entrance to a server elsewhere, whose name is given by the request's `host`.
 */
export function trustOf({ hostname }: URL, { headers }: HttpRequest): https.RequestOptions {
    const host = headers?.host?.replace(/:\d+$/, "") ?? "";
    return isLoopback(hostname)
        ? { rejectUnauthorized: false, ...(host !== "" && isIP(host) === 0 && { servername: host }) }
        : {};
}

function isLoopback(hostname: string): boolean {
    return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string> {
    return Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
        ),
    );
}
