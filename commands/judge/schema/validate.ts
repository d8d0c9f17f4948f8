import { nearest } from "../../../releases";
import type { Packed, Schema } from "./packed";

/** What a schema has against a value. */
export interface SchemaProblem {
    /** The way to the value from the top of the object. */
    readonly path: readonly string[];
    /** What is wrong with it, to follow the path in a message. */
    readonly message: string;
}

/** Longest text that a pattern is held against: Go reads any in time in proportion to it, JavaScript does not. */
const longestMatched = 1000;

/** Most values of an enum that a message lists. */
const mostListed = 20;

/**
 * Validates a value as the API server does where it is strict, without what is written in CEL.
 *
 * This is a walk of our own, and not ajv: ajv knows neither that a field is unknown where several schemas apply
 * (`additionalProperties` of each of them would refuse the others' fields) nor Kubernetes' own types, has to be given
 * each schema unpacked, and compiles for some 100 ms what is used for a few objects.
 *
 * A value that is null is one that is not there: it is left out before it is validated, or has no other meaning.
 *
 * @param place of the schema among the packed ones.
 * @param path of the value, where it is a part of an object.
 */
export function validate(
    packed: Packed,
    place: number,
    value: unknown,
    path: readonly string[] = [],
): SchemaProblem[] {
    return [...problemsOf(packed, packed.schemas[place]!, value, path)];
}

function* problemsOf(
    packed: Packed,
    schema: Schema,
    value: unknown,
    path: readonly string[],
): Generator<SchemaProblem> {
    if (value === null || value === undefined) {
        return;
    }
    if (!isOfType(schema, value)) {
        yield { path, message: `is ${described(value)}, but has to be ${typeNames[schema.type!]}` };
        return;
    }
    yield* boundsOf(schema, value, path);
    if (Array.isArray(value)) {
        const items = schema.items;
        if (items !== undefined) {
            for (const [position, item] of value.entries()) {
                yield* problemsOf(packed, packed.schemas[items]!, item, [...path, String(position)]);
            }
        }
    } else if (typeof value === "object") {
        yield* fieldsOf(packed, schema, value as Record<string, unknown>, path);
    }
    yield* formsOf(packed, schema, withDefaults(schema, value), path);
}

function withDefaults({ defaults }: Schema, value: unknown): unknown {
    return defaults === undefined ? value : { ...defaults, ...(value as object) };
}

const typeNames: Record<NonNullable<Schema["type"]>, string> = {
    object: "an object",
    array: "a list",
    string: "a text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    "int-or-string": "a whole number or a text",
    quantity: "a number or a text such as 500m or 1Gi",
};

/** What kubectl reads as a boolean, by YAML 1.1, where YAML 1.2 has a text. */
const oldBoolean = /^(?:y|yes|n|no|on|off)$/i;

function isOfType({ type }: Schema, value: unknown): boolean {
    switch (type) {
        case undefined:
            return true;
        case "object":
            return typeof value === "object" && !Array.isArray(value);
        case "array":
            return Array.isArray(value);
        case "integer":
            return Number.isInteger(value);
        case "boolean":
            return typeof value === "boolean" || (typeof value === "string" && oldBoolean.test(value));
        case "int-or-string":
            return typeof value === "string" || Number.isInteger(value);
        case "quantity":
            return typeof value === "string" || typeof value === "number";
        case "number":
        case "string":
            return typeof value === type;
    }
}

function described(value: unknown): string {
    if (Array.isArray(value)) {
        return "a list";
    }
    if (typeof value === "object") {
        return "an object";
    }
    const type = typeof value === "string" ? "the text " : typeof value === "number" ? "the number " : "";
    return `${type}${JSON.stringify(value)}`;
}

function* fieldsOf(
    packed: Packed,
    { properties = {}, values, required = [], open, type }: Schema,
    value: Record<string, unknown>,
    path: readonly string[],
): Generator<SchemaProblem> {
    for (const name of required) {
        if (value[name] === undefined || value[name] === null) {
            yield { path, message: `has no ${name}, which is required` };
        }
    }
    for (const [name, child] of Object.entries(value)) {
        const at = [...path, name];
        const place = Object.hasOwn(properties, name) ? properties[name] : values;
        if (place !== undefined) {
            yield* problemsOf(packed, packed.schemas[place]!, child, at);
        } else if (open === undefined && type === "object") {
            // Of several schemas for one object, the one with a type is the one that has all fields.
            yield { path: at, message: `is no known field${hint(name, properties)}` };
        }
    }
}

function hint(name: string, properties: object): string {
    const known = Object.keys(properties);
    return known.length === 0 ? ": there is none" : `; the nearest is ${nearest(name, known)}`;
}

function* boundsOf(schema: Schema, value: unknown, path: readonly string[]): Generator<SchemaProblem> {
    const problem = (message: string): SchemaProblem => ({ path, message });
    if (schema.enum && !schema.enum.includes(value)) {
        const known = schema.enum.map(String);
        const listed = known.slice(0, mostListed).join(", ");
        const near = typeof value === "string" ? `; the nearest is ${nearest(value, known)}` : "";
        yield problem(`is ${described(value)}; allowed: ${listed}${known.length > mostListed ? near : ""}`);
        return;
    }
    if (typeof value === "string") {
        const { pattern, format } = schema;
        yield* size([...value].length, schema.minLength, schema.maxLength, "characters", problem);
        if (pattern !== undefined && value.length <= longestMatched && !expression(pattern).test(value)) {
            yield problem(`is ${described(value)}, which does not match ${pattern}`);
        }
        if (format === "byte" && !base64.test(value.replace(/\s/g, ""))) {
            yield problem("is no text in base64");
        }
    } else if (typeof value === "number") {
        const { minimum = -Infinity, maximum = Infinity } = schema;
        if (value < minimum || value > maximum) {
            yield problem(
                `is ${String(value)}, but has to be ${
                    value < minimum ? `at least ${String(minimum)}` : `at most ${String(maximum)}`
                }`,
            );
        }
    } else if (Array.isArray(value)) {
        yield* size(value.length, schema.minItems, schema.maxItems, "items", problem);
    } else if (typeof value === "object" && value !== null) {
        yield* size(Object.keys(value).length, schema.minProperties, schema.maxProperties, "fields", problem);
    }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
    const known = expressions.get(pattern) ?? new RegExp(pattern);
    expressions.set(pattern, known);
    return known;
}

function* size(
    count: number,
    least = 0,
    most = Infinity,
    what: string,
    problem: (message: string) => SchemaProblem,
): Generator<SchemaProblem> {
    if (count < least || count > most) {
        const wanted = count < least ? `at least ${String(least)}` : `at most ${String(most)}`;
        yield problem(`has ${String(count)} ${what}, but has to have ${wanted}`);
    }
}

function* formsOf(
    packed: Packed,
    { oneOf, anyOf, allOf = [], not }: Schema,
    value: unknown,
    path: readonly string[],
): Generator<SchemaProblem> {
    const fits = (place: number) =>
        problemsOf(packed, packed.schemas[place]!, value, path).next().done === true;
    for (const place of allOf) {
        yield* problemsOf(packed, packed.schemas[place]!, value, path);
    }
    if (oneOf && oneOf.filter(fits).length !== 1) {
        yield { path, message: oneOfMessage(fieldsIn(packed, oneOf), value, "exactly one") };
    }
    if (anyOf && !anyOf.some(fits)) {
        yield { path, message: oneOfMessage(fieldsIn(packed, anyOf), value, "at least one") };
    }
    if (not !== undefined && fits(not)) {
        const excluded = fieldsIn(packed, [not]).join(" and ") || JSON.stringify(packed.schemas[not]);
        yield { path, message: `may not have ${excluded} as it has` };
    }
}

/** The fields that schemas, of which some have to fit, ask for. */
function fieldsIn(packed: Packed, places: readonly number[]): string[] {
    const names = places.flatMap((place) => {
        const { required = [], properties = {} } = packed.schemas[place]!;
        return [...required, ...Object.keys(properties)];
    });
    return [...new Set(names)];
}

function oneOfMessage(fields: readonly string[], value: unknown, wanted: string): string {
    const given = fields.filter((name) => (value as Record<string, unknown>)[name] !== undefined);
    return fields.length === 0
        ? `is ${described(value)}, which fits none of its forms`
        : `has to have ${wanted} of ${fields.join(", ")}, and has ${given.join(", ") || "none"}`;
}
