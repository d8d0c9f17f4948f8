import type { Packed, Schema } from "../../commands/judge/schema/packed";

/** A schema as a CustomResourceDefinition or Kubernetes' OpenAPI has it, of which more is read than packed. */
export interface OpenApiSchema {
    type?: string;
    format?: string;
    default?: unknown;
    properties?: Record<string, OpenApiSchema>;
    additionalProperties?: boolean | OpenApiSchema;
    items?: OpenApiSchema;
    required?: string[];
    oneOf?: OpenApiSchema[];
    anyOf?: OpenApiSchema[];
    allOf?: OpenApiSchema[];
    not?: OpenApiSchema;
    "x-kubernetes-int-or-string"?: boolean;
    "x-kubernetes-preserve-unknown-fields"?: boolean;
    [keyword: string]: unknown;
}

/** A kind in one of its versions. */
export interface VersionedSchema {
    group: string;
    kind: string;
    version: string;
    schema: OpenApiSchema;
}

/** Bounds, which are packed as they are. */
const kept = [
    ...["enum", "pattern", "minimum", "maximum", "minLength", "maxLength"],
    ...["minItems", "maxItems", "minProperties", "maxProperties"],
] as const;

/**
 * Packs schemas: without descriptions and defaults, and each once. What is under `status` is left out, because a
 * controller writes it; and what is under `metadata`, because it is the same for each kind.
 *
 * @param metadata of every object; packed with them where it is given.
 */
export function pack(kinds: readonly VersionedSchema[], metadata?: OpenApiSchema): Packed {
    const schemas: Schema[] = [];
    const places = new Map<string, number>();
    const placeOf = (source: OpenApiSchema): number => {
        const schema = reduced(source, placeOf);
        const key = JSON.stringify(schema);
        const place = places.get(key) ?? schemas.push(schema) - 1;
        places.set(key, place);
        return place;
    };
    const byGroup: Record<string, Record<string, Record<string, number>>> = {};
    for (const { group, kind, version, schema } of kinds) {
        ((byGroup[group] ??= {})[kind] ??= {})[version] = placeOf(rootOf(schema));
    }
    return { kinds: byGroup, ...(metadata && { metadata: placeOf(metadata) }), schemas };
}

/** A line for each schema, so that a change of a definition is a change of few lines. */
export function packedText({ schemas, ...head }: Packed): string {
    const lines = schemas.map((schema) => JSON.stringify(schema)).join(",\n");
    return `${JSON.stringify(head).slice(0, -1)},"schemas":[\n${lines}\n]}\n`;
}

function rootOf({ properties = {}, required, ...schema }: OpenApiSchema): OpenApiSchema {
    const anything = { "x-kubernetes-preserve-unknown-fields": true };
    return {
        ...schema,
        properties: {
            ...properties,
            // Istio's definitions leave these out.
            apiVersion: { type: "string" },
            kind: { type: "string" },
            metadata: anything,
            ...("status" in properties && { status: anything }),
        },
        required: required?.filter((name) => name !== "status"),
    };
}

function reduced(source: OpenApiSchema, placeOf: (schema: OpenApiSchema) => number): Schema {
    const { properties, additionalProperties: values, items, required, format } = source;
    const isMixed = source["x-kubernetes-int-or-string"] === true;
    // The API server fills in defaults before it asks for what is required.
    const missing = required?.filter((name) => properties?.[name]?.default === undefined) ?? [];
    const isOpen = source["x-kubernetes-preserve-unknown-fields"] === true || values === true;
    return {
        ...(isMixed
            ? { type: "int-or-string" }
            : source.type !== undefined && { type: source.type as Schema["type"] }),
        ...(properties && {
            properties: Object.fromEntries(
                Object.entries(properties).map(([name, schema]) => [name, placeOf(schema)]),
            ),
        }),
        ...(typeof values === "object" && { values: placeOf(values) }),
        ...(items && { items: placeOf(items) }),
        ...(isOpen && { open: true }),
        ...(missing.length > 0 && { required: missing }),
        ...(format === "byte" && { format }),
        ...Object.fromEntries(
            kept.filter((keyword) => source[keyword] !== undefined).map((name) => [name, source[name]]),
        ),
        ...forms(source, isMixed, placeOf),
    };
}

/** That what is an integer or a string is one of both is said by its type. */
function forms(
    { oneOf, anyOf, allOf, not, properties = {} }: OpenApiSchema,
    isMixed: boolean,
    placeOf: (schema: OpenApiSchema) => number,
): Pick<Schema, "defaults" | "oneOf" | "anyOf" | "allOf" | "not"> {
    const defaults = Object.entries(properties)
        .filter(([, schema]) => schema.default !== undefined)
        .map(([name, schema]) => [name, schema.default] as const);
    const hasForms = [oneOf, anyOf, allOf, not].some((form) => form !== undefined);
    return {
        ...(hasForms && defaults.length > 0 && { defaults: Object.fromEntries(defaults) }),
        ...(oneOf && { oneOf: oneOf.map(placeOf) }),
        ...(anyOf && !isMixed && { anyOf: anyOf.map(placeOf) }),
        ...(allOf && { allOf: allOf.map(placeOf) }),
        ...(not && { not: placeOf(not) }),
    };
}
