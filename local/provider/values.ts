import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc";

/** A resource property as the engine sends it; a {@link Secret} may stand anywhere in the tree. */
export type PropertyValue = null | boolean | number | string | Secret | PropertyValue[] | PropertyMap;

/** Properties by name. */
export interface PropertyMap {
    [name: string]: PropertyValue;
}

/** Plain data: what the Kubernetes API takes and gives. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
    [name: string]: Json;
}

/** A value that the engine must encrypt in the state and hide on the screen. */
export class Secret {
    constructor(readonly value: PropertyValue) {}
}

/** How the engine spells "not known before the update" on the wire. */
export const unknown = unknownValue;

/**
 * The engine has one placeholder for each type of value, and language SDKs use {@link unknown} for all of them.
 * Source: sdk/go/common/resource/plugin/rpc.go (UnknownBoolValue and its siblings).
 */
const unknownPlaceholders = new Set<unknown>([
    unknown,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Whether `value` is a placeholder for a value that only the update will give. */
export function isUnknown(value: unknown): boolean {
    return unknownPlaceholders.has(value);
}

/** Whether `value` is a map of properties (or a JSON object), not an array, a scalar or a secret. */
export function isMap<T extends PropertyMap | JsonObject>(value: unknown): value is T {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** Reads a message's properties. Nulls are dropped, as in the official provider: the API server takes none. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
    return struct ? (decode(struct.toJavaScript()) as PropertyMap) : {};
}

function decode(value: Json): PropertyValue {
    if (Array.isArray(value)) {
        return value.map(decode);
    }
    if (isMap<JsonObject>(value)) {
        if (value[specialSigKey] === specialSecretSig) {
            return new Secret(decode(value.value ?? null));
        }
        return mapEntries(value, decode);
    }
    return value;
}

/** Writes properties into a message. */
export function toStruct(properties: PropertyMap | JsonObject): Struct {
    return Struct.fromJavaScript(encode(properties) as JsonObject);
}

function encode(value: PropertyValue): Json {
    if (value instanceof Secret) {
        return { [specialSigKey]: specialSecretSig, value: encode(value.value) };
    }
    if (Array.isArray(value)) {
        return value.map(encode);
    }
    return isMap<PropertyMap>(value) ? mapEntries(value, encode) : value;
}

/** The same tree with every secret replaced by what it hides. */
export function reveal(value: PropertyValue): Json {
    if (value instanceof Secret) {
        return reveal(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(reveal);
    }
    return isMap<PropertyMap>(value) ? mapEntries(value, reveal) : value;
}

/** Whether a secret stands anywhere in `value`. */
export function containsSecret(value: PropertyValue | undefined): boolean {
    return value !== undefined && some(value, (part) => part instanceof Secret);
}

/** Whether anything in `value` is known only after the update. */
export function containsUnknown(value: PropertyValue): boolean {
    return some(value, isUnknown);
}

function some(value: PropertyValue, test: (part: PropertyValue) => boolean): boolean {
    if (test(value)) {
        return true;
    }
    if (value instanceof Secret) {
        return some(value.value, test);
    }
    if (Array.isArray(value)) {
        return value.some((part) => some(part, test));
    }
    return isMap<PropertyMap>(value) && Object.values(value).some((part) => some(part, test));
}

/** The object without one of its fields. */
export function omit(object: JsonObject, name: string): JsonObject {
    return Object.fromEntries(Object.entries(object).filter(([field]) => field !== name));
}

/** Applies `change` to every entry; entries that are null or undefined, before or after, are left out. */
export function mapEntries<From, To>(
    map: Record<string, From>,
    change: (value: From, name: string) => To,
): Record<string, To> {
    const result: Record<string, To> = {};
    for (const [name, value] of Object.entries(map)) {
        if (value === null || value === undefined) {
            continue;
        }
        const changed = change(value, name);
        if (changed !== null && changed !== undefined) {
            result[name] = changed;
        }
    }
    return result;
}
