import type { z } from "zod";
import { SettingsError } from "./errors";
import { parseSettings } from "./load";
import type { modelSchema } from "./modelSchema";
import type { Settings, settingsSchema } from "./schema";

/** Settings as a program writes them: the keys of `Pulumi.<stack>.yaml`, all optional. */
export type SettingsInput = Omit<z.input<typeof settingsSchema>, "models"> & {
    /** Each model's own settings over the others here, by release. */
    models?: Record<string, z.input<typeof modelSchema>>;
};

/**
 * Settings that a program has as values and not in its config: checked, with the defaults filled in.
 *
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function settingsFrom(values: SettingsInput): Settings {
    return parseSettings(
        Object.fromEntries(
            Object.entries(values)
                .filter(([, value]) => value !== undefined)
                .map(([key, value]) => [key, typeof value === "string" ? value : asJson(key, value)]),
        ),
    );
}

function asJson(setting: string, value: unknown): string {
    try {
        return JSON.stringify(value);
    } catch {
        // What cannot be written is a value that contains itself, or a bigint.
        throw new SettingsError([
            { setting, message: `${setting}: a value that is no JSON is not allowed; allowed: JSON.` },
        ]);
    }
}
