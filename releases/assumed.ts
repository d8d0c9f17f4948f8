import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import type { Image } from "./images";
import { findEpp } from "./versions";

/** Versions that are taken for those of images which do not tell theirs, e.g. `0.7.1`. */
export interface AssumedReleases {
    readonly epp?: string;
    readonly simulator?: string;
}

/** GIE's own image of the endpoint picker, which carries GIE's version. */
const gieImage = "epp";

/** The simulator's image. */
const simulatorImage = "llm-d-inference-sim";

/**
 * What an endpoint picker's image accepts; `undefined` where its tag does not tell, or tells a version that is not listed.
 * What is assumed counts for an image without a version, and for one of another name, whose versions are its maker's.
 */
export function eppReleaseOf(image: Image, { epp }: AssumedReleases): EppRelease | undefined {
    const isPublished =
        image.name === gieImage || eppReleases.some((release) => release.image === image.name);
    if (epp !== undefined && (image.minor === undefined || !isPublished)) {
        return findEpp(epp);
    }
    const key = image.name === gieImage ? "gie" : "minor";
    return eppReleases.find((release) => release[key] === image.minor);
}

/** The version that a simulator's image is of, known or not; what is assumed counts as for {@link eppReleaseOf}. */
export function simulatorVersionOf(image: Image, { simulator }: AssumedReleases): string | undefined {
    const tells = image.version !== undefined && image.name === simulatorImage;
    return tells ? image.version : (simulator ?? image.version);
}
