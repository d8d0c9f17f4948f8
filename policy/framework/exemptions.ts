import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";

/** The setting that every rule has besides its own. */
export interface ExemptionConfig {
    exempt?: readonly string[];
}

export const exemptSchema: PolicyConfigJSONSchema = {
    type: "array",
    items: { type: "string", maxLength: 1000 },
    description:
        "Resources whose violations are advice only, as `<Kind> <namespace>/<name>`; `*` stands for any text.",
};

/** Whether a resource, as a finding names it, is one of those exempted. */
export function isExempt(subject: string, { exempt = [] }: ExemptionConfig): boolean {
    return exempt.some((pattern) => matches(pattern, subject));
}

/**
 * Compares from left to right, each part between two `*` at the first place where it fits, in time that the lengths of
 * both bound: a pattern with several `.*` would try every way to share the text out among them.
 */
function matches(pattern: string, subject: string): boolean {
    const [first = "", ...others] = pattern.split("*");
    const last = others.pop();
    if (last === undefined) {
        return subject === pattern;
    }
    if (!subject.startsWith(first) || !subject.endsWith(last)) {
        return false;
    }
    let from = first.length;
    for (const part of others) {
        const found = subject.indexOf(part, from);
        if (found < 0) {
            return false;
        }
        from = found + part.length;
    }
    return from + last.length <= subject.length;
}
