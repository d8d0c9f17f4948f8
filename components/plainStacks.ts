/**
 * Runs a program, whose stacks are meanwhile not taken through source maps. Pulumi's SDK writes some 20 for each resource
 * (`debuggablePromise`), which takes most of a run's time with them: 1 ms each. Its errors say nothing, and their stacks are
 * kept for `PULUMI_DEBUG_PROMISE_LEAKS` alone: without it they are not written at all, which is a tenth of the memory of a
 * program of many models. An error's own stack is written when it is first shown, which is after the run.
 */
export async function withPlainStacks<T>(program: () => Promise<T>): Promise<T> {
    const errors: { prepareStackTrace?: unknown } = Error;
    const { prepareStackTrace } = errors;
    const isSought = Boolean(process.env.PULUMI_DEBUG_PROMISE_LEAKS);
    errors.prepareStackTrace = (error: Error, frames: readonly { toString(): string }[]) =>
        error.message === "" && !isSought ? "" : `${String(error)}\n    at ${frames.join("\n    at ")}`;
    try {
        return await program();
    } finally {
        errors.prepareStackTrace = prepareStackTrace;
    }
}
