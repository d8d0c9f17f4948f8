import type { KubeObject } from "./objects";
import { markSecrets } from "./secrets";
import type { Json, JsonObject, PropertyMap } from "./values";
import { isMap, reveal } from "./values";

/**
 * Output names that hold what the provider needs later. They are the official provider's, so that it can take
 * over a state that the stand-in wrote, and the other way round.
 */
const inputsKey = "__inputs";
const initialApiVersionKey = "__initialApiVersion";
const fieldManagerKey = "__fieldManager";

/** What the state remembers of a resource, besides its inputs. */
export interface Checkpoint {
    /** What the program asked for, plain. */
    inputs: JsonObject;
    /** The object as last seen, plain. Empty for a resource that was never seen. */
    live: JsonObject;
    initialApiVersion?: string;
    fieldManager?: string;
}

/**
 * Builds the outputs of a resource: the live object, with secrets marked, and the bookkeeping.
 *
 * @param inputs plain inputs.
 * @param markedInputs the inputs as the engine sent them, which tell what is secret.
 */
export function toOutputs(
    inputs: JsonObject,
    live: KubeObject,
    markedInputs: PropertyMap,
    bookkeeping: { initialApiVersion: string; fieldManager: string },
): PropertyMap {
    return {
        ...markSecrets(toSdkNames(live), markedInputs),
        [inputsKey]: markSecrets(toSdkNames(inputs), markedInputs),
        [initialApiVersionKey]: bookkeeping.initialApiVersion,
        [fieldManagerKey]: bookkeeping.fieldManager,
    };
}

/** Reads what {@link toOutputs} wrote. */
export function fromOutputs(outputs: PropertyMap): Checkpoint {
    const {
        [inputsKey]: inputs,
        [initialApiVersionKey]: initialApiVersion,
        [fieldManagerKey]: fieldManager,
        ...live
    } = fromSdkNames(reveal(outputs) as JsonObject);
    return {
        inputs: isMap<JsonObject>(inputs) ? inputs : {},
        live,
        initialApiVersion: typeof initialApiVersion === "string" ? initialApiVersion : undefined,
        fieldManager: typeof fieldManager === "string" ? fieldManager : undefined,
    };
}

/** SDK property names cannot have dashes; these fields of a CRD's schema do in Kubernetes. */
const dashedNames = new Map(
    [
        ...["x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys"],
        ...["x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields"],
        "x-kubernetes-validations",
    ].map((name) => [name.replace(/-/g, "_"), name]),
);
const sdkNames = new Map([...dashedNames].map(([sdkName, name]) => [name, sdkName]));

/** Renames a CRD schema's `x_kubernetes_...` fields to what Kubernetes calls them. */
export function fromSdkNames(object: JsonObject): JsonObject {
    return rename(object, dashedNames) as JsonObject;
}

/** The reverse of {@link fromSdkNames}. */
export function toSdkNames(object: JsonObject): JsonObject {
    return rename(object, sdkNames) as JsonObject;
}

function rename(value: Json, names: Map<string, string>): Json {
    if (Array.isArray(value)) {
        return value.map((item) => rename(item, names));
    }
    if (!isMap<JsonObject>(value)) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [names.get(name) ?? name, rename(item, names)]),
    );
}
