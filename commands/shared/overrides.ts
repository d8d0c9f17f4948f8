import { isTextSetting } from "../../components/settings";
import { deepMerge } from "../../objects/merge";
import { isObject } from "../../objects/json";
import { messageOf } from "./errors";
import { readSettingsYaml } from "./settingsYaml";

/**
 * Reads `path=value` pairs: dots go into objects, and values are YAML. A setting that is text is taken as it is written,
 * so that a password of digits stays one; quotes around the whole of it are none of it.
 *
 * @throws Error naming the setting of the pair that is none. A value is in no message: it may be a secret.
 */
export function parseOverrides(pairs: readonly string[]): Record<string, unknown> {
    return pairs.reduce<Record<string, unknown>>((config, pair) => {
        const separator = pair.indexOf("=");
        const keys = pair.slice(0, separator).split(".");
        if (separator < 1 || keys.some((key) => key === "")) {
            const setting = /^[\w.-]*/.exec(pair)![0].slice(0, 100);
            throw new Error(
                `--config: ${JSON.stringify(setting)} is not allowed; allowed: path=value, e.g. extProc.enabled=true.`,
            );
        }
        const merged = deepMerge(
            config,
            keys.reduceRight<unknown>(
                (inner, key) => ({ [key]: inner }),
                valueOf(keys, pair.slice(separator + 1)),
            ),
        );
        return isObject(merged) ? merged : {};
    }, {});
}

function valueOf(keys: readonly string[], text: string): unknown {
    if (isTextSetting(keys)) {
        return unquoted(text);
    }
    try {
        return readSettingsYaml(text, (inner) => isTextSetting([...keys, ...inner]));
    } catch (error) {
        throw new Error(`--config: ${keys.join(".")}: ${messageOf(error)}`, { cause: error });
    }
}

function unquoted(text: string): string {
    const [, quote, inner = ""] = /^(["'])(.*)\1$/s.exec(text) ?? [];
    return quote === undefined ? text : inner;
}

/**
 * The pairs of one text, with white space between them. White space within quotes around a value, or within the brackets
 * of a list or an object, is part of it; nothing is expanded.
 */
export function splitPairs(text: string): string[] {
    const pairs: string[] = [];
    let rest = text.trimStart();
    while (rest !== "") {
        const end = endOfPair(rest);
        pairs.push(rest.slice(0, end));
        rest = rest.slice(end).trimStart();
    }
    return pairs;
}

/** Where the first pair of a text ends. */
function endOfPair(text: string): number {
    const plain = /^\S*/.exec(text)![0].length;
    const value = text.indexOf("=") + 1;
    if (value === 0 || value > plain) {
        return plain;
    }
    const first = text[value];
    if (first === '"' || first === "'") {
        const close = text.slice(value + 1).search(first === '"' ? /"(?=\s|$)/ : /'(?=\s|$)/);
        return close < 0 ? plain : value + 1 + close + 1;
    }
    return first === "{" || first === "[" ? (endOfBrackets(text, value) ?? plain) : plain;
}

/** Behind the bracket that closes the one at `start`, brackets in quotes not counted; undefined where there is none. */
function endOfBrackets(text: string, start: number): number | undefined {
    let depth = 0;
    let quote: string | undefined;
    for (let at = start; at < text.length; at += 1) {
        const character = text[at]!;
        if (quote !== undefined) {
            quote = character === quote ? undefined : quote;
        } else if (character === '"' || character === "'") {
            quote = character;
        } else if ("{[".includes(character)) {
            depth += 1;
        } else if ("}]".includes(character)) {
            depth -= 1;
            if (depth === 0) {
                return at + 1;
            }
        }
    }
    return undefined;
}

/** The words of a text as a shell has them, but for everything that a shell expands: quotes and backslashes alone count. */
export function splitWords(text: string): string[] {
    const words = text.matchAll(/(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*'|["'\\])+/g);
    return [...words].map(([word]) =>
        word.replace(
            /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])/g,
            (_, double?: string, single?: string, escaped?: string) =>
                double === undefined ? (single ?? escaped ?? "") : double.replace(/\\(["\\$`])/g, "$1"),
        ),
    );
}
