import * as fs from "fs";
import type { Document, Node, Pair, Scalar } from "yaml";
import { isAlias, isCollection, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";

/**
 * YAML of settings, read as Pulumi reads it. Pulumi's reader (gopkg.in/yaml.v3) follows YAML 1.1 in part and this one
 * follows 1.2: what the two would read differently is refused. Messages say where something is wrong and never what
 * stands there, which may be a secret.
 */

/** A plain scalar at a place that holds text, whatever it looks like: `0123` stays `0123`. */
export type IsText = (path: readonly string[]) => boolean;

/** What cannot be read, and where. */
export class SettingsYamlError extends Error {
    override readonly name = "SettingsYamlError";

    constructor(where: { line: number; col: number }, what: string) {
        super(`line ${String(where.line)}, column ${String(where.col)}: ${what}`);
    }
}

/**
 * @param isText which places hold text; there, plain scalars are taken as they are written. Default: none.
 * @throws SettingsYamlError
 */
export function readSettingsYaml(text: string, isText: IsText = () => false): unknown {
    const lineCounter = new LineCounter();
    // Pulumi's reader takes `<<` as what YAML 1.1 has it for.
    const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true, version: "1.2" });
    const refuse = (offset: number, what: string): never => {
        throw new SettingsYamlError(lineCounter.linePos(offset), what);
    };
    const [error] = document.errors;
    if (error !== undefined) {
        refuse(error.pos[0], `no YAML (${error.code.toLowerCase().replaceAll("_", " ")}); allowed: YAML.`);
    }
    visit(document, {
        Node(key, node, ancestors) {
            const refusal = isScalar(node)
                ? scalarRefusal(node, key, () => isText(pathOf([...ancestors, node])))
                : nodeRefusal(node, key, ancestors, document);
            if (refusal !== undefined) {
                refuse(node.range?.[0] ?? 0, refusal);
            }
        },
    });
    try {
        return document.toJS();
    } catch {
        return refuse(0, "more aliases than a file of settings needs are not allowed; allowed: values.");
    }
}

/**
 * The text of a file of settings.
 *
 * @throws Error for a file that is no UTF-8, as some editors write it; nothing of it is in the message.
 */
export function readSettingsFile(file: string): string {
    const bytes = fs.readFileSync(file);
    try {
        const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
        // UTF-16 without its mark is UTF-8 of every second character.
        if (!text.includes("\0")) {
            return text;
        }
    } catch {
        // What the decoder says helps nobody.
    }
    throw new Error("a file that is no UTF-8 text is not allowed; allowed: YAML in UTF-8.");
}

type Ancestors = readonly (Document | Node | Pair)[];

function nodeRefusal(node: Node, key: unknown, ancestors: Ancestors, document: Document): string | undefined {
    if (isAlias(node)) {
        const target = node.resolve(document);
        if (target === undefined) {
            return "an alias of nothing is not allowed; allowed: a value.";
        }
        return ancestors.includes(target)
            ? "an alias of what it stands in is not allowed; allowed: a value."
            : undefined;
    }
    if (key === "key") {
        return "a list or an object as a key is not allowed; allowed: text.";
    }
    return isCollection(node) && node.tag !== undefined && !standardTags.includes(node.tag)
        ? "a tag is not allowed; allowed: a value without one."
        : undefined;
}

/** What the reader sets itself. */
const standardTags = ["tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"];

function scalarRefusal(scalar: Scalar, key: unknown, isText: () => boolean): string | undefined {
    const { source, type, tag } = scalar;
    if (tag !== undefined && tag !== "tag:yaml.org,2002:str") {
        return "a tag is not allowed; allowed: a value without one.";
    }
    if (type !== "PLAIN" || source === undefined || source === "<<" || tag !== undefined) {
        return undefined;
    }
    if (key === "key" && scalar.value === null) {
        return "an empty key is not allowed; allowed: text.";
    }
    if (key !== "key" && isText()) {
        scalar.value = source;
        return undefined;
    }
    return readsAlike(source, scalar.value)
        ? undefined
        : "a value that Pulumi reads as another one than YAML 1.2 does is not allowed; allowed: text in quotes, or a decimal number without leading zeros and underscores.";
}

/** Whether yaml.v3 (`resolve` of resolve.go) makes the same of a plain scalar. Text is text for both otherwise. */
function readsAlike(source: string, value: unknown): boolean {
    // A date or a time, which Pulumi writes out in a form of Go's.
    if (/^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/s.test(source)) {
        return false;
    }
    const theirs = /^[-+.\d]/.test(source) ? goNumber(source.replaceAll("_", "")) : undefined;
    return theirs === undefined
        ? // `.inf` and `.nan` are the same in both.
          typeof value !== "number" || /^[-+]?\.[in]/i.test(source)
        : theirs === value;
}

/** A number as Go's `strconv` reads it with base 0; undefined where it is none, and so text. */
function goNumber(text: string): number | undefined {
    const integer = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+)$/.exec(text);
    if (integer !== null) {
        const [, sign, digits = ""] = integer;
        const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
        const most = sign === "-" ? 2n ** 63n : 2n ** 64n - 1n;
        return size > most ? undefined : Number(sign === "-" ? -size : size);
    }
    const isFloat = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text));
    return isFloat ? Number(text) : undefined;
}

/** The keys that lead to the last of these nodes. */
function pathOf(nodes: Ancestors): string[] {
    return nodes.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []));
}
