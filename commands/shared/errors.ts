/** A command was called wrongly: a flag, a file or a stack that cannot be used. Commands exit with 2. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}

/**
 * What went wrong between a command and the cluster. `timeout`: one call took too long; `out-of-time`: the command as a
 * whole did; `refused`: the API server answered with an error of its own.
 */
export type ClusterProblem =
    "unreachable" | "unauthorized" | "forbidden" | "timeout" | "out-of-time" | "refused";

/** The cluster could not be asked: a command cannot tell how things are. Commands exit with 3. */
export class ClusterError extends Error {
    override readonly name = "ClusterError";

    constructor(
        readonly problem: ClusterProblem,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
    }
}

/** The API server serves no such kind: its CustomResourceDefinition is missing, or has another version. */
export class KindNotServedError extends Error {
    override readonly name = "KindNotServedError";

    constructor(
        readonly apiVersion: string,
        readonly kind: string,
    ) {
        super(`the API server does not serve ${kind} of ${apiVersion}`);
    }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
