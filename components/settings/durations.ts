/** Nanoseconds in each unit that settings may use. */
const units: Readonly<Record<string, bigint>> = {
    h: 3_600_000_000_000n,
    m: 60_000_000_000n,
    s: 1_000_000_000n,
    ms: 1_000_000n,
    us: 1_000n,
};

/** The longest that Go's `time.Duration` holds: 2^63 - 1 ns, some 292 years. */
export const longestGoDuration = 2n ** 63n - 1n;

/** A duration such as `1m30s` or `1.5s` in whole nanoseconds. Its form has been checked by whoever took it. */
export function nanosecondsOf(duration: string): bigint {
    const parts = duration.matchAll(/(\d+)(?:\.(\d+))?(h|ms|us|m|s)/g);
    return [...parts].reduce((sum, [, whole = "", fraction = "", unit = ""]) => {
        const one = units[unit]!;
        return sum + BigInt(whole) * one + (BigInt(`0${fraction}`) * one) / 10n ** BigInt(fraction.length);
    }, 0n);
}

/** A duration as Protocol Buffers write it in JSON, which know seconds alone: `250ms` -> `0.25s`. */
export function protobufDuration(duration: string): string {
    const nanoseconds = nanosecondsOf(duration);
    const fraction = String(nanoseconds % units.s!)
        .padStart(9, "0")
        .replace(/0+$/, "");
    return `${String(nanoseconds / units.s!)}${fraction === "" ? "" : `.${fraction}`}s`;
}
