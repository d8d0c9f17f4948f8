import type { RunResult, Step } from "../../../local/engine";

/** The steps of a run that changed something on the cluster, in the order in which they were taken. */
export function changes({ steps }: RunResult): Step[] {
    return steps.filter(({ op, type }) => op !== "same" && type.startsWith("kubernetes:"));
}

/** What a run did to resources: `create EnvoyFilter`, sorted. Components and the stack are left out. */
export function actions(result: RunResult): string[] {
    return changes(result)
        .map(({ op, type }) => `${op} ${type.split(":").at(-1)!}`)
        .sort();
}

/** Kinds whose replacement interrupts traffic or loses what is in them. */
const neverReplaced = new Set(["Namespace", "Gateway", "Service", "Deployment", "HTTPRoute"]);

/** Steps that replace or delete what must live on. EPPs are left out: they follow the mode's namespace. */
export function losses(result: RunResult): string[] {
    return changes(result)
        .filter(({ op, type, urn }) => {
            const kind = type.split(":").at(-1)!;
            const isEpp = urn.includes("EndpointPicker");
            return !isEpp && neverReplaced.has(kind) && op !== "create" && op !== "update";
        })
        .map(({ op, urn }) => `${op} ${urn}`);
}
