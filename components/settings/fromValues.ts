import type { z } from "zod";
import { checkedSettings } from "./load";
import type { modelSchema } from "./modelSchema";
import type { Settings, settingsSchema } from "./schema";

/** Settings as a program writes them: the keys of `Pulumi.<stack>.yaml`, all optional. */
export type SettingsInput = Omit<z.input<typeof settingsSchema>, "models"> & {
    /** Each model's own settings over the others here, by release. */
    models?: Record<string, z.input<typeof modelSchema>>;
};

/**
 * Settings that a program has as values and not in its config: checked, with the defaults filled in. They are plain
 * values: an Output is known only while resources are made, and settings decide which ones there are.
 *
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function settingsFrom(values: SettingsInput): Settings {
    return checkedSettings({ ...values });
}
