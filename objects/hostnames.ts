/**
 * Whether a listener's hostname and a route's have one in common, as Gateway API defines it: a wildcard stands for one
 * label or more at the front (`*.example.com` is not `example.com`), and none at all for every host.
 */
export function hostnamesIntersect(listener: string | undefined, route: readonly string[]): boolean {
    return listener === undefined || listener === "" || route.length === 0
        ? true
        : route.some((hostname) => intersects(listener.toLowerCase(), hostname.toLowerCase()));
}

function intersects(a: string, b: string): boolean {
    if (a.startsWith("*.") && b.startsWith("*.")) {
        return a.endsWith(b.slice(1)) || b.endsWith(a.slice(1));
    }
    if (a.startsWith("*.")) {
        return b.endsWith(a.slice(1));
    }
    return b.startsWith("*.") ? a.endsWith(b.slice(1)) : a === b;
}
