import type { GroupKind } from "../../../objects/kubernetesObject";
import { nearest } from "../../../releases";
import type { Packed } from "./packed";
import { kubernetes, packedOf } from "./packed";

/** An object's kind in the version that its apiVersion names. */
export interface VersionedKind extends GroupKind {
    readonly version: string;
}

/** The schema of a kind; or what is wrong with the kind; or nothing, for a group of which no schemas are known. */
export type Found =
    | { readonly packed: Packed; readonly place: number }
    | { readonly field: "kind" | "apiVersion"; readonly message: string; readonly isCertain: boolean }
    | undefined;

/**
 * Looks up the schema of a kind.
 *
 * What a group of Kubernetes' own does not have is wrong, because nobody else can add to it. A release of a CRD may have had
 * other kinds and versions than ours, so that of those only one that is misspelt in its letters' case is.
 */
export function schemaOf({ group, kind, version }: VersionedKind): Found {
    const packed = packedOf(group) ?? packedOf(kubernetes);
    const kinds = packed?.kinds[group];
    if (!packed || !kinds) {
        return undefined;
    }
    const isOwn = packed === packedOf(kubernetes);
    const versions = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (!versions) {
        const known = Object.keys(kinds);
        const misspelt = known.find((name) => name.toLowerCase() === kind.toLowerCase());
        return {
            field: "kind",
            message: `${kind} is none of ${described(group)} that is known; the nearest is ${misspelt ?? nearest(kind, known)}`,
            isCertain: isOwn || misspelt !== undefined,
        };
    }
    const place = Object.hasOwn(versions, version) ? versions[version] : undefined;
    return place === undefined
        ? {
              field: "apiVersion",
              message: `${group && `${group}/`}${version} has no ${kind} that is known; known: ${Object.keys(versions).join(", ")}`,
              isCertain: isOwn,
          }
        : { packed, place };
}

function described(group: string): string {
    return group === "" ? "the core group" : `group ${group}`;
}
