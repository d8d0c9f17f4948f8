import { UsageError, messageOf } from "../shared/errors";
import { list, record, text } from "../../objects/json";
import { KubernetesObject } from "../../objects/kubernetesObject";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { topologyOfObjects } from "./graph";
import type { Change, Topology } from "./model";

/** What the engine would do to one resource: the part of it that a topology needs. */
export interface PreviewStep {
    /** `create`, `update`, `delete`, `replace`, `same`, ... */
    op: string;
    urn: string;
    type: string;
    /** Inputs after the step. */
    inputs?: Record<string, unknown>;
    /** Inputs before the step; without them a deleted object is not drawn. */
    oldInputs?: Record<string, unknown>;
}

/** What each step means for the object. Other operations leave it as it is. */
const changeOf: ReadonlyMap<string, Change> = new Map([
    ["create", "added"],
    ["update", "changed"],
    ["replace", "changed"],
    ["create-replacement", "changed"],
    ["delete", "deleted"],
    ["import", "added"],
]);

/**
 * The graph that a preview would leave behind, with what it adds, changes and deletes marked.
 *
 * @param steps all of them: unchanged resources belong to the picture, so the preview must show those, too.
 */
export function topologyOfPreview(steps: readonly PreviewStep[], deployment?: DeploymentOutput): Topology {
    const byUrn = new Map<string, KubernetesObject>();
    const changes = new Map<KubernetesObject, Change>();
    for (const { op, urn, type, inputs, oldInputs } of steps) {
        const shown = op === "delete" ? oldInputs : inputs;
        // A replacement is several steps of one URN: the one that deletes the old object is no deletion.
        if (!type.startsWith("kubernetes:") || shown === undefined || op === "delete-replaced") {
            continue;
        }
        const object = KubernetesObject.of(shown);
        const change = changeOf.get(op);
        if (object !== undefined) {
            byUrn.set(`${urn} ${object.namespace}/${object.name ?? ""}`, object);
        }
        if (object !== undefined && change !== undefined) {
            changes.set(object, change);
        }
    }
    return topologyOfObjects([...byUrn.values()], deployment, { changes });
}

/**
 * The steps of what `pulumi preview --json` writes: a digest whose `steps` have `op`, `urn`, and the states before and
 * after (`oldState`, `newState`), each with its `inputs`.
 *
 * @param from where it came from, for errors.
 * @throws UsageError when it is not such a digest, or names no Kubernetes object.
 */
export function parsePreview(digest: string, from: string): PreviewStep[] {
    let parsed: unknown;
    try {
        parsed = JSON.parse(digest);
    } catch (error) {
        throw new UsageError(
            `--preview ${from}: not JSON (${messageOf(error)}); \`pulumi preview --json --show-sames\` writes what is needed`,
            { cause: error },
        );
    }
    const steps = list(record(parsed).steps).map(record).map(stepOf);
    if (!steps.some(({ type }) => type.startsWith("kubernetes:"))) {
        throw new UsageError(
            `--preview ${from}: no step for a Kubernetes object; \`pulumi preview --json --show-sames\` writes all of them`,
        );
    }
    return steps;
}

function stepOf({ op, urn, oldState, newState }: Record<string, unknown>): PreviewStep {
    const before = record(oldState);
    const after = record(newState);
    return {
        op: text(op) ?? "",
        urn: text(urn) ?? "",
        type: text(after.type) ?? text(before.type) ?? "",
        ...(after.inputs !== undefined && { inputs: record(after.inputs) }),
        ...(before.inputs !== undefined && { oldInputs: record(before.inputs) }),
    };
}
