import type { Violation } from "../../framework/finding";
import type { KubernetesObject } from "../../../objects/kubernetesObject";

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
}

/** The violation that a claim is not the port it should be, naming the claim it disagrees with, if there is one. */
export function disagreement(claim: Claim, port: number, other?: Claim): Violation {
    const against = other
        ? `${other.object === claim.object ? "" : `${other.object.toString()}: `}${describe(other)}`
        : `the inference port is ${String(port)} (\`port\` in this rule's config)`;
    return {
        object: claim.object,
        message: `${claim.object.toString()}: ${describe(claim)}, but ${against}.`,
    };
}

function describe({ what, path, port, written }: Claim): string {
    const number = port === undefined ? "no port" : String(port);
    return `${what} (${path}) is ${written === undefined ? number : `"${written}", which is ${number}`}`;
}
