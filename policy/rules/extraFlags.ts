import type { RuleConfig } from "../framework/rule";

/** Settings of a rule that knows the flags of releases. */
export interface ExtraFlagsConfig {
    extraFlags: string[];
}

/** What a program of one's own takes besides. */
export const extraFlagsConfig: RuleConfig<ExtraFlagsConfig> = {
    defaults: { extraFlags: [] },
    schema: {
        extraFlags: {
            type: "array",
            items: { type: "string" },
            description: "Flags, without dashes, that a build of your own accepts besides the release's.",
        },
    },
};
