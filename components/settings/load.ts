import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./errors";
import { problemsOf, SettingsError, unknownSetting } from "./errors";
import { conflicts } from "./rules";
import type { Settings } from "./schema";
import { settingsSchema } from "./schema";

/**
 * The current stack's settings: read from its config, checked, with the defaults filled in.
 *
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function loadSettings(): Settings {
    const prefix = `${pulumi.getProject()}:`;
    const raw = Object.entries(pulumi.runtime.allConfig())
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value] as const);
    return parseSettings(Object.fromEntries(raw));
}

/**
 * @param config top-level settings as Pulumi hands them over: text as it is, everything else as JSON.
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function parseSettings(config: Readonly<Record<string, string>>): Settings {
    const known = Object.keys(settingsSchema.shape);
    const problems: Problem[] = [];
    const input: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
        if (!known.includes(key)) {
            problems.push(unknownSetting([], key, known));
        } else {
            input[key] = isText(key) ? value : fromJson(value);
        }
    }
    const parsed = settingsSchema.safeParse(input);
    if (!parsed.success) {
        problems.push(...problemsOf(settingsSchema, input, parsed.error));
    } else {
        problems.push(...conflicts(parsed.data));
    }
    if (problems.length > 0 || !parsed.success) {
        throw new SettingsError(problems);
    }
    return parsed.data;
}

/** Whether a top-level setting is text. Text such as `1e3` or `true` must not be read as JSON. */
function isText(key: string): boolean {
    return key === "release" || key === "modelRelease";
}

/** Text that is no JSON stays text, and the schema then says what should stand there instead. */
function fromJson(value: string): unknown {
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}
