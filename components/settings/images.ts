import { atRegistry, parseImage, replacementOf, routingSidecarImage } from "../../releases";
import type { Model, Settings } from "./schema";
import { releasesOf, versionsOf } from "./versions";

/** The images that a model's pods run, from the registry that is set; the sidecar's by default goes with the EPP. */
export function imagesOf(model: Model): { epp: string; simulator: string; sidecar: string } {
    const { images } = model;
    const sidecar = images.sidecar ?? routingSidecarImage(releasesOf(model).epp, versionsOf(model).epp ?? "");
    return {
        epp: atRegistry(images.epp, images.registry),
        simulator: atRegistry(images.simulator, images.registry),
        sidecar: atRegistry(sidecar, images.registry),
    };
}

/** What will not work everywhere, and is allowed all the same: one sentence for each image. */
export function imageWarnings({ models }: Settings): string[] {
    return [...new Set(models.map((model) => imagesOf(model).epp))].flatMap((image) => {
        const replacement = replacementOf(parseImage(image));
        return replacement === undefined
            ? []
            : [
                  `images.epp: ${image} is of a package that is closed to anonymous pulls; use ${replacement}, or a mirror (images.registry).`,
              ];
    });
}
