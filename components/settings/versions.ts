import type { EppRelease, SimulatorRelease } from "../../releases";
import { findEpp, findSimulator, parseImage } from "../../releases";
import type { Model } from "./schema";

/** The versions of a model's images: as set, or as their tags tell. */
export function versionsOf({ images }: Model): { epp?: string; simulator?: string } {
    return {
        epp: images.eppVersion ?? parseImage(images.epp).version,
        simulator: images.simulatorVersion ?? parseImage(images.simulator).version,
    };
}

/**
 * What a model's images can do.
 *
 * @throws Error for a version that no release has, which checked settings never name.
 */
export function releasesOf(model: Model): { epp: EppRelease; simulator: SimulatorRelease } {
    const versions = versionsOf(model);
    const epp = findEpp(versions.epp ?? "");
    const simulator = findSimulator(versions.simulator ?? "");
    if (epp === undefined || simulator === undefined) {
        throw new Error(`unknown version: EPP ${versions.epp ?? ""}, simulator ${versions.simulator ?? ""}`);
    }
    return { epp, simulator };
}
