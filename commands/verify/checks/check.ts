import type { DeploymentOutput, Mode, ModelDeploymentOutput } from "../../../components/deploymentOutput";
import { requirementsOf } from "../../../objects/selectors";
import type { Snapshot } from "../snapshot";

/** A way that requests can take. `scoring` is the scheduler path with an endpoint picker on it. */
export const paths = ["scheduler", "direct", "scoring"] as const;

export type Path = (typeof paths)[number];

/** The paths that a stack has. */
export function pathsOf(mode: Mode): readonly Path[] {
    return mode === "scheduler" ? ["scheduler", "direct"] : paths;
}

/** Something that is wrong, or that could not be seen. */
export interface Finding {
    /** Stable; in kebab-case. */
    id: string;
    /** `broken`: requests fail, or go where they should not. `unknown`: it could not be told. */
    severity: "broken" | "warning" | "unknown";
    /** What is wrong, with the objects and the values that disagree. */
    message: string;
    /** What to do about it. */
    fix: string;
}

/** A model of the stack, with its release. */
export interface ReleasedModel extends ModelDeploymentOutput {
    release: string;
}

/** What a check of the stack looks at. */
export interface StackContext {
    snapshot: Snapshot;
    deployment: DeploymentOutput;
}

/** What a check of one model looks at. */
export interface ModelContext extends StackContext {
    model: ReleasedModel;
}

/** What a check found; nothing means that all is well. A check that cannot be made says why. */
export type Outcome = Finding[] | { skipped: string };

interface CheckBase {
    /** Stable; in kebab-case. */
    id: string;
    /** What is so when the check passes. */
    title: string;
    /** The checks whose failures explain a failure of this one. */
    needs: readonly string[];
    /** The paths that it is a hop of. */
    on(this: void, mode: Mode): readonly Path[];
}

/** One hop, judged by objects alone. */
export type Check =
    | (CheckBase & { scope: "stack"; run(this: void, context: StackContext): Outcome })
    | (CheckBase & { scope: "model"; run(this: void, context: ModelContext): Outcome });

export function broken(id: string, message: string, fix: string): Finding {
    return { id, severity: "broken", message, fix };
}

export function warning(id: string, message: string, fix: string): Finding {
    return { id, severity: "warning", message, fix };
}

export function unknown(id: string, message: string, fix: string): Finding {
    return { id, severity: "unknown", message, fix };
}

/** What puts an object of the stack back, or its fields. */
export const redeploy = "`pulumi up --refresh` puts it back";

/** `Kind namespace/name`. */
export function ref(kind: string, namespace: string, name: string): string {
    return `${kind} ${namespace}/${name}`;
}

/** Labels or a selector, for messages. */
export function labelText(labels: Record<string, string> = {}): string {
    return requirementsOf(labels).join(",") || "(none)";
}

/** The Gateway, the route and whatever they lead to. */
export const throughGateway = (): readonly Path[] => ["scheduler", "scoring"];

/** The endpoint picker. */
export const scoringOnly = (): readonly Path[] => ["scoring"];

/** The pods that answer on every path. */
export const everyPath = (): readonly Path[] => paths;
