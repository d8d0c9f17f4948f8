import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { inspect } from "util";
import { z } from "zod";
import type { SettingMeta } from "./values";

/** One thing that is wrong with the settings. */
export interface Problem {
    /** The setting, as `pulumi config set --path` names it, e.g. `replicas.decode`. */
    setting: string;
    /** The whole sentence, which names the setting, its value and what is allowed. */
    message: string;
}

/** The stack's settings cannot be used. A {@link pulumi.RunError}, so that the CLI prints it without a stack trace. */
export class SettingsError extends pulumi.RunError {
    constructor(readonly problems: readonly Problem[]) {
        super(problems.map((problem) => problem.message).join("\n"));
    }

    /**
     * How Pulumi's launcher of programs has it printed for its trace, where it looks at any error with its stack. Node
     * 20 takes over ten seconds and half a gigabyte to give up on the frames of Pulumi's source maps
     * (`node_modules/@pulumi/resource.ts`, a scope without a package, in `markNodeModules` of lib/internal/util).
     */
    [inspect.custom](): string {
        return this.message;
    }
}

/** How a value reads in an error message. */
export function shown(value: unknown): string {
    return value === undefined ? "not set" : JSON.stringify(value);
}

/** `["replicas", "decode"]` -> `replicas.decode`. */
function settingName(path: readonly PropertyKey[]): string {
    return path.map(String).join(".");
}

/** "Unknown setting" with the nearest known name in the same place. */
export function unknownSetting(
    parent: readonly PropertyKey[],
    key: string,
    known: readonly string[],
): Problem {
    const name = settingName([...parent, key]);
    const nearest = settingName([...parent, closest(key, [...known])]);
    return {
        setting: name,
        message: `${name}: unknown setting; did you mean ${nearest}? Allowed here: ${known.join(", ")}.`,
    };
}

/**
 * Says what zod found, in the words of the settings' own schema.
 *
 * @param schema the schema that refused `input`.
 * @param at where `input` stands in the config.
 */
export function problemsOf(
    schema: z.ZodType,
    input: unknown,
    error: z.ZodError,
    at: readonly PropertyKey[] = [],
): Problem[] {
    return error.issues.flatMap((issue) => {
        const place = schemaAt(schema, issue.path);
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => unknownSetting([...at, ...issue.path], key, knownKeys(place)));
        }
        const name = settingName([...at, ...issue.path]);
        const found = valueAt(input, issue.path);
        const value = metaOf(place).secret && found !== undefined ? "[secret]" : shown(found);
        return [
            { setting: name, message: `${name}: ${value} is not allowed; allowed: ${allowedAt(place)}.` },
        ];
    });
}

function allowedAt(schema: z.ZodType): string {
    const keys = knownKeys(schema);
    if (keys.length > 0) {
        return `an object with any of ${keys.join(", ")}`;
    }
    return metaOf(schema).allowed ?? "another value";
}

function metaOf(schema: z.ZodType): SettingMeta {
    return schema.meta() ?? {};
}

function knownKeys(schema: z.ZodType): string[] {
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema that a path leads to, without the wrappers that only carry defaults. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
    let place = unwrap(schema);
    for (const key of path) {
        const next: unknown =
            place instanceof z.ZodObject ? (place.shape as Record<string, unknown>)[String(key)] : undefined;
        if (!(next instanceof z.ZodType)) {
            break;
        }
        place = unwrap(next);
    }
    return place;
}

function unwrap(schema: z.ZodType): z.ZodType {
    let inner = schema;
    while (
        inner instanceof z.ZodDefault ||
        inner instanceof z.ZodPrefault ||
        inner instanceof z.ZodOptional
    ) {
        inner = inner.def.innerType as z.ZodType;
    }
    return inner;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (value, key) =>
            typeof value === "object" && value !== null
                ? (value as Record<PropertyKey, unknown>)[key]
                : undefined,
        input,
    );
}
