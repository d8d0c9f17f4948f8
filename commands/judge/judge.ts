import { StackIndex } from "../../objects/stackIndex";
import { each, isolated } from "../../policy/framework/finding";
import { reportsOf } from "../../policy/framework/reports";
import type { Rule } from "../../policy/framework/rule";
import { configOf } from "../../policy/framework/ruleConfig";
import { rules } from "../../policy/rules";
import type { Manifest } from "./manifests";
import type { RuleSettings } from "./packConfig";
import type { Judgement } from "./reports/report";

/** What a rule is without a config of the pack. */
export function ownSettings(rule: Rule): RuleSettings {
    return { level: rule.enforcementLevel, config: configOf(rule, {}) };
}

/**
 * Judges objects by the rules of the policy pack, as the engine would have them judged at the end of an `up`.
 *
 * @param settings what the pack's config makes of each rule.
 */
export function judge(manifests: readonly Manifest[], settings: (rule: Rule) => RuleSettings): Judgement[] {
    const objects = manifests.map(({ object }) => object);
    const byObject = new Map(manifests.map((manifest) => [manifest.object, manifest]));
    const index = new StackIndex(objects);
    return rules.flatMap((rule) => {
        const { level, config } = settings(rule);
        if (level === "disabled") {
            return [];
        }
        const { checkResource, checkStack } = rule;
        const findings = [
            ...(checkResource ? each(objects, (object) => checkResource(object, config)) : []),
            ...(checkStack ? isolated(() => checkStack(index, config)) : []),
        ];
        return [...reportsOf(rule, config, findings)].map(({ object, message, advisory, fix }): Judgement => {
            const manifest = object && byObject.get(object);
            return {
                rule,
                level: advisory ? "advisory" : level,
                message,
                subject: object?.toString(),
                at: manifest?.locate(fieldIn(message)),
                manifest,
                fix: fix && (() => fix(index)),
            };
        });
    });
}

/** The first field that a message names, by its path from the top of the object; empty for none. */
function fieldIn(message: string): string {
    return (
        /(?<![\w/.-])(?:spec|metadata|data|rules|subjects|roleRef|status)(?:\.[\w-]+)+/.exec(message)?.[0] ??
        ""
    );
}
