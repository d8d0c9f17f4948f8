/** Of the billionths that Kubernetes counts in. */
const one = 10n ** 9n;

/** Billionths in one of each suffix: what Kubernetes counts in. */
const scales: Readonly<Record<string, bigint>> = {
    n: 1n,
    u: 10n ** 3n,
    m: 10n ** 6n,
    "": one,
    k: 10n ** 12n,
    M: 10n ** 15n,
    G: 10n ** 18n,
    T: 10n ** 21n,
    P: 10n ** 24n,
    E: 10n ** 27n,
    Ki: 2n ** 10n * 10n ** 9n,
    Mi: 2n ** 20n * 10n ** 9n,
    Gi: 2n ** 30n * 10n ** 9n,
    Ti: 2n ** 40n * 10n ** 9n,
    Pi: 2n ** 50n * 10n ** 9n,
    Ei: 2n ** 60n * 10n ** 9n,
};

/**
 * A Kubernetes quantity in billionths of a core or a byte, rounded up as Kubernetes does. Exact, so that `700m` is not
 * more than `0.7`. Its form has been checked by whoever took it.
 */
export function quantityOf(text: string): bigint {
    const [, whole = "", fraction = "", suffix = ""] = /^(\d+)(?:\.(\d+))?(.*)$/.exec(text)!;
    const scale = scales[suffix]!;
    const divisor = 10n ** BigInt(fraction.length);
    return (BigInt(whole + fraction) * scale + divisor - 1n) / divisor;
}

/** The same in whole cores or bytes, rounded up. */
export function wholeQuantityOf(text: string): bigint {
    return (quantityOf(text) + one - 1n) / one;
}
