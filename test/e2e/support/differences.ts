/**
 * The fields in which two JSON values differ, as `spec.ports.0.port`; a field that only one has is named without what
 * is in it. Sorted.
 */
export function differences(left: unknown, right: unknown, at: readonly string[] = []): string[] {
    if (!isCollection(left) || !isCollection(right) || Array.isArray(left) !== Array.isArray(right)) {
        return Object.is(left, right) ? [] : [at.join(".")];
    }
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].sort().flatMap((key) => differences(left[key], right[key], [...at, key]));
}

function isCollection(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
