import * as fs from "fs";
import * as path from "path";
import type { Document, ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import { isMap, isSeq, LineCounter, parseAllDocuments } from "yaml";
import { KubernetesObject } from "../../objects/kubernetesObject";
import type { AssumedReleases } from "../../releases";
import { messageOf, UsageError } from "../shared/errors";

/** Where something stands in an input. */
export interface Position {
    /** As the user named it, or a file below a folder of theirs; `<stdin>` for the standard input. */
    file: string;
    /** From 1. */
    line: number;
    column: number;
}

/** An object of an input. */
export interface Manifest {
    object: KubernetesObject;
    /**
     * Where a field of it is, or as much of the way there as it has; undefined for an object of a cluster.
     *
     * @param path e.g. `spec`, `rules`, `0`, `backendRefs`.
     */
    locate: (path: readonly string[]) => Position | undefined;
    /** Whether an API server has taken it: it was read from a cluster. */
    served: boolean;
    /** As it stands in an input; undefined for an object of a cluster. */
    written?: Written;
}

/** A text that manifests are read from. */
export interface Source {
    /** As in a {@link Position}. */
    file: string;
    text: string;
}

/** Where an object is written. */
export interface Written {
    source: Source;
    document: Document.Parsed;
    node: YAMLMap;
    /** The items that it is one of; undefined for a document of its own. */
    items?: YAMLSeq;
}

/** The file name of the standard input in reports. */
export const standardInput = "<stdin>";

/** An input that is no manifest: a command cannot tell what is wrong with what it could not read. */
export class UnreadableError extends Error {
    override readonly name = "UnreadableError";
}

/**
 * Reads YAML or JSON files, all of those below a folder, or `-` for the standard input.
 *
 * @throws UsageError for a path that is not there; UnreadableError for a file that cannot be read.
 */
export function readSources(paths: readonly string[]): Source[] {
    const sources = paths.flatMap((given) =>
        given === "-"
            ? [{ file: standardInput, text: fs.readFileSync(0, "utf8") }]
            : filesOf(given).map((file) => ({ file, text: readFile(file) })),
    );
    // A file may be named, and be in a folder that is named.
    return [...new Map(sources.map((source) => [path.resolve(source.file), source])).values()];
}

const manifestFile = /\.(?:ya?ml|json)$/;

/** Sorted, so that reports of the same files are the same. */
function filesOf(given: string): string[] {
    if (!fs.existsSync(given)) {
        throw new UsageError(
            `${given}: there is no such file or folder; allowed: files, folders, or - for the standard input.`,
        );
    }
    if (!fs.statSync(given).isDirectory()) {
        return [given];
    }
    return fs
        .readdirSync(given, { recursive: true, encoding: "utf8" })
        .filter((file) => manifestFile.test(file))
        .map((file) => path.join(given, file))
        .filter((file) => fs.statSync(file).isFile())
        .sort();
}

function readFile(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch (error) {
        throw new UnreadableError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
    }
}

/** What the files themselves do not say. */
export interface Defaults {
    /** Of objects that name none, as kubectl has it. */
    namespace: string;
    /** Releases of images that do not tell theirs. Default: none. */
    assumed?: AssumedReleases;
}

/**
 * The manifests of a text, with any number of documents, and with the items of lists as objects of their own.
 *
 * @throws UnreadableError for a text that is no YAML, or holds what is no object.
 */
export function manifestsIn(source: Source, defaults: Defaults): Manifest[] {
    const { file, text } = source;
    const lines = new LineCounter();
    // Null for an empty text.
    const documents = parseAllDocuments(text, { lineCounter: lines });
    const positionOf = (offset: number): Position => {
        const { line, col } = lines.linePos(offset);
        return { file, line, column: col };
    };
    return [...documents].flatMap((document) => {
        const [error] = document.errors;
        if (error !== undefined) {
            const { line } = positionOf(error.pos[0]);
            throw new UnreadableError(
                `${file}:${String(line)}: no YAML: ${error.message.split("\n", 1)[0] ?? ""}`,
            );
        }
        return objectsOf(source, document, positionOf, defaults);
    });
}

/** A comment, or what a template rendered to nothing, is no object and is passed over. */
function objectsOf(
    source: Source,
    document: Document.Parsed,
    positionOf: (offset: number) => Position,
    { namespace, assumed }: Defaults,
): Manifest[] {
    if (document.contents === null) {
        return [];
    }
    const read = (node: ParsedNode, list?: YAMLSeq): Manifest[] => {
        const at = positionOf(node.range[0]);
        const value: unknown = node.toJS(document);
        if (value === null) {
            return [];
        }
        if (
            !isMap(node) ||
            typeof node.get("apiVersion") !== "string" ||
            typeof node.get("kind") !== "string"
        ) {
            throw new UnreadableError(
                `${at.file}:${String(at.line)}: no Kubernetes object: it has no apiVersion and kind.`,
            );
        }
        const items = node.get("items", true);
        if (String(node.get("kind")).endsWith("List") && isSeq(items)) {
            return items.items.flatMap((item) => read(item as ParsedNode, items));
        }
        const object = KubernetesObject.of(inNamespace(value as object, namespace), assumed);
        return object === undefined
            ? []
            : [
                  {
                      object,
                      locate: (path) => positionOf(offsetOf(node, path)),
                      served: false,
                      written: { source, document, node, items: list },
                  },
              ];
    };
    return read(document.contents);
}

/** The namespace where an object that has namespaces names none. */
function inNamespace(value: object, namespace: string): object {
    const { metadata } = value as { metadata?: { namespace?: string } };
    const isNamespaced = KubernetesObject.of(value)?.namespace !== "";
    return isNamespaced && !metadata?.namespace ? { ...value, metadata: { ...metadata, namespace } } : value;
}

/** How many steps of a path a key takes, none for another's: a path out of a message has a key with dots as several. */
function stepsOf(key: string, steps: readonly string[]): number {
    const length = steps[0] === key ? 1 : key.split(".").length;
    return steps.slice(0, length).join(".") === key ? length : 0;
}

/** As far as the path leads: what is missing is missing there. */
function offsetOf(root: ParsedNode, path: readonly string[]): number {
    let node: unknown = root;
    let offset = root.range[0];
    const steps = [...path];
    while (steps.length > 0) {
        if (isMap(node)) {
            const pair = node.items.find(({ key }) => stepsOf(String(key), steps) > 0);
            if (pair === undefined) {
                return offset;
            }
            offset = (pair.key as ParsedNode).range[0];
            node = pair.value;
            steps.splice(0, stepsOf(String(pair.key), steps));
        } else if (isSeq(node)) {
            const item = node.items[Number(steps.shift())] as ParsedNode | undefined;
            if (item === undefined) {
                return offset;
            }
            offset = item.range[0];
            node = item;
        } else {
            return offset;
        }
    }
    return offset;
}
