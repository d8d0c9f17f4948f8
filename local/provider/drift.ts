import { fieldsUnder, listIdentity, mergedFields } from "./managedFields";
import { at, deepEqual } from "./objects";
import type { Json, JsonObject } from "./values";
import { isMap, omit } from "./values";

/**
 * The program's inputs as the live object has them now: what a refresh records, so that the next comparison with
 * the program shows what somebody else changed.
 *
 * A field counts as changed only when its live value differs from the one seen before, not when it differs from
 * the input: the API server rewrites values ("1000m" becomes "1", `stringData` becomes `data`), and that is not
 * drift. Fields that the program never set are left out, whoever set them.
 *
 * @param inputs plain inputs of the last update.
 * @param before the object as last seen.
 * @param now the object as it is.
 */
export function refreshInputs(inputs: JsonObject, before: JsonObject, now: JsonObject): JsonObject {
    const fields = mergedFields(now);
    const refreshed = refreshMap(inputs, before, now, fields);
    if (inputs.kind === "Secret" && isMap<JsonObject>(inputs.stringData)) {
        refreshed.stringData = refreshStringData(inputs.stringData, before, now);
    }
    return refreshed;
}

function refreshMap(
    inputs: JsonObject,
    before: Json | undefined,
    now: JsonObject,
    fields: JsonObject,
): JsonObject {
    const result: JsonObject = {};
    for (const [name, input] of Object.entries(inputs)) {
        const value = refreshValue(input, at(before, name), now[name], fieldsUnder(fields, name));
        if (value !== undefined) {
            result[name] = value;
        }
    }
    return result;
}

function refreshValue(
    input: Json,
    before: Json | undefined,
    now: Json | undefined,
    fields: JsonObject,
): Json | undefined {
    if (deepEqual(before, now)) {
        return input;
    }
    if (isMap<JsonObject>(input) && isMap<JsonObject>(now)) {
        return refreshMap(input, before, now, fields);
    }
    if (Array.isArray(input) && Array.isArray(now)) {
        return refreshList(input, Array.isArray(before) ? before : [], now, fields);
    }
    return now;
}

function refreshList(inputs: Json[], before: Json[], now: Json[], fields: JsonObject): Json[] {
    const identity = listIdentity(fields);
    switch (identity.by) {
        case "value":
            return inputs.filter((input) => now.some((value) => deepEqual(input, value)));
        case "keys": {
            const isSame =
                (input: Json) =>
                (candidate: Json): boolean =>
                    identity.keys.every((key) => {
                        const wanted = at(input, key);
                        // An absent key has a default that only the API server knows.
                        return wanted === undefined || deepEqual(wanted, at(candidate, key));
                    });
            return inputs.flatMap((input) => {
                const present = now.find(isSame(input));
                if (present === undefined) {
                    return [];
                }
                const element = Object.entries(fields).find(
                    ([name]) => name.startsWith("k:") && isSame(input)(JSON.parse(name.slice(2)) as Json),
                );
                const under = isMap<JsonObject>(element?.[1]) ? element[1] : {};
                const value = refreshValue(input, before.find(isSame(input)), present, under);
                return value === undefined ? [] : [value];
            });
        }
        case "position":
            return now.map((value, index) => {
                const input = inputs[index];
                return input === undefined ? value : (refreshValue(input, before[index], value, {}) ?? value);
            });
    }
}

/** `stringData` is write-only: what it set is in `data`, in base64. */
function refreshStringData(inputs: JsonObject, before: JsonObject, now: JsonObject): JsonObject {
    const result: JsonObject = {};
    for (const [name, input] of Object.entries(inputs)) {
        const present = at(now, "data", name);
        if (deepEqual(at(before, "data", name), present)) {
            result[name] = input;
        } else if (typeof present === "string") {
            result[name] = Buffer.from(present, "base64").toString("utf8");
        }
    }
    return result;
}

/** Metadata that the API server writes and no program sets. */
const serverMetadata = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/** The inputs of an object that was not made by this program: all that a program could have set. */
export function importInputs(live: JsonObject): JsonObject {
    return withoutServerMetadata(omit(live, "status"));
}

/** Takes out of `inputs` the metadata that only the API server may write. */
export function withoutServerMetadata(inputs: JsonObject): JsonObject {
    if (!isMap<JsonObject>(inputs.metadata)) {
        return inputs;
    }
    const metadata = Object.fromEntries(
        Object.entries(inputs.metadata).filter(([name]) => !serverMetadata.includes(name)),
    );
    return { ...inputs, metadata };
}
