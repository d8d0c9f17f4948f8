/**
 * Runs a program, whose stacks are meanwhile not taken through source maps. Pulumi's SDK writes some 20 for each resource
 * (`debuggablePromise` of @pulumi/pulumi), which takes most of a run's time with them: 1 ms each. An error's own stack is
 * written when it is first shown, which is after the run.
 */
export async function withPlainStacks<T>(program: () => Promise<T>): Promise<T> {
    const errors: { prepareStackTrace?: unknown } = Error;
    const { prepareStackTrace } = errors;
    errors.prepareStackTrace = undefined;
    try {
        return await program();
    } finally {
        errors.prepareStackTrace = prepareStackTrace;
    }
}
