import * as fs from "fs";
import type { OutputMap } from "@pulumi/pulumi/automation";
import { isMarked } from "../../commands/shared/runResult";
import { stateFile, type EngineLayout } from "./layout";

/** The parts of a stack's state that are read or changed here; see apitype.DeploymentV3 of pulumi/pulumi. */
export interface StackState {
    resources?: StateResource[];
    pending_operations?: PendingOperation[];
}

export interface PendingOperation {
    type: string;
    resource: StateResource;
}

export interface StateResource {
    urn: string;
    type: string;
    custom: boolean;
    id?: string;
    delete?: boolean;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/**
 * The state of a project's stack as it is on disk; see apitype.CheckpointV3 of pulumi/pulumi. Asking the CLI takes half a
 * second of processor time, each time.
 *
 * @returns undefined where there is none, or none that can be read.
 */
export function readState(layout: EngineLayout, project: string, stack: string): StackState | undefined {
    try {
        const { checkpoint } = JSON.parse(fs.readFileSync(stateFile(layout, project, stack), "utf8")) as {
            checkpoint: { latest?: StackState };
        };
        return checkpoint.latest ?? {};
    } catch {
        return undefined;
    }
}

/** Whether there may be operations that were not finished: the CLI may read a state that could not be read here. */
export function mayHavePendingOperations(state: StackState | undefined): boolean {
    return state === undefined || (state.pending_operations ?? []).length > 0;
}

/** The stack's outputs; undefined where one is a secret or the state could not be read: the CLI may tell them. */
export function plainOutputs(state: StackState | undefined): OutputMap | undefined {
    if (state === undefined) {
        return undefined;
    }
    const root = state.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
    const outputs = Object.entries(root?.outputs ?? {});
    return outputs.some(([, value]) => isMarked(value))
        ? undefined
        : Object.fromEntries(outputs.map(([name, value]) => [name, { value, secret: false }]));
}
