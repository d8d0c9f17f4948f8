import type { V1Status } from "@kubernetes/client-node";
import { ClusterError } from "./errors";
import type { HttpAnswer } from "./http";

/** The JSON of an answer; undefined on 404. */
export function parsed<T>(answer: HttpAnswer, path: string): T | undefined {
    if (answer.status === 404) {
        return undefined;
    }
    if (answer.status !== 200) {
        throw refusal(answer, `reading ${path}`);
    }
    return JSON.parse(answer.body) as T;
}

/** All that the API server says to whom it does not let in (k8s.io/apiserver 0.36, `tooManyRequests`). */
const throttledText = "Too many requests, please try again later.";

/** Whether the API server itself, and no backend behind it, lets a request in only later. */
export function isThrottled(answer: HttpAnswer): boolean {
    const isOwn = statusObject(answer) !== undefined || answer.body.trim() === throttledText;
    return answer.status === 429 && isOwn;
}

/** The `Status` that an answer holds: the API server's own words, and no backend's. */
export function statusObject({ status, headers, body }: HttpAnswer): V1Status | undefined {
    if (status < 400 || headers["content-type"]?.startsWith("application/json") !== true) {
        return undefined;
    }
    try {
        const parsed = JSON.parse(body) as V1Status | null;
        return parsed?.kind === "Status" && parsed.apiVersion === "v1" ? parsed : undefined;
    } catch {
        return undefined;
    }
}

/** The error of an answer that is a refusal. */
export function refusal(answer: HttpAnswer, doing: string): ClusterError {
    const words = statusObject(answer)?.message ?? answer.body.slice(0, 500);
    const problem = answer.status === 401 ? "unauthorized" : answer.status === 403 ? "forbidden" : "refused";
    return new ClusterError(problem, `${doing}: the API server answered ${String(answer.status)}: ${words}`);
}
