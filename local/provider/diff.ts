import { annotations, isAnnotationTrue } from "./annotations";
import type { FieldPattern } from "./immutableFields";
import { deepEqual, nameOf, namespaceOf } from "./objects";
import type { Json, JsonObject } from "./values";
import { isMap, isUnknown } from "./values";

/** What happens to one property. */
export interface FieldChange {
    kind: "add" | "update" | "delete";
    /** Whether the change needs a new object. */
    replace: boolean;
}

/** Changed properties by their Pulumi property path, such as `spec.ports[0].port`. */
export type FieldChanges = Map<string, FieldChange>;

type Path = (string | number)[];

/**
 * Compares what the program asked for last time with what it asks for now. Only leaves are listed, so that a
 * person sees which field changed and not merely which object.
 *
 * @param olds plain inputs of the last update (or of the last refresh, see drift.ts).
 * @param news plain inputs now; unknown values count as changed.
 */
export function diffInputs(olds: JsonObject, news: JsonObject, immutable: FieldPattern[]): FieldChanges {
    const changes: FieldChanges = new Map();
    const record = (path: Path, kind: FieldChange["kind"], value: Json): void => {
        changes.set(propertyPath(path), {
            kind,
            replace: immutable.some((pattern) => touches(pattern, path, value)),
        });
    };
    const compare = (path: Path, old: Json | undefined, next: Json | undefined): void => {
        if (deepEqual(old, next)) {
            return;
        }
        if (old === undefined || old === null) {
            record(path, "add", next as Json);
        } else if (next === undefined || next === null) {
            record(path, "delete", old);
        } else if (isMap<JsonObject>(old) && isMap<JsonObject>(next)) {
            for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
                compare([...path, name], old[name], next[name]);
            }
        } else if (Array.isArray(old) && Array.isArray(next)) {
            for (let index = 0; index < Math.max(old.length, next.length); index++) {
                compare([...path, index], old[index], next[index]);
            }
        } else {
            record(path, "update", isUnknown(next) ? old : next);
        }
    };
    compare([], olds, news);
    return changes;
}

/** Whether a change at `path`, to or from `value`, changes a field that `pattern` names. */
function touches(pattern: FieldPattern, path: Path, value: Json): boolean {
    const shared = Math.min(pattern.length, path.length);
    for (let index = 0; index < shared; index++) {
        if (pattern[index] !== "*" && pattern[index] !== path[index]) {
            return false;
        }
    }
    return holds(pattern.slice(shared), value);
}

/** Whether `value` has something at `pattern`; an empty pattern is the value itself. */
function holds(pattern: FieldPattern, value: Json | undefined): boolean {
    const [step, ...rest] = pattern;
    if (step === undefined) {
        return value !== undefined;
    }
    if (Array.isArray(value)) {
        return step === "*" && value.some((item) => holds(rest, item));
    }
    return isMap<JsonObject>(value) && step in value && holds(rest, value[step]);
}

/** Pulumi's spelling of a path: names with special characters are quoted in brackets. */
export function propertyPath(path: Path): string {
    let text = "";
    for (const step of path) {
        if (typeof step === "number") {
            text += `[${step}]`;
        } else if (/[."[\]]/.test(step)) {
            text += `["${step.replace(/"/g, '\\"')}"]`;
        } else {
            text += text === "" ? step : `.${step}`;
        }
    }
    return text;
}

/** Takes a property path apart; `spec.ports[0]["a.b"]` gives `spec`, `ports`, 0, `a.b`. */
export function parsePropertyPath(text: string): Path {
    const steps = text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g);
    return [...steps].map(([, quoted, index, name]) => {
        if (quoted !== undefined) {
            return quoted.replace(/\\(.)/g, "$1");
        }
        return index === undefined || index === "*" ? (name ?? "*") : Number(index);
    });
}

/** Drops the changes that the `ignoreChanges` option covers. */
export function withoutIgnored(changes: FieldChanges, ignoreChanges: string[]): FieldChanges {
    const ignored = ignoreChanges.map(parsePropertyPath);
    const covers = (outer: Path, inner: Path): boolean =>
        outer.length <= inner.length && outer.every((step, index) => step === "*" || step === inner[index]);
    return new Map(
        [...changes].filter(([path]) => !ignored.some((outer) => covers(outer, parsePropertyPath(path)))),
    );
}

/**
 * Whether the old object must go before the new one comes: both would have the same name at the same place.
 *
 * @param live the object as last seen.
 */
export function mustDeleteFirst(news: JsonObject, live: JsonObject): boolean {
    return (
        nameOf(news) === nameOf(live) &&
        namespaceOf(news) === namespaceOf(live) &&
        !isAnnotationTrue(news, annotations.autonamed)
    );
}
