/** Calls once; gives the same value, or throws the same error, ever after. */
export function remember<T>(read: () => T): () => T {
    let outcome: { value: T } | { error: unknown } | undefined;
    return () => {
        if (!outcome) {
            try {
                outcome = { value: read() };
            } catch (error) {
                outcome = { error };
            }
        }
        if ("error" in outcome) {
            throw outcome.error;
        }
        return outcome.value;
    };
}
