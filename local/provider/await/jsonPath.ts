import { deepEqual } from "../objects";
import type { Json, JsonObject } from "../values";
import { isMap } from "../values";

type Step =
    | { kind: "field"; name: string }
    | { kind: "index"; index: number }
    | { kind: "all" }
    | { kind: "filter"; path: string[]; value: Json };

/** A path into an object, in the part of kubectl's JSONPath that waiting needs. */
export interface JsonPath {
    /** The path as written. */
    text: string;
    /** All values at the path; empty if there are none. */
    find(object: Json): Json[];
}

/**
 * Reads `{.a.b}`, `{.a[0]}`, `{.a[*].b}`, `{.a['x.y']}` and `{.a[?(@.type=="Ready")].status}`. The braces and the
 * first dot may be left out. Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
 *
 * @throws for a path that it cannot read.
 */
export function parseJsonPath(text: string): JsonPath {
    const body = text
        .trim()
        .replace(/^\{(.*)\}$/, "$1")
        .replace(/^\$/, "");
    const steps = parseSteps(body.startsWith(".") || body.startsWith("[") ? body : `.${body}`, text);
    return {
        text,
        find: (object) => steps.reduce<Json[]>((values, step) => values.flatMap(follow(step)), [object]),
    };
}

function parseSteps(body: string, whole: string): Step[] {
    const steps: Step[] = [];
    const grammar =
        /\.((?:[^.[\]\\]|\\.)+)|\[(-?\d+)\]|\[(\*)\]|\['([^']*)'\]|\["([^"]*)"\]|\[\?\(\s*@((?:\.[\w-]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*\)\]/y;
    while (grammar.lastIndex < body.length) {
        const match = grammar.exec(body);
        if (match === null) {
            throw new Error(`"${whole}" is no JSON path that can be waited for`);
        }
        const [, name, index, all, single, double, filter, value1, value2, bare] = match;
        const quoted = single ?? double;
        if (filter !== undefined) {
            const value = value1 ?? value2 ?? parseBare(bare ?? "");
            steps.push({ kind: "filter", path: filter.split(".").slice(1), value });
        } else if (index !== undefined) {
            steps.push({ kind: "index", index: Number(index) });
        } else if (all !== undefined || name === "*") {
            steps.push({ kind: "all" });
        } else {
            steps.push({ kind: "field", name: quoted ?? (name ?? "").replace(/\\(.)/g, "$1") });
        }
    }
    return steps;
}

function parseBare(text: string): Json {
    return /^(true|false|null|-?\d+(\.\d+)?)$/.test(text) ? (JSON.parse(text) as Json) : text;
}

function follow(step: Step): (value: Json) => Json[] {
    return (value) => {
        switch (step.kind) {
            case "field": {
                const found = isMap<JsonObject>(value) ? value[step.name] : undefined;
                return found === undefined ? [] : [found];
            }
            case "index": {
                const found = Array.isArray(value) ? value.at(step.index) : undefined;
                return found === undefined ? [] : [found];
            }
            case "all":
                return Array.isArray(value) ? value : isMap<JsonObject>(value) ? Object.values(value) : [];
            case "filter":
                return (Array.isArray(value) ? value : []).filter((item) => {
                    const found = step.path.reduce<Json | undefined>(
                        (part, name) => (isMap<JsonObject>(part) ? part[name] : undefined),
                        item,
                    );
                    return deepEqual(found, step.value);
                });
        }
    };
}
