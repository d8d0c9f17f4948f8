import type { Document, Scalar, YAMLMap } from "yaml";
import { isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import { UsageError } from "../shared/errors";

/** A parameter that names another plugin, and not a profile or a model. */
const namesPlugin = /(?:PluginName|ProducerName)$/;

/**
 * An EndpointPickerConfig as its author wrote it: changes leave comments, order and everything else where they are.
 */
export class PickerDocument {
    private constructor(private readonly document: Document) {}

    /** @throws UsageError for what is not one YAML mapping. */
    static parse(text: string, source: string): PickerDocument {
        const document = parseDocument(text);
        const [error] = document.errors;
        if (error !== undefined) {
            throw new UsageError(`${source} is no YAML: ${error.message.split("\n")[0] ?? ""}`);
        }
        if (!isMap(document.contents)) {
            throw new UsageError(`${source} is no EndpointPickerConfig; allowed: one YAML mapping.`);
        }
        return new PickerDocument(document);
    }

    toString(): string {
        return this.document.toString({ lineWidth: 0 });
    }

    /** @throws UsageError for aliases that lead nowhere or too far. */
    toJS(): unknown {
        return this.document.toJS();
    }

    get(key: string): unknown {
        const value: unknown = this.document.get(key);
        return isSeq(value) || isMap(value) ? value.toJS(this.document) : value;
    }

    set(key: string, value: unknown): void {
        this.document.set(key, value);
    }

    /** Takes entries out of a list and adds others to its end; an empty list goes. */
    changeList(key: string, removed: readonly string[], added: readonly string[]): void {
        const list: unknown = this.document.get(key);
        if (!isSeq(list)) {
            this.document.set(key, added);
            return;
        }
        list.items = list.items.filter((item) => !isScalar(item) || !removed.includes(String(item.value)));
        list.items.push(...added.map((value) => this.document.createNode(value)));
        if (list.items.length === 0) {
            this.document.delete(key);
        }
    }

    plugins(type?: string): Plugin[] {
        return this.entries().filter((plugin) => type === undefined || plugin.type === type);
    }

    /** Adds a plugin before another, since some releases look up what one names while they make it. */
    insertBefore(plugin: Plugin, added: { type: string; parameters?: Record<string, unknown> }): Plugin {
        const { sequence, map } = plugin;
        const node = this.document.createNode(added) as YAMLMap;
        const index = sequence.items.indexOf(map);
        // What is written above the first entry is the sequence's, and stays above it.
        sequence.items.splice(index, 0, node);
        return new Plugin(this.document, sequence, node);
    }

    /** Takes a plugin out, wherever it is named. */
    remove(plugin: Plugin): void {
        const { name, map, sequence } = plugin;
        sequence.items.splice(sequence.items.indexOf(map), 1);
        visit(this.document, {
            Map: (_key, node) => (node !== map && node.get("pluginRef") === name ? visit.REMOVE : undefined),
        });
    }

    /** Gives a plugin another type. Without a name it is called by its type: what names it follows. */
    rename(plugin: Plugin, type: string): void {
        const { name } = plugin;
        plugin.map.set("type", type);
        if (plugin.name !== name) {
            this.renameReferences(name, plugin.name);
        }
    }

    private renameReferences(from: string, to: string): void {
        visit(this.document, {
            Pair: (_key, { key, value }, path) => {
                if (!isScalar(key) || !isScalar(value) || value.value !== from) {
                    return;
                }
                const inDeciders = path.some(
                    (node) => isPair(node) && isScalar(node.key) && node.key.value === "deciders",
                );
                const name = String(key.value);
                if (name === "pluginRef" || namesPlugin.test(name) || inDeciders) {
                    value.value = to;
                }
            },
        });
    }

    private entries(): Plugin[] {
        const sequence: unknown = this.document.get("plugins");
        return isSeq(sequence)
            ? sequence.items.filter(isMap).map((map) => new Plugin(this.document, sequence, map))
            : [];
    }
}

interface Sequence {
    items: unknown[];
}

/** An entry of `plugins`. */
export class Plugin {
    constructor(
        private readonly document: Document,
        readonly sequence: Sequence,
        readonly map: YAMLMap,
    ) {}

    get type(): string {
        return String(this.map.get("type"));
    }

    get name(): string {
        const name = this.map.get("name");
        return typeof name === "string" && name !== "" ? name : this.type;
    }

    parameters(): Record<string, unknown> {
        const parameters: unknown = this.map.get("parameters");
        return isMap(parameters) ? (parameters.toJS(this.document) as Record<string, unknown>) : {};
    }

    parameter(path: readonly string[]): unknown {
        const value: unknown = this.map.getIn(["parameters", ...path]);
        return isMap(value) || isSeq(value) ? value.toJS(this.document) : value;
    }

    setParameter(path: readonly string[], value: unknown): void {
        this.map.setIn(["parameters", ...path], this.document.createNode(value));
    }

    /** Moves a parameter with the comments that it has; within one mapping it keeps its place. */
    moveParameter(from: readonly string[], to: readonly string[], value?: unknown): void {
        const parent: unknown = this.map.getIn(["parameters", ...from.slice(0, -1)]);
        const pair = isMap(parent)
            ? parent.items.find(({ key }) => isScalar(key) && key.value === from.at(-1))
            : undefined;
        if (pair === undefined) {
            return;
        }
        if (value !== undefined && isScalar(pair.value)) {
            pair.value.value = value;
        }
        if (from.slice(0, -1).join() === to.slice(0, -1).join()) {
            (pair.key as Scalar).value = to.at(-1);
        } else {
            this.map.setIn(["parameters", ...to], pair.value);
            this.deleteParameter(from);
        }
    }

    /** Takes over all parameters of another plugin, with their comments. */
    takeParameters(other: Plugin): void {
        this.map.set("parameters", other.map.get("parameters", true));
        other.map.delete("parameters");
    }

    /** Takes a parameter out, and what would be empty without it. */
    deleteParameter(path: readonly string[]): void {
        for (let at = ["parameters", ...path]; at.length > 0; at = at.slice(0, -1)) {
            const node: unknown = this.map.getIn(at);
            if (at.length === path.length + 1 || (isMap(node) && node.items.length === 0)) {
                this.map.deleteIn(at);
            }
        }
    }
}
