import type { PropertyMap, PropertyValue } from "./values";
import { containsSecret, isMap, Secret } from "./values";

/**
 * Marks in `outputs` what is secret in `inputs`, and everything that a Secret holds. Objects are walked into, so
 * that one secret environment variable does not hide a whole Deployment; a list with a secret in it becomes
 * secret as a whole, because the API server may have reordered it. The rule is the official provider's.
 */
export function markSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
    const result: PropertyMap = { ...outputs };
    if (outputs.kind === "Secret") {
        for (const name of ["data", "stringData"]) {
            if (result[name] !== undefined) {
                result[name] = asSecret(result[name]);
            }
        }
    }
    for (const [name, input] of Object.entries(inputs)) {
        const output = result[name];
        if (output === undefined || output instanceof Secret) {
            continue;
        }
        if (isMap<PropertyMap>(output) && isMap<PropertyMap>(input)) {
            result[name] = markSecrets(output, input);
        } else if (containsSecret(input)) {
            result[name] = asSecret(output);
        }
    }
    return result;
}

function asSecret(value: PropertyValue): Secret {
    return value instanceof Secret ? value : new Secret(value);
}
