export { SettingsError } from "./errors";
export { loadSettings, parseSettings } from "./load";
export type { Settings } from "./schema";
export { settingsSchema } from "./schema";
