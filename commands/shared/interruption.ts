const signals = ["SIGINT", "SIGTERM"] as const;

/** Runs something that the user may end before its time, by Ctrl-C or SIGTERM: its signal is then aborted. */
export async function untilInterrupted<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const interruption = new AbortController();
    const interrupt = () => interruption.abort();
    signals.forEach((signal) => process.once(signal, interrupt));
    try {
        return await run(interruption.signal);
    } finally {
        signals.forEach((signal) => process.off(signal, interrupt));
    }
}
