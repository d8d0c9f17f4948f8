import type { KubeObject } from "../objects";

/** Whether an object is what its owner waits for, and if not, why not. */
export type Readiness =
    | { state: "ready" }
    /** It may still come. */
    | { state: "waiting"; reasons: string[] }
    /** It will not come by waiting. */
    | { state: "failed"; reasons: string[] };

/** Judges an object as it is now. */
export type ReadinessCheck = (live: KubeObject) => Readiness | Promise<Readiness>;

export const ready: Readiness = { state: "ready" };

/** Ready if there is nothing left to wait for. */
export function waitingFor(reasons: (string | false)[]): Readiness {
    const left = reasons.filter((reason): reason is string => reason !== false);
    return left.length === 0 ? ready : { state: "waiting", reasons: left };
}

export function failed(...reasons: string[]): Readiness {
    return { state: "failed", reasons };
}
