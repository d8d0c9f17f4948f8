import type { Stack } from "@pulumi/pulumi/automation";
import { secretSettings } from "../components/settings";
import { isObject } from "../components/settings/merge";

/** A config without the values of secret settings, and these by the settings' names. */
export function takeSecrets(given: Record<string, unknown>): {
    config: Record<string, unknown>;
    secrets: Map<string, string>;
} {
    const config = structuredClone(given);
    const secrets = new Map<string, string>();
    for (const setting of secretSettings) {
        const path = setting.split(".");
        const last = path.pop()!;
        const parent = path.reduce<unknown>(
            (value, key) => (isObject(value) ? value[key] : undefined),
            config,
        );
        const value = isObject(parent) ? parent[last] : undefined;
        // A command line's overrides are read as YAML, where a password may be a number.
        if (isObject(parent) && (typeof value === "string" || typeof value === "number")) {
            secrets.set(setting, String(value));
            delete parent[last];
        }
    }
    return { config, secrets };
}

/** Encrypts them in the stack's config with the stack's own passphrase: the program takes them in no other way. */
export async function setSecrets(
    stack: Pick<Stack, "setConfig">,
    secrets: ReadonlyMap<string, string>,
): Promise<void> {
    for (const [setting, value] of secrets) {
        await stack.setConfig(setting, { value, secret: true }, true);
    }
}
