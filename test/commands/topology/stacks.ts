import type { DeploymentOutput } from "../../../components/deploymentOutput";
import type { PlainObject } from "../../../objects/kubernetesObject";
import { runProgram } from "../../support/mocks";
import { modes } from "../../support/modes";

/** A Kubernetes object that tests may change as they like. */
export interface MutableObject extends PlainObject {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> };
    spec: object;
    status?: object;
}

/** What the program registers in a mode. */
export interface Stack {
    objects: MutableObject[];
    deployment: DeploymentOutput;
}

/** Runs the program in a mode of `test/support/modes.ts`. */
export async function stackOf(mode: string): Promise<Stack> {
    const { registrations, outputs } = await runProgram(modes[mode]);
    return structuredClone({
        objects: registrations
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ inputs }) => inputs as unknown as MutableObject),
        deployment: outputs.deployment as DeploymentOutput,
    });
}

/** The object of a kind whose name contains a text. */
export function find({ objects }: Stack, kind: string, name = ""): MutableObject {
    const found = objects.find((object) => object.kind === kind && object.metadata.name.includes(name));
    if (found === undefined) {
        throw new Error(`the stack has no ${kind} ${name}`);
    }
    return found;
}

/** Takes an object away. */
export function remove(stack: Stack, kind: string, name = ""): void {
    stack.objects.splice(stack.objects.indexOf(find(stack, kind, name)), 1);
}

/** Sets a field of an object, at the keys and indices that lead to it. */
export function set(object: MutableObject, keys: string[], value: unknown): void {
    const at = keys
        .slice(0, -1)
        .reduce(
            (parent, key) => parent[key] as Record<string, unknown>,
            object as unknown as Record<string, unknown>,
        );
    at[keys.at(-1)!] = value;
}
