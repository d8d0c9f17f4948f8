import * as path from "path";
import { isObject } from "../../objects/json";
import { messageOf, UsageError } from "./errors";
import { readSettingsFile, readSettingsYaml } from "./settingsYaml";

/** Reads what `Pulumi.yaml` and `Pulumi.<stack>.yaml` say, as Pulumi does. */

/** @throws UsageError for a file that is no YAML mapping. */
export function readYaml(root: string, file: string): Record<string, unknown> {
    try {
        return mapping(file, "the file", readSettingsYaml(readSettingsFile(path.join(root, file))));
    } catch (error) {
        if (error instanceof UsageError) {
            throw error;
        }
        throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
    }
}

/** @throws UsageError for a value that is there and is no mapping. */
export function mapping(file: string, what: string, value: unknown): Record<string, unknown> {
    if (value === undefined || value === null) {
        return {};
    }
    if (!isObject(value)) {
        // The value may be a secret, or the whole file.
        throw new UsageError(`${file}: ${what} is no YAML mapping; allowed: a YAML mapping.`);
    }
    return value;
}

/** What `Pulumi.yaml` declares of its config: `value`, or else `default`. */
export function defaultsOf(projectFile: Record<string, unknown>): Record<string, unknown> {
    const declared = Object.entries(mapping("Pulumi.yaml", "config", projectFile.config));
    return Object.fromEntries(
        declared.flatMap(([key, declaration]) => {
            const value = isObject(declaration) ? (declaration.value ?? declaration.default) : declaration;
            return value === undefined ? [] : [[key, value]];
        }),
    );
}

/** How Pulumi writes an encrypted value: a mapping with the one key `secure`. */
export function isSecret(value: unknown): boolean {
    return isObject(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** The paths of all secrets, as `pulumi config set --path` names them. */
export function secretsIn(value: unknown, at: readonly string[]): string[] {
    if (isSecret(value)) {
        return [at.join(".")];
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, [...at, key]));
}
