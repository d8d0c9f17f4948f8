/** What writes an error's stack, when it is first shown; see V8's stack trace API. */
type StackWriter = (error: Error, frames: readonly { toString(): string }[]) => unknown;

/**
 * Runs a program, whose stacks are meanwhile not taken through source maps. Pulumi's SDK writes some 20 for each resource
 * (`debuggablePromise`), which takes most of a run's time with them: 1 ms each. Its errors say nothing, and their stacks are
 * kept for `PULUMI_DEBUG_PROMISE_LEAKS` alone: without it they are not written at all, which is a tenth of the memory of a
 * program of many models, and not afterwards either, when resources are still being registered. An error's own stack is
 * written when it is first shown, which is after the run.
 */
export async function withPlainStacks<T>(program: () => Promise<T>): Promise<T> {
    const errors: { prepareStackTrace?: unknown } = Error;
    const before = (errors.prepareStackTrace ?? plainly) as StackWriter;
    errors.prepareStackTrace = exceptSilent(plainly);
    try {
        return await program();
    } finally {
        errors.prepareStackTrace = exceptSilent(before);
    }
}

function plainly(error: Error, frames: readonly { toString(): string }[]): string {
    return `${String(error)}\n    at ${frames.join("\n    at ")}`;
}

const madeHere = new WeakSet<StackWriter>();

/** A writer that leaves out errors that say nothing; one that does so already stays as it is. */
function exceptSilent(writer: StackWriter): StackWriter {
    if (madeHere.has(writer)) {
        return writer;
    }
    const made: StackWriter = (error, frames) =>
        error.message === "" && !process.env.PULUMI_DEBUG_PROMISE_LEAKS ? "" : writer(error, frames);
    madeHere.add(made);
    return made;
}
