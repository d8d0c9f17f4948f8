import { z } from "zod";

const listed = z.looseObject({ plugins: z.array(z.unknown()) });
const typed = z.looseObject({ type: z.string() });

/** A plugin as a configuration lists it, with what else stands there. */
export type ConfiguredPlugin = z.output<typeof typed>;

/** The plugins of an EndpointPickerConfig, in its order, whatever shape the rest has: `undefined` keeps a place. */
export function configuredPlugins(config: unknown): readonly (ConfiguredPlugin | undefined)[] {
    return (listed.safeParse(config).data?.plugins ?? []).map((plugin) => typed.safeParse(plugin).data);
}

/** The plugins that run a prefill and a decode profile for one request; the second name is of llm-d's EPP 0.8. */
const profileHandlers = ["pd-profile-handler", "disagg-profile-handler"];

/**
 * Whether an EndpointPickerConfig tells prefill from decode pods: a handler that runs a profile for each role, and a
 * filter by role for each.
 */
export function separatesRoles(config: unknown): boolean {
    const types = configuredPlugins(config).map((plugin) => plugin?.type ?? "");
    return (
        profileHandlers.some((handler) => types.includes(handler)) &&
        ["decode-filter", "prefill-filter"].every((filter) => types.includes(filter))
    );
}
