import { parse } from "yaml";
import { deepMerge, isObject } from "../../components/settings/merge";

/**
 * Reads `path=value` pairs as `pulumi config set --path` would: dots go into objects, and values are YAML.
 *
 * @throws Error naming the pair that is none.
 */
export function parseOverrides(pairs: readonly string[]): Record<string, unknown> {
    return pairs.reduce<Record<string, unknown>>((config, pair) => {
        const separator = pair.indexOf("=");
        const keys = pair.slice(0, separator).split(".");
        if (separator < 1 || keys.some((key) => key === "")) {
            throw new Error(
                `--config: ${JSON.stringify(pair)} is not allowed; allowed: path=value, e.g. extProc.enabled=true.`,
            );
        }
        const value: unknown = parse(pair.slice(separator + 1));
        const merged = deepMerge(
            config,
            keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
        );
        return isObject(merged) ? merged : {};
    }, {});
}
