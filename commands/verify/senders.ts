import { gatewayEntrance } from "../../components/contract";
import { podHeader } from "../../releases";
import type { PodReach } from "../shared/cluster";
import { ClusterError, messageOf } from "../shared/errors";
import type { HttpAnswer, HttpRequest } from "../shared/http";
import { sendHttp, trustOf } from "../shared/http";
import type { ModelContext } from "./checks/check";

/** One request and what came of it. */
export interface Attempt {
    /** HTTP status; absent when no answer came. */
    status?: number;
    /** Why no answer came, or why the API server could not pass the request on. */
    error?: string;
    headers: Record<string, string>;
    /** The beginning of the body. */
    body: string;
    durationMs: number;
    /** The pod that answered, as the simulator says. */
    pod?: string;
}

/** Where requests are sent to, and by what. */
export interface SendOptions {
    /** Base URLs to send to instead of through the API server. */
    gatewayUrl?: string;
    directUrl?: string;
    /** What sends to pods and Services. */
    reach: PodReach;
    signal: AbortSignal;
}

/** Sends to one path. */
type Sender = (path: string, request: HttpRequest) => Promise<HttpAnswer & { apiServerError?: string }>;

/** How long one request may take, in milliseconds. */
const requestTimeoutMs = 15_000;
/** Much of a body would hide the rest of a message. */
const bodyLength = 300;
/** Short, so that simulated latencies stay small. */
const maxTokens = 8;

/** Whether a request was answered as it should be. */
export function isOk(attempt: Attempt | undefined): boolean {
    return attempt?.status === 200 && attempt.error === undefined;
}

/** A sender, and how it sends, for messages. */
export interface NamedSender {
    via: string;
    send: Sender;
}

/** Sends to the proxy Service of a model. */
export function directSender(
    { deployment, model }: ModelContext,
    { directUrl, reach, signal }: SendOptions,
): NamedSender {
    if (directUrl !== undefined) {
        return urlSender(directUrl, {}, signal);
    }
    const { name, port } = model.proxy;
    return podSender(reach, deployment.namespaces.simulator, { service: name, port }, {});
}

/** Sends to the Gateway what a model's route takes. */
export function gatewaySender(
    { deployment, model }: ModelContext,
    { gatewayUrl, reach, signal }: SendOptions,
): NamedSender {
    const { match } = model;
    const [hostname] = match.hostnames;
    const headers = {
        ...match.headers,
        // A wildcard stands for any one label.
        ...(hostname !== undefined && { host: hostname.replace(/^\*/, "verify") }),
    };
    const prefix = (match.path ?? "/").replace(/\/$/, "");
    const target = { service: deployment.gateway.service, ...gatewayEntrance(deployment.gateway) };
    const { via, send } =
        gatewayUrl === undefined
            ? podSender(reach, deployment.namespaces.scheduler, target, headers)
            : urlSender(gatewayUrl, headers, signal);
    return { via, send: (path, request) => send(prefix + path, request) };
}

function podSender(
    reach: PodReach,
    namespace: string,
    target: { service: string; port: number; scheme?: "http" | "https" },
    headers: Record<string, string>,
): NamedSender {
    return {
        via: `${reach.way}, to Service ${namespace}/${target.service}:${String(target.port)}`,
        send: (path, request) =>
            reach.request(
                { namespace, target, path },
                { ...request, headers: { ...headers, ...request.headers } },
            ),
    };
}

function urlSender(base: string, headers: Record<string, string>, signal: AbortSignal): NamedSender {
    return {
        via: base,
        send: async (path, request) => {
            const url = new URL(base.replace(/\/$/, "") + path);
            const whole = { ...request, signal, headers: { ...headers, ...request.headers } };
            try {
                return await sendHttp(url, whole, trustOf(url, whole));
            } catch (error) {
                if (signal.aborted) {
                    throw new ClusterError(
                        "out-of-time",
                        `the time that was allowed ran out while asking ${base}`,
                        { cause: error },
                    );
                }
                throw error;
            }
        },
    };
}

/** Asks for a short completion. */
export function complete(send: Sender, { model }: ModelContext, prompt: string): Promise<Attempt> {
    return attempt(send, "/v1/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: model.model, prompt, max_tokens: maxTokens }),
    });
}

/** Sends a request; what came of it is never thrown, but for an end of the whole run. */
export async function attempt(send: Sender, path: string, request: HttpRequest): Promise<Attempt> {
    const started = performance.now();
    try {
        const answer = await send(path, { ...request, timeoutMs: requestTimeoutMs });
        return {
            status: answer.status,
            ...(answer.apiServerError !== undefined && { error: answer.apiServerError }),
            headers: answer.headers,
            body: answer.body.slice(0, bodyLength),
            durationMs: answer.durationMs,
            pod: answer.headers[podHeader],
        };
    } catch (error) {
        // Missing rights and a lost API server end the run; one slow answer does not.
        if (error instanceof ClusterError && error.problem !== "timeout") {
            throw error;
        }
        return { error: messageOf(error), headers: {}, body: "", durationMs: performance.now() - started };
    }
}
