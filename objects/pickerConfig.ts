import * as path from "path";
import { parseDocument } from "yaml";
import { list, record, text } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import { pickerArguments } from "./pickerArguments";
import type { Picker } from "./pickers";

/** The text of an endpoint picker's configuration, or why it is not to be had. */
export type ConfigText =
    | { readonly text: string; readonly source: string; readonly object: KubernetesObject }
    | {
          readonly problem: string;
          /** The ConfigMap that it would be in, if there is none of its name: `ConfigMap models/epp`. */
          readonly absent?: string;
      }
    /** There is none, or it is in something that a program does not show, such as a Secret. */
    | undefined;

/** What an endpoint picker's configuration holds; or why an endpoint picker cannot read it either, or only we do not. */
export type ConfigContent =
    { readonly content: unknown } | { readonly problem: string } | { readonly unread: string };

/** Longest configuration that is read, in characters: reading what is made to take long takes seconds for so many. */
const longest = 128 * 1024;

/**
 * How many values aliases may stand for. Go's reader refuses excessive ones too, from some 100,000 on; below, nobody
 * writes a configuration by hand.
 */
const maxAliasCount = 10_000;

const contents = new WeakMap<StackIndex, Map<string, ConfigContent>>();

/**
 * Reads the text of a configuration, as Go's reader does: with merge keys (`<<`), and refusing aliases without an anchor,
 * aliases that stand for too much, and values that hold themselves. Each text is read once for all rules.
 */
export function readConfig(source: string, index: StackIndex): ConfigContent {
    const known = contents.get(index) ?? new Map<string, ConfigContent>();
    contents.set(index, known);
    const found = known.get(source) ?? parseConfig(source);
    known.set(source, found);
    return found;
}

function parseConfig(source: string): ConfigContent {
    if (source.length > longest) {
        return {
            unread: `it has ${String(source.length)} characters, and no more than ${String(longest)} are read`,
        };
    }
    try {
        const document = parseDocument(source, { merge: true });
        const [error] = document.errors;
        if (error) {
            return { problem: error.message.split("\n")[0] ?? "" };
        }
        const content: unknown = document.toJS({ maxAliasCount });
        return holdsItself(content) ? { problem: "a value holds itself, by an alias" } : { content };
    } catch (error) {
        // Besides aliases, what is nested too deeply ends here.
        return { problem: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
    }
}

function holdsItself(value: unknown, within = new Set<unknown>(), sound = new Set<unknown>()): boolean {
    if (typeof value !== "object" || value === null || sound.has(value)) {
        return false;
    }
    if (within.has(value)) {
        return true;
    }
    within.add(value);
    const found = Object.values(value).some((child) => holdsItself(child, within, sound));
    within.delete(value);
    sound.add(value);
    return found;
}

/** Finds the configuration that `--config-text` holds or `--config-file` names. */
export function configTextOf(picker: Picker, index: StackIndex): ConfigText {
    const file = picker.flag("config-file");
    if (file?.value) {
        return readMounted(picker, index, file.value, `--config-file=${file.value} (${file.path})`);
    }
    const { flags, unknowns } = pickerArguments(picker.container);
    const [unknown] = unknowns;
    if (unknown) {
        throw unknown;
    }
    const inline = flags.findLast(({ name }) => name === "config-text");
    return inline?.value
        ? { text: inline.value, source: `${inline.path} of ${picker.owner.toString()}`, object: picker.owner }
        : undefined;
}

function readMounted(picker: Picker, index: StackIndex, file: string, flag: string): ConfigText {
    const mount = mountOf(picker, file);
    if (!mount) {
        return {
            problem: `${flag} is in no mounted volume (${picker.container.path}.volumeMounts)`,
        };
    }
    const volume = list(picker.template.spec.volumes)
        .map(record)
        .find(({ name }) => name === mount.volume);
    if (!volume) {
        return { problem: `${flag} is mounted from volume ${mount.volume}, which the pod does not have` };
    }
    const sources = [volume, ...list(record(volume.projected).sources).map(record)];
    const configMaps = sources.map(({ configMap }) => record(configMap)).filter((source) => "name" in source);
    for (const source of configMaps) {
        const name = text(source.name) ?? "";
        const key = keyOf(source.items, mount.file);
        const configMap = index.find(kinds.configMap, picker.namespace, name);
        if (!configMap) {
            const elsewhere = index.ofKind(kinds.configMap).find((candidate) => candidate.name === name);
            return {
                problem: `${flag} is mounted from ConfigMap ${picker.namespace}/${name}, which is not there${elsewhere ? `; there is ${elsewhere.toString()}` : ""}`,
                ...(!elsewhere && { absent: `ConfigMap ${picker.namespace}/${name}` }),
            };
        }
        const data = record(configMap.field("data"));
        const content = key === undefined ? undefined : text(data[key]);
        if (key !== undefined && content !== undefined) {
            return { text: content, source: `data.${key} of ${configMap.toString()}`, object: configMap };
        }
        if (configMaps.length === 1) {
            return {
                problem: `${flag} is not among the files of ${configMap.toString()}: ${Object.keys(data).join(", ") || "it has none"}`,
            };
        }
    }
    return undefined;
}

/** The mount that a file is in, and what the file is called there: the deepest one that contains it. */
function mountOf(picker: Picker, file: string): { volume: string; file: string } | undefined {
    const [deepest] = list(picker.container.fields.volumeMounts)
        .map(record)
        .map(({ mountPath, subPath, name }) => ({
            inside: path.posix.relative(text(mountPath) ?? "", file),
            subPath: text(subPath) ?? "",
            volume: text(name) ?? "",
        }))
        .filter(({ inside }) => !inside.startsWith(".."))
        .sort((one, other) => one.inside.length - other.inside.length);
    return deepest && { volume: deepest.volume, file: path.posix.join(deepest.subPath, deepest.inside) };
}

/** The key of a ConfigMap that becomes a file: `items` renames keys, and leaves out those that it does not list. */
function keyOf(items: unknown, file: string): string | undefined {
    if (items === undefined) {
        return file;
    }
    const item = list(items)
        .map(record)
        .find((candidate) => candidate.path === file);
    return text(item?.key);
}
