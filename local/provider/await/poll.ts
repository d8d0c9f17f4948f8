/** The program was told to stop (Ctrl-C): waiting ends, what is there stays in the state. */
export class CancelledError extends Error {
    constructor() {
        super("cancelled");
        this.name = "CancelledError";
    }
}

const firstPauseMs = 200;
const longestPauseMs = 2_000;

/**
 * Calls `attempt` until it gives a value other than undefined; the pauses grow from 0.2 to 2 seconds.
 *
 * @param timeoutMs after which the answer is undefined.
 * @throws {CancelledError} as soon as the signal fires.
 */
export async function poll<T>(
    attempt: () => Promise<T | undefined>,
    timeoutMs: number,
    signal: AbortSignal,
): Promise<T | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
        if (signal.aborted) {
            throw new CancelledError();
        }
        const value = await attempt();
        if (value !== undefined) {
            return value;
        }
        const left = deadline - Date.now();
        if (left <= 0) {
            return undefined;
        }
        await sleep(Math.min(pause, left), signal);
    }
}

/** Pauses. @throws {CancelledError} as soon as the signal fires. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const cancel = (): void => {
            clearTimeout(timer);
            reject(new CancelledError());
        };
        const timer = setTimeout(() => {
            signal.removeEventListener("abort", cancel);
            resolve();
        }, ms);
        signal.addEventListener("abort", cancel, { once: true });
    });
}
