import * as http from "http";
import * as https from "https";
import { podHeader } from "../../releases";
import { trustOf } from "../shared/http";
import { eventStream } from "./eventStream";
import type { PathTarget } from "./paths";

/** A good answer, from sending the request on; the clock starts when its connection is there. */
export interface Sample {
    /** Until the first token, in milliseconds; of an answer that is no stream, until its first byte. */
    ttftMs: number;
    /** Until the last byte, in milliseconds. */
    e2eMs: number;
    /** Tokens of the answer, by the server's own count, or else pieces of text; 0 where the answer is no stream. */
    tokens: number;
    /** Between one piece of text and the next, in milliseconds. */
    gapsMs: number[];
    /** From the first piece of text to the last, for each token after the first, in milliseconds. */
    tpotMs?: number;
}

/** What came of a request that was answered. */
export interface Outcome {
    status: number;
    /** The pod that answered, where it says so. */
    pod?: string;
    /** Undefined where the status is none of 2xx. */
    sample?: Sample;
}

/** How a request is sent. */
export interface SendOptions {
    agent: http.Agent;
    timeoutMs: number;
    signal: AbortSignal;
}

/** No whole answer came; the message says why, in a few words that are the same for the same cause. */
export class NoAnswerError extends Error {
    override readonly name = "NoAnswerError";
}

/** An agent that fits a URL. */
export function agentFor(url: string, options: http.AgentOptions): http.Agent {
    return url.startsWith("https:") ? new https.Agent(options) : new http.Agent(options);
}

/**
 * Sends a request and reads its answer piece by piece.
 *
 * @throws NoAnswerError when there is no whole answer.
 */
export function send(target: PathTarget, body: string, options: SendOptions): Promise<Outcome> {
    const { agent, timeoutMs, signal } = options;
    const url = new URL(target.url);
    const timeout = AbortSignal.timeout(timeoutMs);
    const begin = url.protocol === "https:" ? https.request : http.request;
    return new Promise((resolve, reject) => {
        const fail = (error: Error) => reject(new NoAnswerError(causeOf(error, timeout, signal)));
        let sentAt = performance.now();
        const outgoing = begin(
            url,
            {
                ...trustOf(url, { headers: { host: target.headers.Host ?? "" } }),
                agent,
                method: "POST",
                headers: { ...target.headers, "Content-Length": Buffer.byteLength(body) },
                signal: AbortSignal.any([timeout, signal]),
            },
            (incoming) => {
                readAnswer(incoming, () => sentAt).then(resolve, fail);
            },
        );
        outgoing.on("socket", (socket) => {
            const connected = () => {
                sentAt = performance.now();
            };
            if (socket.connecting) {
                socket.once(url.protocol === "https:" ? "secureConnect" : "connect", connected);
            } else {
                connected();
            }
        });
        outgoing.on("error", fail);
        outgoing.end(body);
    });
}

async function readAnswer(incoming: http.IncomingMessage, sentAt: () => number): Promise<Outcome> {
    const status = incoming.statusCode ?? 0;
    const pod = incoming.headers[podHeader] as string | undefined;
    const isStream = incoming.headers["content-type"]?.startsWith("text/event-stream") === true;
    const textAt: number[] = [];
    let firstByteAt: number | undefined;
    let counted: number | undefined;
    let now = 0;
    const events = eventStream(({ hasText, completionTokens }) => {
        if (hasText) {
            textAt.push(now);
        }
        counted = completionTokens ?? counted;
    });
    incoming.setEncoding("utf8");
    for await (const piece of incoming as AsyncIterable<string>) {
        now = performance.now();
        firstByteAt ??= now;
        if (isStream) {
            events.add(piece);
        }
    }
    const endedAt = performance.now();
    if (status < 200 || status >= 300) {
        return { status, pod };
    }
    const tokens = counted ?? textAt.length;
    return {
        status,
        pod,
        sample: {
            ttftMs: (textAt[0] ?? firstByteAt ?? endedAt) - sentAt(),
            e2eMs: endedAt - sentAt(),
            tokens,
            gapsMs: textAt.slice(1).map((at, index) => at - textAt[index]!),
            ...(tokens > 1 && textAt.length > 1 && { tpotMs: (textAt.at(-1)! - textAt[0]!) / (tokens - 1) }),
        },
    };
}

/** What a connection that was closed is called by Node, before an answer and within one. */
const closed = ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"];

function causeOf(error: Error, timeout: AbortSignal, signal: AbortSignal): string {
    if (signal.aborted) {
        return "not answered when the round was stopped";
    }
    if (timeout.aborted) {
        return "timed out";
    }
    const { code } = error as NodeJS.ErrnoException;
    return code !== undefined && closed.includes(code) ? "closed before an answer" : (code ?? error.message);
}
