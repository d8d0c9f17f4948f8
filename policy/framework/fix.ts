import type { KubernetesObject, PlainObject } from "../../objects/kubernetesObject";
import type { StackIndex } from "../../objects/stackIndex";

/** A field, and what it has to be. */
export interface FieldEdit {
    /** From the top of the object; positions in lists as digits. */
    readonly steps: readonly string[];
    readonly value: unknown;
}

/** Fields of the object that a violation is about, or an object that is missing. */
export type Fix =
    | { readonly edits: readonly FieldEdit[] }
    | {
          readonly add: PlainObject;
          /** What it belongs to, the nearest first. */
          readonly beside: readonly KubernetesObject[];
      };

/**
 * What puts a violation right. A rule has one only where exactly one change does: not where something else could be
 * what was meant, nor where the change takes a decision, such as giving rights.
 *
 * @returns undefined where the rest of the objects leaves more than one change, or none.
 */
export type FixOf = (index: StackIndex) => Fix | undefined;

/** The change of one field, by its path as messages have it. */
export function setField(path: string, value: unknown): Fix {
    return { edits: [{ steps: path.split("."), value }] };
}
