import type { HttpAnswer } from "./http";

/** How often a call that may be repeated is sent in all. */
export const attempts = 5;

/** The wait before the second attempt, in milliseconds; each further one is twice as long. */
const firstWaitMs = 200;

/** The longest wait, whatever a server asks for, in milliseconds. */
const longestWaitMs = 10_000;

/** Whether a server is only too busy, or not well, for the moment: what a reader may ask again (RFC 9110, 15.6). */
export function isTemporary({ status }: HttpAnswer): boolean {
    return status === 429 || [500, 502, 503, 504].includes(status);
}

/**
 * How long to wait after a failed attempt, in milliseconds: as long as the server asks for in seconds (`Retry-After`),
 * and otherwise twice as long as before, each time a little other than what everybody else waits.
 *
 * @param attempt the number of attempts so far.
 */
export function waitAfter(attempt: number, { headers }: Pick<HttpAnswer, "headers">): number {
    const own = firstWaitMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    const asked = /^\d+$/.test(headers["retry-after"] ?? "") ? Number(headers["retry-after"]) * 1000 : 0;
    return Math.min(Math.max(own, asked), longestWaitMs);
}
