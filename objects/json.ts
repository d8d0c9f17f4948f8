/**
 * Readers of resource properties, which can hold anything: a malformed resource is the API server's to refuse, and must
 * not crash the pack. Each gives an empty value, or `undefined`, for a value of another type.
 */

export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value, if it is an object; otherwise an object without properties. */
export function record(value: unknown): Json {
    return isObject(value) ? value : {};
}

/** The value, if it is an array; otherwise an empty one. */
export function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

/** The value, if it is a string. */
export function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

/** The value, if it is a whole number. */
export function integer(value: unknown): number | undefined {
    return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

/** A value of any type as messages repeat it: a text as it is. `String` would call an object's own `toString`. */
export function written(value: unknown): string {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** The entries of an object whose values are strings, such as labels. */
export function strings(value: unknown): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(record(value)).filter(
            (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
    );
}
