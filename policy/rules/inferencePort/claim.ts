import type { Violation } from "../../framework/finding";
import type { Fix } from "../../framework/fix";
import { setField } from "../../framework/fix";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { StackIndex } from "../../../objects/stackIndex";

/** A place that says which port inference is at. */
export interface Claim {
    readonly object: KubernetesObject;
    /** What says it, e.g. "`--port` of container vllm". */
    readonly what: string;
    /** Where in the object, e.g. `spec.ports.0.port`. */
    readonly path: string;
    /** The number, or `undefined` for a name that stands for none. */
    readonly port: number | undefined;
    /** The value as written, where that is not the number. */
    readonly written?: string;
    /** The field that holds it, where that is not a number at the path. */
    readonly steps?: readonly string[];
    /** Whether it is where the model server listens, which decides what the others have to say. */
    readonly decides?: boolean;
}

/**
 * The violation that a claim is not the port it should be, naming the claim it disagrees with, if there is one.
 *
 * @param isCertain whether nothing else than the claim can be wrong, so that it can be corrected. Default: never.
 */
export function disagreement(
    claim: Claim,
    port: number,
    other?: Claim,
    isCertain: (index: StackIndex) => boolean = () => false,
): Violation {
    const against = other
        ? `${other.object === claim.object ? "" : `${other.object.toString()}: `}${describe(other)}`
        : `the inference port is ${String(port)} (\`port\` in this rule's config)`;
    return {
        object: claim.object,
        message: `${claim.object.toString()}: ${describe(claim)}, but ${against}.`,
        fix: (index) => (isCertain(index) ? correction(claim, port) : undefined),
    };
}

/** A name stands for a port that is declared elsewhere. */
function correction({ path, written, steps }: Claim, port: number): Fix | undefined {
    if (steps !== undefined) {
        return { edits: [{ steps, value: String(port) }] };
    }
    return written === undefined ? setField(path, port) : undefined;
}

function describe({ what, path, port, written }: Claim): string {
    const number = port === undefined ? "no port" : String(port);
    return `${what} (${path}) is ${written === undefined ? number : `"${written}", which is ${number}`}`;
}
