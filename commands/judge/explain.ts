import type { Rule } from "../../policy/framework/rule";
import { configSchema } from "../../policy/framework/ruleConfig";

/** What a rule is, in Markdown: what it checks, what to do about it, how it is set, and how to exempt an object. */
export function explain(rule: Rule): string {
    const { name, description, severity, enforcementLevel, remediationSteps, checkResource, checkStack } =
        rule;
    const judges = [
        ...(checkResource ? ["each object by itself"] : []),
        ...(checkStack ? ["all objects together"] : []),
    ];
    const settings = Object.entries(configSchema(rule).properties).map(
        ([key, { description: meaning, default: value }]) =>
            `- \`${key}\`: \`${JSON.stringify(value)}\`${meaning === undefined ? "" : `: ${meaning}`}`,
    );
    return [
        `## ${name}`,
        description,
        `${capitalized(enforcementLevel)}, ${severity}; judges ${judges.join(" and ")}.`,
        `**Fix.** ${remediationSteps}`,
        ["**Config**, with its defaults:", "", ...settings].join("\n"),
        `**Exempt** an object: \`{ "${name}": { "exempt": ["Service example/name"] } }\`.`,
    ].join("\n\n");
}

function capitalized(text: string): string {
    return text.slice(0, 1).toUpperCase() + text.slice(1);
}
