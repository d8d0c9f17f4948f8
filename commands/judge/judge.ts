import { StackIndex } from "../../objects/stackIndex";
import { each, isolated } from "../../policy/framework/finding";
import { reportsOf } from "../../policy/framework/reports";
import type { Rule } from "../../policy/framework/rule";
import { configOf } from "../../policy/framework/ruleConfig";
import type { Manifest } from "./manifests";
import type { RuleSettings } from "./packConfig";
import { judgedBy } from "./rules";
import { schema } from "./schema";
import type { Judgement } from "./reports/report";

/** What a rule is without a config of the pack. */
export function ownSettings(rule: Rule): RuleSettings {
    return { level: rule.enforcementLevel, config: configOf(rule, {}) };
}

/**
 * Judges objects by their schemas, and by the rules of the policy pack as the engine would have them judged at the end of an
 * `up`. What an API server has taken needs no schema.
 *
 * @param settings what the pack's config makes of each rule.
 * @param isWhole whether the manifests are all that there is, so that what is not among them is nowhere.
 */
export function judge(
    manifests: readonly Manifest[],
    settings: (rule: Rule) => RuleSettings,
    isWhole: boolean,
): Judgement[] {
    const objects = manifests.map(({ object }) => object);
    const unserved = manifests.filter(({ served }) => !served).map(({ object }) => object);
    const byObject = new Map(manifests.map((manifest) => [manifest.object, manifest]));
    const index = new StackIndex(objects);
    return judgedBy.flatMap((rule) => {
        const { level, config } = settings(rule);
        if (level === "disabled") {
            return [];
        }
        const { checkResource, checkStack } = rule;
        const findings = [
            ...(checkResource
                ? each(rule === schema ? unserved : objects, (object) => checkResource(object, config))
                : []),
            ...(checkStack ? isolated(() => checkStack(index, config)) : []),
        ];
        return [...reportsOf(rule, config, findings, isWhole)].map((report): Judgement => {
            const { object, message, path, decidedBy, advisory, fix } = report;
            const manifest = object && byObject.get(object);
            return {
                rule,
                level: advisory ? "advisory" : level,
                message,
                subject: object?.toString(),
                at: manifest?.locate(path ?? fieldIn(message)),
                decidedBy,
                manifest,
                fix: fix && (() => fix(index)),
            };
        });
    });
}

/** The first field that a message names, by its path from the top of the object; empty for none. */
function fieldIn(message: string): string[] {
    const [field] =
        /(?<![\w/.-])(?:spec|metadata|data|rules|subjects|roleRef|status)(?:\.[\w-]+)+/.exec(message) ?? [];
    return field?.split(".") ?? [];
}
