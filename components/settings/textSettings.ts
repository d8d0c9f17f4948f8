import { z } from "zod";
import { allowedAt, schemasAt } from "./errors";
import { modelSchema } from "./modelSchema";
import { settingsSchema } from "./schema";

/** The schemas that lead to a setting, those of a model's own among them, and whether the last one is the setting's. */
function placesOf(path: readonly string[]): { places: z.ZodType[]; isFound: boolean } {
    const [schema, inner] =
        path[0] === "models" && path.length > 2 ? [modelSchema, path.slice(2)] : [settingsSchema, path];
    const places = schemasAt(schema, inner);
    return { places, isFound: places.length === inner.length + 1 };
}

/** Whether a setting is text, so that `0123` and `1e3` are no numbers there. */
export function isTextSetting(path: readonly string[]): boolean {
    const { places, isFound } = placesOf(path);
    const place = places.at(-1);
    return isFound && (place instanceof z.ZodString || place instanceof z.ZodURL);
}

/** What may stand in a setting, as an error message says it. */
export function allowedIn(path: readonly string[]): string {
    return allowedAt(placesOf(path).places);
}
