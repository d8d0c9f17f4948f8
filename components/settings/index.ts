export type { Problem } from "./errors";
export { SettingsError } from "./errors";
export type { SettingsInput } from "./fromValues";
export { settingsFrom } from "./fromValues";
export { loadSettings, parseSettings } from "./load";
export type { Model, Settings } from "./schema";
export { settingsSchema } from "./schema";
export { secretSettings } from "./secrets";
export { releasesOf } from "./versions";
