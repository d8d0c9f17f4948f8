import { objectsAt, stringAt } from "./objects";
import type { Json, JsonObject } from "./values";
import { isMap } from "./values";

/**
 * Who owns which fields of an object, read from its `metadata.managedFields`.
 * Format: https://kubernetes.io/docs/reference/using-api/server-side-apply/ ("FieldsV1"): `f:name` is a field,
 * `k:{"name":"x"}` the list element with these keys, `v:x` the element of a set.
 */
export interface FieldOwner {
    manager: string;
    operation: string;
    fields: JsonObject;
}

/** The owners that `object` names. */
export function fieldOwners(object: JsonObject): FieldOwner[] {
    return objectsAt(object, "metadata", "managedFields").map((entry) => ({
        manager: stringAt(entry, "manager") ?? "",
        operation: stringAt(entry, "operation") ?? "",
        fields: isMap<JsonObject>(entry.fieldsV1) ? entry.fieldsV1 : {},
    }));
}

/** All fields of an object that anybody owns, in FieldsV1 form. */
export function mergedFields(object: JsonObject): JsonObject {
    const merge = (left: JsonObject, right: JsonObject): JsonObject => {
        const result = { ...left };
        for (const [name, value] of Object.entries(right)) {
            const own = result[name];
            result[name] = isMap<JsonObject>(own) && isMap<JsonObject>(value) ? merge(own, value) : value;
        }
        return result;
    };
    return fieldOwners(object).reduce((all, { fields }) => merge(all, fields), {} as JsonObject);
}

/** The part of a FieldsV1 tree under the field `name`; empty if nobody owns anything there. */
export function fieldsUnder(fields: JsonObject, name: string): JsonObject {
    const under = fields[`f:${name}`];
    return isMap<JsonObject>(under) ? under : {};
}

/** Whether `fields` has the field at a path of names. */
export function ownsField(fields: JsonObject, path: string[]): boolean {
    let current: Json | undefined = fields;
    for (const name of path) {
        current = isMap<JsonObject>(current) ? current[`f:${name}`] : undefined;
    }
    return current !== undefined;
}

/** How the elements of a list are told apart: by some of their fields, by their value, or by position only. */
export type ListIdentity = { by: "keys"; keys: string[] } | { by: "value" } | { by: "position" };

/** The identity of a list's elements, from the FieldsV1 tree under the list. */
export function listIdentity(fields: JsonObject): ListIdentity {
    for (const name of Object.keys(fields)) {
        if (name.startsWith("k:")) {
            return { by: "keys", keys: Object.keys(JSON.parse(name.slice(2)) as JsonObject) };
        }
        if (name.startsWith("v:")) {
            return { by: "value" };
        }
    }
    return { by: "position" };
}
