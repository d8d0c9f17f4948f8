import type { Engine, OperationOptions, RunResult, Step } from "../../../local/engine";

/** Operations that leave an object as it is. */
const idle = new Set(["same", "read"]);

/** The steps of a run that changed something on the cluster, in the order in which they were taken. */
export function changes({ steps }: RunResult): Step[] {
    return steps.filter(({ op, type }) => !idle.has(op) && type.startsWith("kubernetes:"));
}

/** What a run did to resources: `create EnvoyFilter`, sorted. Components and the stack are left out. */
export function actions(result: RunResult): string[] {
    return changes(result)
        .map(({ op, type }) => `${op} ${type.split(":").at(-1)!}`)
        .sort();
}

/** The name of a resource in the program: `llm-d-sim/gaie-inference-scheduling-proxy`. */
export function resourceName(urn: string): string {
    return urn.split("::").at(-1)!;
}

/** What a preview finds still to be done. */
export async function leftToDo(engine: Engine, options?: OperationOptions): Promise<string[]> {
    return actions(await engine.preview(options)).filter((action) => !action.startsWith("refresh "));
}

/** Kinds whose replacement or deletion interrupts traffic or loses what is in them. */
const neverReplaced = new Set(["Namespace", "Gateway", "Service", "Deployment", "HTTPRoute"]);

/** Steps that replace or delete what must live on. EPPs are left out: they follow the mode's namespace. */
export function losses(result: RunResult): string[] {
    return changes(result)
        .filter(({ op, type, urn }) => {
            const kind = type.split(":").at(-1)!;
            const isEpp = urn.includes("EndpointPicker");
            return !isEpp && neverReplaced.has(kind) && op !== "create" && op !== "update";
        })
        .map(({ op, type, urn }) => `${op} ${type.split(":").at(-1)!} ${resourceName(urn)}`);
}
