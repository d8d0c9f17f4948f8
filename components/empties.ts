/**
 * A list or map, or undefined in place of an empty one. Nothing that is empty is registered, unless that has a meaning
 * of its own: the API server drops it, and Pulumi's provider would find it missing in every preview.
 */
export function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
    return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}
