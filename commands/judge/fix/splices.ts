import type { Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, isMap, isScalar, isSeq, stringify } from "yaml";
import type { FieldEdit } from "../../../policy/framework/fix";
import type { Written } from "../manifests";

/** A part of a text, and what takes its place. */
export interface Splice {
    start: number;
    end: number;
    text: string;
}

/** Why a place of a text is left alone. */
export class LeftAloneError extends Error {
    override readonly name = "LeftAloneError";
}

/**
 * What changes a field where it is written, and nothing around it.
 *
 * @throws LeftAloneError where what is written there stands for something else too, as an anchor does, or is written in a
 * manner that only a rewritten document could keep.
 */
export function fieldSplice(
    { node: root, source }: Pick<Written, "node" | "source">,
    edit: FieldEdit,
): Splice {
    const { text } = source;
    let node: unknown = root;
    for (const [position, step] of edit.steps.entries()) {
        refuseShared(node);
        if (isMap(node)) {
            const pair = node.items.find(({ key }) => String(key) === step);
            if (pair === undefined) {
                const rest = edit.steps.slice(position + 1);
                const value = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), edit.value);
                return newField(node, step, value, text);
            }
            node = pair.value;
        } else if (isSeq(node)) {
            node = node.items[Number(step)];
        } else {
            throw new LeftAloneError("it has no such field");
        }
    }
    refuseShared(node);
    return newScalar(node, edit.value);
}

/** What adds an item to a list: first where each has lines of its own, because only the start of a block is certain. */
export function itemSplice(list: YAMLSeq, value: unknown, text: string): Splice {
    refuseShared(list);
    const [start, end] = rangeOf(list);
    if (!list.flow) {
        const indent = indentAt(start, text);
        return insertion(start, `- ${block(value, `${indent}  `, text)}${endOfLine(text)}${indent}`);
    }
    const last = list.items.at(-1) as ParsedNode | undefined;
    const item = isJson(list, text) ? JSON.stringify(value) : flow(value);
    return last === undefined
        ? { start, end, text: `[${item}]` }
        : insertion(last.range[1], `,${gap(list, last.range[0], text)}${item}`);
}

/** A value as lines of YAML, of which all but the first are indented. */
export function block(value: unknown, indent: string, text: string): string {
    return stringify(value, { lineWidth: 0 })
        .trimEnd()
        .split("\n")
        .join(`${endOfLine(text)}${indent}`);
}

/** How the lines of a text end. */
export function endOfLine(text: string): string {
    return text.includes("\r\n") ? "\r\n" : "\n";
}

/** What an anchor names, or an alias stands for, is written once for several places. */
function refuseShared(node: unknown): void {
    if (isAlias(node)) {
        throw new LeftAloneError("an alias stands there");
    }
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
        throw new LeftAloneError(`the anchor ${node.anchor} is on the way there`);
    }
    if (isMap(node) && node.items.some(({ key }) => String(key) === "<<")) {
        throw new LeftAloneError("a merge key is on the way there");
    }
}

function newScalar(node: unknown, value: unknown): Splice {
    if (!isScalar(node)) {
        throw new LeftAloneError("it holds what is no plain value");
    }
    const [start, end] = rangeOf(node);
    switch (node.type) {
        case "QUOTE_DOUBLE":
            return { start, end, text: JSON.stringify(value) };
        case "QUOTE_SINGLE":
            return {
                start,
                end,
                text: typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value),
            };
        case "PLAIN":
            // Of nothing after a colon it is not certain where it would stand.
            if (end === start) {
                throw new LeftAloneError("it is empty");
            }
            return { start, end, text: flow(value) };
        default:
            throw new LeftAloneError("it is a block of text");
    }
}

function newField(map: YAMLMap, key: string, value: unknown, text: string): Splice {
    const [start, end] = rangeOf(map);
    if (map.flow) {
        const entry = isJson(map, text)
            ? `${JSON.stringify(key)}: ${JSON.stringify(value)}`
            : flow({ [key]: value })
                  .slice(1, -1)
                  .trim();
        const last = map.items.at(-1) as Pair<ParsedNode, ParsedNode | null> | undefined;
        return last === undefined
            ? { start, end, text: isJson(map, text) ? `{${entry}}` : `{ ${entry} }` }
            : insertion((last.value ?? last.key).range[1], `,${gap(map, last.key.range[0], text)}${entry}`);
    }
    const indent = indentAt(start, text);
    const lines = block({ [key]: value }, indent, text);
    const before = (map.items as Pair<ParsedNode, ParsedNode | null>[]).findLast(({ value: held }) =>
        isOneLine(held, text),
    );
    if (before?.value) {
        const line = text.slice(before.value.range[1]).search(/\r?\n|$/);
        return insertion(before.value.range[1] + line, `${endOfLine(text)}${indent}${lines}`);
    }
    return insertion(start, `${lines}${endOfLine(text)}${indent}`);
}

/** Whether it is certain that what follows on the line of a value does not belong to it. */
function isOneLine(node: ParsedNode | null, text: string): boolean {
    const isClosed = isScalar(node)
        ? (node as Scalar).type !== "BLOCK_LITERAL" && (node as Scalar).type !== "BLOCK_FOLDED"
        : (isMap(node) || isSeq(node)) && node.flow === true;
    return (
        isClosed &&
        node!.range[1] > node!.range[0] &&
        !text.slice(node!.range[0], node!.range[1]).includes("\n")
    );
}

/** What stands between two entries of a flow collection: a line's end where each has a line of its own. */
function gap(collection: YAMLMap | YAMLSeq, last: number, text: string): string {
    const before = text.slice(rangeOf(collection)[0], last);
    return before.includes("\n") && /\n[ \t]*$/.test(before)
        ? `${endOfLine(text)}${indentAt(last, text)}`
        : " ";
}

/** JSON quotes its keys; what is empty is taken for JSON in a text that starts like one. */
function isJson(collection: YAMLMap | YAMLSeq, text: string): boolean {
    const [first] = collection.items;
    const key = isMap(collection) ? (first as Pair | undefined)?.key : undefined;
    return isScalar(key) ? key.type === "QUOTE_DOUBLE" : /^\s*[{[]/.test(text);
}

function flow(value: unknown): string {
    return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}

/** As many spaces as stand before a place, or would without what starts a list's item. */
function indentAt(offset: number, text: string): string {
    return " ".repeat(offset - (text.lastIndexOf("\n", offset - 1) + 1));
}

function insertion(at: number, text: string): Splice {
    return { start: at, end: at, text };
}

function rangeOf(node: YAMLMap | YAMLSeq | Scalar): readonly [number, number, number] {
    if (!node.range) {
        throw new LeftAloneError("it is not known where it is");
    }
    return node.range;
}
