import { nearest } from "./nearest";

/** Something that an EPP would refuse or silently ignore in an EndpointPickerConfig. */
export interface ConfigProblem {
    readonly id: ConfigProblemId;
    /** Where it is, e.g. `plugins.0.parameters.blockSize`; empty for the whole configuration. */
    readonly path: string;
    /** A sentence that names the plugin or the profile. */
    readonly message: string;
}

export type ConfigProblemId =
    | "shape"
    | "api-version"
    | "kind"
    | "feature-gate"
    | "plugin-type"
    /** Known, but not loaded without `--allow-experimental-plugins`. */
    | "plugin-experimental"
    | "plugin-name"
    /** Ignored: what it was to change stays as it is. */
    | "parameter"
    /** Refused at start, where decoding is strict. */
    | "parameter-refused"
    | "block-refused"
    /**
     * Blocks of another size than the model servers' are never found in their caches, or, where the EPP remembers by
     * itself what it sent where, are not the units in which they are cached.
     */
    | "block-size"
    /** Tokens that no model server makes are in no model server's cache. */
    | "estimated-tokens"
    /** What it knows is not what decides. */
    | "unread-producer"
    | "profile-name"
    | "plugin-ref"
    | "weight"
    /** Ignored, because only scorers have weights. */
    | "weight-ignored"
    | "pickers"
    | "profile-handlers";

/** A reference to a plugin that the configuration does not list. */
export function unresolved(
    pluginRef: string,
    path: string,
    at: string,
    names: readonly string[],
): ConfigProblem {
    const hint = names.length > 0 ? `; the nearest is ${nearest(pluginRef, names)}` : "";
    return {
        id: "plugin-ref",
        path,
        message: `${at}: pluginRef ${pluginRef} is no entry of plugins${hint}.`,
    };
}
