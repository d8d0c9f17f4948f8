/** The header that Envoy gives every request without one: a UUID of random digits, which routes can be chosen by. */
export const requestIdHeader = "x-request-id";

/** Of each request that Envoy has seen. */
export const anyRequestId = ".*";

/** Digits at the end of a request's id that decide. The one in which Envoy notes whether it traces is further ahead. */
const digits = 3;
const idsInAll = 16 ** digits;

/**
 * The request ids of a part of all requests, as a regular expression of RE2 for a whole id. Parts that do not overlap
 * have no id in common.
 *
 * @param from where the part begins, in percent of all: 0 to 100.
 * @param to where it ends.
 */
export function requestIdsWithin(from: number, to: number): string {
    if (from === 0 && to === 100) {
        return anyRequestId;
    }
    const bound = (percent: number) => Math.round((percent * idsInAll) / 100);
    return `.*(${endings(bound(from), bound(to), digits).join("|")})`;
}

/** Patterns of the hexadecimal numbers from one up to another, without that, in as many digits. */
function endings(from: number, to: number, length: number): string[] {
    const ofOneDigit = 16 ** (length - 1);
    const patterns: string[] = [];
    let next = from;
    while (next < to) {
        const digit = Math.floor(next / ofOneDigit);
        const end = Math.min(to, (digit + 1) * ofOneDigit);
        const isWhole = next === digit * ofOneDigit && end === (digit + 1) * ofOneDigit;
        const rest = isWhole
            ? ["[0-9a-f]".repeat(length - 1)]
            : endings(next - digit * ofOneDigit, end - digit * ofOneDigit, length - 1);
        patterns.push(...rest.map((tail) => `${digit.toString(16)}${tail}`));
        next = end;
    }
    return patterns;
}
