import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./errors";
import { problemsOf, SettingsError, unknownSetting } from "./errors";
import { deepMerge } from "../../objects/merge";
import { isObject } from "../../objects/json";
import { modelSchema, modelShape } from "./modelSchema";
import { conflicts } from "./rules";
import type { Model, Settings } from "./schema";
import { settingsSchema } from "./schema";
import { secretsInClear } from "./secrets";
import { structureProblems } from "./structure";

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
    const config = Object.fromEntries(raw);
    const inClear = secretsInClear(config, (setting) => runtime.isConfigSecret(`${prefix}${setting}`));
    if (inClear.length > 0) {
        throw new SettingsError(inClear);
    }
    return parseSettings(config);
}

/** What Pulumi's own `Config.get` asks before it warns of a secret (@pulumi/pulumi 3.248, config.js); not in its types. */
const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/**
 * @param config top-level settings as Pulumi hands them over: text as it is, everything else as JSON.
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function parseSettings(config: Readonly<Record<string, string>>): Settings {
    return checkedSettings(
        Object.fromEntries(
            Object.entries(config).map(([key, value]) => [
                key,
                isText(key) ? asText(value) : fromJson(value),
            ]),
        ),
    );
}

/**
 * @param values settings by name.
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export function checkedSettings(values: Readonly<Record<string, unknown>>): Settings {
    const { known, problems } = withoutUnknown(values);
    const misshapen = structureProblems(known);
    if (misshapen.length > 0) {
        throw new SettingsError(misshapen);
    }
    const input = withoutUndefined(known) as Record<string, unknown>;
    const parsed = settingsSchema.safeParse(input);
    if (!parsed.success) {
        throw new SettingsError([...problems, ...problemsOf(settingsSchema, input, parsed.error)]);
    }
    const models = parseModels(input, parsed.data);
    problems.push(...models.problems);
    const settings = { ...parsed.data, models: models.models };
    if (problems.length === 0) {
        problems.push(...conflicts(settings));
    }
    if (problems.length > 0) {
        throw new SettingsError(problems);
    }
    return settings;
}

/** Settings that exist, and a problem of each of the others. */
function withoutUnknown(values: Readonly<Record<string, unknown>>): {
    known: Record<string, unknown>;
    problems: Problem[];
} {
    const names = Object.keys(settingsSchema.shape);
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return {
        known: Object.fromEntries(given.filter(([key]) => names.includes(key))),
        problems: given
            .filter(([key]) => !names.includes(key))
            .map(([key]) => unknownSetting([], key, names)),
    };
}

/** A key without a value is none, as in a config; only a program's own values can have one. */
function withoutUndefined(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutUndefined);
    }
    return isObject(value)
        ? Object.fromEntries(
              Object.entries(value)
                  .filter(([, inner]) => inner !== undefined)
                  .map(([key, inner]) => [key, withoutUndefined(inner)]),
          )
        : value;
}

/** Each model's settings: its own over the top level's, or the release's alone where there are no `models`. */
function parseModels(
    input: Record<string, unknown>,
    settings: ReturnType<typeof settingsSchema.parse>,
): { models: Model[]; problems: Problem[] } {
    const shared = Object.fromEntries(Object.keys(modelShape).map((key) => [key, input[key]]));
    const own = isObject(input.models) ? Object.entries(input.models) : [];
    if (own.length === 0) {
        const { release, modelRelease } = settings;
        return { models: [{ ...modelSchema.parse(shared), release, modelRelease }], problems: [] };
    }
    const models: Model[] = [];
    const problems: Problem[] = [];
    for (const [release, override] of own) {
        const merged = deepMerge(shared, override);
        const parsed = modelSchema.safeParse(merged);
        if (parsed.success) {
            models.push({ ...parsed.data, release, modelRelease: parsed.data.modelRelease ?? release });
        } else {
            problems.push(...problemsOf(modelSchema, merged, parsed.error, ["models", release]));
        }
    }
    return { models, problems };
}

/** Whether a top-level setting is text. Text such as `1e3` or `true` must not be read as JSON. */
function isText(key: string): boolean {
    return key === "release" || key === "modelRelease";
}

/** Pulumi hands a setting that is there without a value over as `null`, which would be a name. */
function asText(value: string): string | null {
    return value === "null" ? null : value;
}

/** Text that is no JSON stays text, and the schema then says what should stand there instead. */
function fromJson(value: string): unknown {
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}
