import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { inspect } from "util";
import { z } from "zod";
import { printable } from "../../objects/printable";
import type { SettingMeta } from "./values";

/** The full name of a model's setting: below `models` where there are several. */
export type Name = (setting: string) => string;

/** One thing that is wrong with the settings. */
export interface Problem {
    /** The setting, as `pulumi config set --path` names it, e.g. `replicas.decode`. */
    setting: string;
    /** The whole sentence, which names the setting, its value and what is allowed. */
    message: string;
}

/** A long list that goes wrong in each entry must not push the first ones off the screen. */
const mostProblems = 30;

/** The stack's settings cannot be used. A {@link pulumi.RunError}, so that the CLI prints it without a stack trace. */
export class SettingsError extends pulumi.RunError {
    constructor(readonly problems: readonly Problem[]) {
        const lines = problems.slice(0, mostProblems).map((problem) => problem.message);
        const more = problems.length - lines.length;
        super([...lines, ...(more > 0 ? [`... and ${String(more)} more.`] : [])].join("\n"));
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

/** A sentence in the form of every settings error. */
export function refused(setting: string, value: unknown, because: string, allowed: string): Problem {
    return {
        setting,
        message: `${setting}: ${shown(value)} is not allowed${because}; allowed: ${allowed}.`,
    };
}

/** Longest part of a value that a message repeats, in characters. */
const longestShown = 200;

/** How a value reads in an error message: on one line, without the credentials of a URL, and cut where it is long. */
export function shown(value: unknown): string {
    if (value === undefined) {
        return "not set";
    }
    const text = printable(withoutCredentials(JSON.stringify(value)));
    return text.length <= longestShown
        ? text
        : `${text.slice(0, longestShown)}... (${String(text.length)} characters)`;
}

/** `https://user:password@host` and `user:password@host` without what stands before the `@`. */
function withoutCredentials(text: string): string {
    const scheme = text.indexOf("://");
    const end = text.lastIndexOf("@");
    if (scheme >= 0 && end > scheme) {
        return `${text.slice(0, scheme)}://[secret]${text.slice(end)}`;
    }
    return text.replace(/[^\s/"]+/g, (word) =>
        word.includes(":") && word.includes("@") && !word.includes("@sha256:")
            ? `[secret]${word.slice(word.lastIndexOf("@"))}`
            : word,
    );
}

/** `["replicas", "decode"]` -> `replicas.decode`, and `["a", "b.c"]` -> `a["b.c"]`, as Pulumi's `--path` reads it. */
export function settingName(path: readonly PropertyKey[]): string {
    return path
        .map(String)
        .map((key, index) =>
            /^[\w-]{1,100}$/.test(key) ? `${index === 0 ? "" : "."}${key}` : `[${shown(key)}]`,
        )
        .join("");
}

/** "Unknown setting" with the nearest known name in the same place. */
export function unknownSetting(
    parent: readonly PropertyKey[],
    key: string,
    known: readonly string[],
): Problem {
    const name = settingName([...parent, key]);
    const nearest = settingName([...parent, closest(key.slice(0, 100), [...known])]);
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
        const places = schemasAt(schema, issue.path);
        const place = places.at(-1)!;
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => unknownSetting([...at, ...issue.path], key, knownKeys(place)));
        }
        if (issue.code === "invalid_key") {
            return [badName([...at, ...issue.path], places.at(-2)!)];
        }
        const name = settingName([...at, ...issue.path]);
        const found = valueAt(input, issue.path);
        const secret = places.some((schema) => metaOf(schema).secret) || holdsSecret(place);
        const value = secret && found !== undefined ? "[secret]" : shown(found);
        const allowed = allowedTogether(issue) ?? allowedAt(places);
        return [{ setting: name, message: `${name}: ${value} is not allowed; allowed: ${allowed}.` }];
    });
}

/** A key of an object whose keys are names of the user's own. */
function badName(path: readonly PropertyKey[], map: z.ZodType): Problem {
    const setting = settingName(path.slice(0, -1));
    const allowed = map instanceof z.ZodRecord ? metaOf(map.keyType as z.ZodType).allowed : undefined;
    return {
        setting,
        message: `${setting}: the name ${shown(path.at(-1))} is not allowed; allowed: ${allowed ?? "another name"}.`,
    };
}

/** What a check of several fields says may stand there: `params.allowed` of a `refine`. */
function allowedTogether(issue: z.core.$ZodIssue): string | undefined {
    const allowed: unknown = issue.code === "custom" ? issue.params?.allowed : undefined;
    return typeof allowed === "string" ? allowed : undefined;
}

/** In the words of the innermost schema that has any. */
export function allowedAt(places: readonly z.ZodType[]): string {
    const allowed = places
        .map((schema) => {
            const keys = knownKeys(schema);
            return (
                metaOf(schema).allowed ??
                (keys.length > 0 ? `an object with any of ${keys.join(", ")}` : undefined)
            );
        })
        .filter((words) => words !== undefined);
    return allowed.at(-1) ?? "another value";
}

/** Whether anything below is secret: a value that stands in its place may be one as well. */
function holdsSecret(schema: z.ZodType): boolean {
    return (
        metaOf(schema).secret === true ||
        (schema instanceof z.ZodObject &&
            Object.values<z.ZodType>(schema.shape).some((inner) => holdsSecret(unwrap(inner))))
    );
}

function metaOf(schema: z.ZodType): SettingMeta {
    return schema.meta() ?? {};
}

function knownKeys(schema: z.ZodType): string[] {
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schemas that a path leads through, as far as there are any, without the wrappers that only carry defaults. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
    const places = [unwrap(schema)];
    for (const key of path) {
        const next = schemaIn(places.at(-1)!, key);
        if (!(next instanceof z.ZodType)) {
            break;
        }
        places.push(unwrap(next));
    }
    return places;
}

function schemaIn(place: z.ZodType, key: PropertyKey): unknown {
    if (place instanceof z.ZodObject) {
        const shape = place.shape as Record<PropertyKey, unknown>;
        return Object.hasOwn(shape, key) ? shape[key] : undefined;
    }
    if (place instanceof z.ZodRecord) {
        return place.valueType;
    }
    return place instanceof z.ZodArray ? place.element : undefined;
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
            typeof value === "object" && value !== null && Object.hasOwn(value, key)
                ? (value as Record<PropertyKey, unknown>)[key]
                : undefined,
        input,
    );
}
