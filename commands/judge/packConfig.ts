import * as fs from "fs";
import Ajv from "ajv";
import type { ExemptionConfig } from "../../policy/framework/exemptions";
import type { Rule } from "../../policy/framework/rule";
import { configOf, configSchema } from "../../policy/framework/ruleConfig";
import { messageOf, UsageError } from "../shared/errors";
import { judgedBy } from "./rules";

const levels = ["advisory", "mandatory", "disabled"] as const;

type Level = (typeof levels)[number];

/** What a pack's config makes of a rule. */
export interface RuleSettings {
    level: Level;
    config: object & ExemptionConfig;
}

/** What `--policy-pack-config` takes for a rule: its level, or its settings with the level among them. */
type Given = Level | ({ enforcementLevel?: Level } & Record<string, unknown>);

/**
 * Reads a config as the engine takes it for the policy pack.
 *
 * @throws UsageError naming the rule and the setting that cannot be used.
 */
export function readPackConfig(file: string): (rule: Rule) => RuleSettings {
    const { all, ...own } = readConfig(file);
    for (const name of Object.keys(own)) {
        if (!judgedBy.some((rule) => rule.name === name)) {
            throw new UsageError(
                `--config: ${name} is no rule; allowed: all, ${judgedBy.map((rule) => rule.name).join(", ")}.`,
            );
        }
    }
    const settings = new Map(judgedBy.map((rule) => [rule, settingsOf(rule, own[rule.name], all)]));
    return (rule) => settings.get(rule)!;
}

function readConfig(file: string): Record<string, Given> {
    let config: unknown;
    try {
        config = JSON.parse(fs.readFileSync(file, "utf8"));
    } catch (error) {
        throw new UsageError(`--config: ${file} cannot be read as JSON: ${messageOf(error)}`, {
            cause: error,
        });
    }
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
        throw new UsageError(`--config: ${file} is no JSON object; allowed: settings by the names of rules.`);
    }
    return config as Record<string, Given>;
}

function settingsOf(rule: Rule, own: Given | undefined, all: Given | undefined): RuleSettings {
    const { enforcementLevel: level, ...config } = { ...asObject(all), ...asObject(own) };
    const ajv = new Ajv({ allErrors: false });
    const isValid = ajv.compile({
        type: "object",
        additionalProperties: false,
        properties: { ...configSchema(rule).properties, enforcementLevel: { enum: levels } },
    });
    if (!isValid({ ...config, ...(level !== undefined && { enforcementLevel: level }) })) {
        const [error] = isValid.errors ?? [];
        const setting = [rule.name, ...(error?.instancePath.split("/").slice(1) ?? [])].join(".");
        throw new UsageError(
            `--config: ${setting} ${error?.message ?? ""}: ${JSON.stringify(error?.params)}.`,
        );
    }
    return { level: level ?? rule.enforcementLevel, config: configOf(rule, config) };
}

function asObject(given: Given | undefined): { enforcementLevel?: Level } & Record<string, unknown> {
    return typeof given === "string" ? { enforcementLevel: given } : { ...given };
}
