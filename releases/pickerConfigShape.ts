import { z } from "zod";

const pluginSchema = z.looseObject({
    name: z.string().nullish(),
    type: z.string(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
});

const profileSchema = z.looseObject({
    name: z.string(),
    plugins: z.array(z.looseObject({ pluginRef: z.string(), weight: z.number().nullish() })),
});

/** An EndpointPickerConfig, as far as it is judged. */
export const configSchema = z.looseObject({
    apiVersion: z.string(),
    kind: z.string(),
    featureGates: z.array(z.string()).nullish(),
    plugins: z.array(pluginSchema),
    schedulingProfiles: z.array(profileSchema).nullish(),
});

export type Config = z.output<typeof configSchema>;
export type Plugin = z.output<typeof pluginSchema>;
export type Profile = z.output<typeof profileSchema>;

/** A plugin without a name is called by its type. */
export function nameOf(plugin: Plugin): string {
    return plugin.name || plugin.type;
}
