import { z } from "zod";
import { settingsSchema } from "./schema";

/** One setting, as the table in docs/settings.md lists it. */
export interface SettingDoc {
    /** As `pulumi config set --path` names it, e.g. `replicas.decode`. */
    name: string;
    /** JSON of the default, or undefined where there is none. */
    default?: string;
    allowed: string;
    description: string;
}

interface JsonSchema {
    properties?: Record<string, JsonSchema>;
    default?: unknown;
    description?: string;
    allowed?: string;
}

/** Every setting of the stack, in the schema's order. */
export function documentSettings(): SettingDoc[] {
    return leaves(z.toJSONSchema(settingsSchema, { io: "input" }) as JsonSchema, []);
}

function leaves(schema: JsonSchema, path: string[]): SettingDoc[] {
    // What says of itself what may stand there is one setting, such as an Affinity, whatever fields it has.
    if (schema.properties !== undefined && schema.allowed === undefined) {
        return Object.entries(schema.properties).flatMap(([key, child]) => leaves(child, [...path, key]));
    }
    return [
        {
            name: path.join("."),
            ...(schema.default !== undefined && { default: JSON.stringify(schema.default) }),
            allowed: schema.allowed ?? "",
            description: schema.description ?? "",
        },
    ];
}

/** The table of the settings, in Markdown. */
export function settingsTable(): string {
    const cell = (text: string) => text.replaceAll("|", "\\|");
    const rows = documentSettings().map(
        (setting) =>
            `| \`${setting.name}\` | ${setting.default === undefined ? "none" : `\`${setting.default}\``} | ${cell(setting.allowed)} | ${cell(setting.description)} |`,
    );
    return ["| setting | default | allowed | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
