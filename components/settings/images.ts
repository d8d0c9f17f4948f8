import { atRegistry, parseImage, replacementOf } from "../../releases";
import type { Model, Settings } from "./schema";

/** The images that a model's pods run, from the registry that is set. */
export function imagesOf({ images }: Model): { epp: string; simulator: string } {
    return {
        epp: atRegistry(images.epp, images.registry),
        simulator: atRegistry(images.simulator, images.registry),
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
