import { secretPaths } from "../components/settings";
import { isObject } from "../objects/json";

/** A config without the values of secret settings, and these by the settings' names. */
export function takeSecrets(given: Record<string, unknown>): {
    config: Record<string, unknown>;
    secrets: Map<string, string>;
} {
    const config = structuredClone(given);
    const secrets = new Map<string, string>();
    for (const path of secretPaths(given)) {
        const setting = path.join(".");
        const last = path.pop()!;
        const parent = path.reduce<unknown>(
            (value, key) => (isObject(value) ? value[key] : undefined),
            config,
        );
        const value = isObject(parent) ? parent[last] : undefined;
        if (isObject(parent) && typeof value === "string") {
            secrets.set(setting, value);
            delete parent[last];
        }
    }
    return { config, secrets };
}
