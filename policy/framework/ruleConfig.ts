import type { PolicyConfigSchema } from "@pulumi/policy";
import type { ExemptionConfig } from "./exemptions";
import { exemptSchema } from "./exemptions";
import type { Rule } from "./rule";

/** The JSON schema of a rule's settings, with their defaults. */
export function configSchema<C extends object>({ config }: Rule<C>): PolicyConfigSchema {
    const properties: PolicyConfigSchema["properties"] = { exempt: { ...exemptSchema, default: [] } };
    for (const [key, schema] of Object.entries(config?.schema ?? {})) {
        const value = (
            config?.defaults as Record<string, PolicyConfigSchema["properties"][string]["default"]>
        )[key];
        properties[key] = { ...(schema as object), default: value };
    }
    return { properties };
}

/** A rule's settings: what is given, over the defaults. */
export function configOf<C extends object>(rule: Rule<C>, given: object): C & ExemptionConfig {
    return { ...rule.config?.defaults, ...given } as C & ExemptionConfig;
}
