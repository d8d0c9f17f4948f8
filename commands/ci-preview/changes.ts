import { isObject, record, text } from "../../objects/json";
import type { Step } from "../shared/runResult";

/** Longest text of one value, in characters. */
const valueLimit = 160;

/** What a preview would do to one object. */
export interface ObjectChange {
    /** `create`, `update`, `replace` or `delete`. */
    verb: Verb;
    /** `Deployment llm-d-sim/decode`, or the resource's name where it is no Kubernetes object. */
    object: string;
    /** The changed properties of an update or a replacement, with their values before and after. */
    properties: string[];
}

export type Verb = "create" | "update" | "replace" | "delete";

/** What each step of the engine is to a reader. A replacement's own steps are told by the one that sums them up. */
const verbs: Record<string, Verb> = {
    create: "create",
    import: "create",
    update: "update",
    replace: "replace",
    delete: "delete",
};

/** What a preview would change. Components are left out: they are only what their children are. */
export function objectChanges(steps: readonly Step[]): ObjectChange[] {
    return steps
        .filter(({ type }) => type.startsWith("kubernetes:") || type.startsWith("pulumi:providers:"))
        .flatMap((step) => {
            const verb = verbs[step.op];
            return verb === undefined
                ? []
                : [{ verb, object: objectName(step), properties: changedProperties(step, verb) }];
        });
}

/** The object of a resource, or the resource's own name. */
export function objectName({ urn, inputs, oldInputs }: Pick<Step, "urn" | "inputs" | "oldInputs">): string {
    const object = inputs ?? oldInputs ?? {};
    const { name, namespace } = record(object.metadata);
    const kind = text(object.kind);
    if (kind === undefined || text(name) === undefined) {
        return urn.slice(urn.lastIndexOf("::") + 2);
    }
    return `${kind} ${text(namespace) === undefined ? "" : `${text(namespace)!}/`}${text(name)!}`;
}

function changedProperties({ detailedDiff, oldInputs, inputs }: Step, verb: Verb): string[] {
    if (verb !== "update" && verb !== "replace") {
        return [];
    }
    return Object.entries(detailedDiff).map(([path, kind]) => {
        const forces = kind.endsWith("-replace") ? " (forces replacement)" : "";
        return `${path}: ${shown(valueAt(oldInputs, path))} -> ${shown(valueAt(inputs, path))}${forces}`;
    });
}

/** Values as the engine shows them: it has put `[secret]` where one is. */
function shown(value: unknown): string {
    const whole = value === undefined ? "(none)" : JSON.stringify(value);
    return whole.length > valueLimit ? `${whole.slice(0, valueLimit)}...` : whole;
}

/** One step of a property path as Pulumi writes it: `.name`, `[0]` or `["a.b/c"]`. */
const pathStep = /\.?([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/gy;

function valueAt(inputs: unknown, path: string): unknown {
    return [...path.matchAll(pathStep)].reduce<unknown>((value, [, name, index, quoted]) => {
        if (Array.isArray(value)) {
            return value[Number(index)] as unknown;
        }
        const key = name ?? index ?? quoted?.replace(/\\(.)/g, "$1") ?? "";
        return isObject(value) ? value[key] : undefined;
    }, inputs);
}
