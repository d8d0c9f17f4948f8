import { parsePropertyPath } from "./diff";
import { fieldOwners, ownsField } from "./managedFields";
import { at, type KubeObject } from "./objects";
import type { Json, JsonObject } from "./values";
import { isMap, omit } from "./values";

/**
 * Gives the `ignoreChanges` fields of an apply what they are on the cluster. A field that only others own is left
 * out, so that the apply neither conflicts with them nor becomes a second owner; one of ours keeps its live value,
 * since leaving it out would remove it.
 *
 * Paths into lists are left as the engine gives them: it puts in the old input.
 */
export function keepIgnoredFields(
    inputs: KubeObject,
    live: KubeObject,
    ignoreChanges: string[],
    fieldManager: string,
): KubeObject {
    const owners = fieldOwners(live);
    let result: JsonObject = inputs;
    for (const path of ignoreChanges.map(parsePropertyPath)) {
        if (!path.every((step): step is string => typeof step === "string")) {
            continue;
        }
        const ours = owners.some(
            ({ manager, fields }) => manager === fieldManager && ownsField(fields, path),
        );
        const theirs = owners.some(
            ({ manager, fields }) => manager !== fieldManager && ownsField(fields, path),
        );
        const current = at(live, ...path);
        if (theirs && !ours) {
            result = withValue(result, path, undefined);
        } else if (current !== undefined) {
            result = withValue(result, path, current);
        }
    }
    return result as KubeObject;
}

function withValue(object: JsonObject, path: string[], value: Json | undefined): JsonObject {
    const [name, ...rest] = path;
    if (name === undefined) {
        return object;
    }
    if (rest.length === 0) {
        return value === undefined ? omit(object, name) : { ...object, [name]: value };
    }
    const under = object[name];
    if (!isMap<JsonObject>(under)) {
        return object;
    }
    return { ...object, [name]: withValue(under, rest, value) };
}
