import { z } from "zod";
import { schemasAt } from "./errors";
import { modelSchema } from "./modelSchema";
import { settingsSchema } from "./schema";

/** Whether a setting is text, so that `0123` and `1e3` are no numbers there. */
export function isTextSetting(path: readonly string[]): boolean {
    const [schema, inner] =
        path[0] === "models" && path.length > 2 ? [modelSchema, path.slice(2)] : [settingsSchema, path];
    const places = schemasAt(schema, inner);
    const place = places.at(-1);
    return places.length === inner.length + 1 && (place instanceof z.ZodString || place instanceof z.ZodURL);
}
