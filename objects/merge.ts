import { isObject } from "./json";

/** `over` on top of `base`, key by key; anything but objects is replaced whole. */
export function deepMerge(base: unknown, over: unknown): unknown {
    if (!isObject(base) || !isObject(over)) {
        return over === undefined ? base : over;
    }
    const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
    // Every object has a `constructor`, which is none of its own.
    const own = (of: Record<string, unknown>, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined);
    return Object.fromEntries([...keys].map((key) => [key, deepMerge(own(base, key), own(over, key))]));
}
