import { setTimeout as sleep } from "timers/promises";

/** How often to look, and for how long, in milliseconds. */
export interface Patience {
    every: number;
    atMost: number;
}

/**
 * Looks again and again, until what it sees is wanted or the time is over.
 *
 * @returns what it saw last, wanted or not: only the caller can say what it means that it never was.
 * @throws what `look` and `isWanted` throw.
 */
export async function poll<T>(
    look: () => T | Promise<T>,
    isWanted: (seen: T) => boolean,
    { every, atMost }: Patience,
): Promise<T> {
    for (const deadline = performance.now() + atMost; ; await sleep(every)) {
        const seen = await look();
        if (isWanted(seen) || performance.now() >= deadline) {
            return seen;
        }
    }
}
