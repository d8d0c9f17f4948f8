import type { Json, JsonObject } from "./values";
import { isMap } from "./values";

/** The part of `metadata` that this provider reads or writes by name. */
export interface ObjectMeta extends JsonObject {
    name: string;
}

/** A Kubernetes object of any kind. */
export interface KubeObject extends JsonObject {
    apiVersion: string;
    kind: string;
    metadata: ObjectMeta;
}

/** A kind at a version of its API group; the core group is "". */
export interface GroupVersionKind {
    group: string;
    version: string;
    kind: string;
}

/** Splits `apps/v1` or `v1`. */
export function parseGroupVersionKind(apiVersion: string, kind: string): GroupVersionKind {
    const [first, second] = apiVersion.split("/");
    const group = second === undefined ? "" : (first ?? "");
    return { group: group === "core" ? "" : group, version: second ?? first ?? "", kind };
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(gvk: GroupVersionKind): string {
    return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** The kind of an object that has one. */
export function kindOf(object: KubeObject): GroupVersionKind {
    return parseGroupVersionKind(object.apiVersion, object.kind);
}

/** The value at a path of names and indices, or undefined where the path ends early. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
    let current: Json | undefined = value;
    for (const step of path) {
        if (typeof step === "number") {
            current = Array.isArray(current) ? current[step] : undefined;
        } else {
            current = isMap<JsonObject>(current) ? current[step] : undefined;
        }
    }
    return current;
}

/** The string at a path, or undefined if there is none. */
export function stringAt(value: Json | undefined, ...path: (string | number)[]): string | undefined {
    const found = at(value, ...path);
    return typeof found === "string" ? found : undefined;
}

/** The number at a path, or `fallback`. */
export function numberAt(value: Json | undefined, fallback: number, ...path: (string | number)[]): number {
    const found = at(value, ...path);
    return typeof found === "number" ? found : fallback;
}

/** The array of objects at a path; empty if there is none. */
export function objectsAt(value: Json | undefined, ...path: (string | number)[]): JsonObject[] {
    const found = at(value, ...path);
    return Array.isArray(found) ? found.filter((item): item is JsonObject => isMap<JsonObject>(item)) : [];
}

/** Labels as a selector of the API: `a=b,c=d`. */
export function labelSelector(labels: JsonObject): string {
    return Object.entries(labels)
        .flatMap(([name, value]) => (typeof value === "string" ? [`${name}=${value}`] : []))
        .join(",");
}

/** The object's namespace, or undefined for one that has none. */
export function namespaceOf(object: JsonObject): string | undefined {
    return stringAt(object, "metadata", "namespace") || undefined;
}

/** The object's name, or "" if it has none yet. */
export function nameOf(object: JsonObject): string {
    return stringAt(object, "metadata", "name") ?? "";
}

/** The Pulumi id of an object: `namespace/name`, or `name` for one without a namespace. */
export function idOf(object: JsonObject): string {
    const namespace = namespaceOf(object);
    return namespace === undefined ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

/** Takes a Pulumi id apart. Throws for one that names nothing. */
export function parseId(id: string): { namespace?: string; name: string } {
    const slash = id.indexOf("/");
    const [namespace, name] = slash < 0 ? [undefined, id] : [id.slice(0, slash), id.slice(slash + 1)];
    if (name === "") {
        throw new Error(`"${id}" is no Kubernetes id: it must be "name" or "namespace/name"`);
    }
    return { namespace, name };
}

/** `Deployment default/web (apps/v1)`: how messages name an object. */
export function describe(object: JsonObject): string {
    return `${stringAt(object, "kind")} ${idOf(object)} (${stringAt(object, "apiVersion")})`;
}

/** Whether two JSON values are the same, whatever the order of names in objects. */
export function deepEqual(left: Json | undefined, right: Json | undefined): boolean {
    if (left === right) {
        return true;
    }
    if (Array.isArray(left) && Array.isArray(right)) {
        return left.length === right.length && left.every((item, index) => deepEqual(item, right[index]));
    }
    if (isMap<JsonObject>(left) && isMap<JsonObject>(right)) {
        const names = Object.keys(left);
        return (
            names.length === Object.keys(right).length &&
            names.every((name) => name in right && deepEqual(left[name], right[name]))
        );
    }
    return false;
}
