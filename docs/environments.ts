import * as fs from "fs";
import * as path from "path";
import { readStackConfig } from "../commands/render/stackConfig";
import type { SettingsInput } from "../components/settings";
import { settingsFrom } from "../components/settings";
import { documentSettings } from "../components/settings/document";
import { rules } from "../policy/rules";

/** The tables of `docs/environments.md`, made of the environments' files. */

const root = path.resolve(__dirname, "..");

/** The environments that the project comes with, in the order in which a change goes through them. */
export const environments = ["dev", "staging", "prod"] as const;

/** One of {@link environments}. */
export type Environment = (typeof environments)[number];

/** Levels that a file of `policy/config` gives to rules, by the rule's name. */
export type PolicyLevels = Record<string, "advisory" | "mandatory">;

/** What an environment's file says, over the project's defaults. */
export function configOf(environment: Environment): SettingsInput {
    return readStackConfig(root, environment).config;
}

/** What a file of `policy/config` says of a rule: its level alone, or that with settings. */
type RulePolicy =
    PolicyLevels[string] | ({ enforcementLevel: PolicyLevels[string] } & Record<string, unknown>);

function policiesOf(environment: Environment): Record<string, RulePolicy> {
    const file = path.join(root, "policy/config", `${environment}.json`);
    return JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, RulePolicy>;
}

/** The levels that the environment's config of the policy pack gives. */
export function policyLevelsOf(environment: Environment): PolicyLevels {
    return Object.fromEntries(
        Object.entries(policiesOf(environment)).map(([rule, policy]) => [
            rule,
            typeof policy === "string" ? policy : policy.enforcementLevel,
        ]),
    );
}

/** The settings of a rule in the environment's config of the policy pack. */
export function policySettingsOf(environment: Environment, rule: string): Record<string, unknown> {
    const policy = policiesOf(environment)[rule];
    return typeof policy === "object" ? policy : {};
}

/**
 * Writes the tables anew between their markers.
 *
 * @throws Error when the text has lost a marker.
 */
export function withEnvironmentTables(text: string): string {
    return within("policies", policyTable(), within("settings", settingTable(), text));
}

function within(name: string, table: string, text: string): string {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) {
        throw new Error(`docs/environments.md: no ${begin} ... ${end} to write a table into`);
    }
    const kept = `<!-- prettier-ignore-start -->\n${table}\n<!-- prettier-ignore-end -->`;
    return `${text.slice(0, from + begin.length)}\n\n${kept}\n\n${text.slice(to)}`;
}

/** The settings that some environment has otherwise than by default. */
function settingTable(): string {
    const configs = [{}, ...environments.map(configOf)];
    // The one model that there is without `models` is made of the other settings.
    const inForce = configs.map((config) => ({ ...settingsFrom(config), models: config.models ?? {} }));
    const rows = documentSettings()
        .map(({ name }) => [name, ...inForce.map((settings) => valueAt(settings, name))])
        .filter(([, ...values]) => new Set(values).size > 1);
    return markdownTable(["setting", "default", ...environments], rows);
}

/** The rules that some environment has at another level than the pack's own, and their settings that differ. */
function policyTable(): string {
    const levels = environments.map(policyLevelsOf);
    const rows = rules
        .flatMap(({ name, enforcementLevel, config }) => [
            [name, enforcementLevel, ...levels.map((own) => own[name] ?? enforcementLevel)],
            ...Object.entries((config?.defaults ?? {}) as Record<string, unknown>).map(([setting, value]) => [
                `${name}.${setting}`,
                ...[value, ...environments.map((own) => policySettingsOf(own, name)[setting] ?? value)].map(
                    (each) => JSON.stringify(each),
                ),
            ]),
        ])
        .filter(([, ...values]) => new Set(values).size > 1);
    return markdownTable(["rule", "pack's own", ...environments], rows);
}

/** The value of a setting, in JSON, by the name that `documentSettings` gives it. */
function valueAt(settings: object, name: string): string {
    const value = name
        .split(".")
        .reduce<unknown>((outer, key) => (outer as Record<string, unknown> | undefined)?.[key], settings);
    return JSON.stringify(value) ?? "none";
}

function markdownTable(head: string[], rows: string[][]): string {
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
    const code = (cells: string[]) => cells.map((cell) => `\`${cell.replaceAll("|", "\\|")}\``);
    return [line(head), line(head.map(() => "---")), ...rows.map((cells) => line(code(cells)))].join("\n");
}
