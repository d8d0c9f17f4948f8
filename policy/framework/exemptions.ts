import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";

/** The setting that every rule has besides its own. */
export interface ExemptionConfig {
    exempt?: readonly string[];
}

export const exemptSchema: PolicyConfigJSONSchema = {
    type: "array",
    items: { type: "string" },
    description:
        "Resources whose violations are advice only, as `<Kind> <namespace>/<name>`; `*` stands for any text.",
};

/** Whether a resource, as a finding names it, is one of those exempted. */
export function isExempt(subject: string, { exempt = [] }: ExemptionConfig): boolean {
    return exempt.some((pattern) => matches(pattern, subject));
}

function matches(pattern: string, subject: string): boolean {
    const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${literal.join(".*")}$`).test(subject);
}
