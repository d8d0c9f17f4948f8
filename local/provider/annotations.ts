import { stringAt } from "./objects";
import type { JsonObject } from "./values";

/**
 * The annotations through which a program steers the provider.
 * Source: the official provider's documentation, "Kubernetes provider annotations".
 */
export const annotations = {
    /** "true" on an object whose name this provider made up. */
    autonamed: "pulumi.com/autonamed",
    /** "true": wait for nothing; "ready": do not wait for readiness, but do wait for deletion. */
    skipAwait: "pulumi.com/skipAwait",
    /** What to wait for after a create or an update. */
    waitFor: "pulumi.com/waitFor",
    /** The most to wait, in seconds. */
    timeoutSeconds: "pulumi.com/timeoutSeconds",
    /** "true": take over fields that another field manager owns. */
    patchForce: "pulumi.com/patchForce",
    /** The field manager to apply as, in place of the generated one. */
    patchFieldManager: "pulumi.com/patchFieldManager",
    /** `foreground`, `background` or `orphan`. */
    deletionPropagationPolicy: "pulumi.com/deletionPropagationPolicy",
} as const;

/** The value of an annotation of `object`, or undefined. */
export function annotationOf(object: JsonObject, name: string): string | undefined {
    return stringAt(object, "metadata", "annotations", name);
}

/** Whether the annotation is there and says yes. */
export function isAnnotationTrue(object: JsonObject, name: string): boolean {
    return annotationOf(object, name)?.toLowerCase() === "true";
}

/** The policy that a DELETE must carry. Default: Foreground. Throws for a value that Kubernetes does not know. */
export function deletionPropagationPolicy(object: JsonObject): "Foreground" | "Background" | "Orphan" {
    const value = annotationOf(object, annotations.deletionPropagationPolicy);
    switch (value?.toLowerCase()) {
        case undefined:
        case "foreground":
            return "Foreground";
        case "background":
            return "Background";
        case "orphan":
            return "Orphan";
        default:
            throw new Error(
                `annotation ${annotations.deletionPropagationPolicy}: "${value}" is none of foreground, background, orphan`,
            );
    }
}

/**
 * How long to wait, in milliseconds: the resource's `customTimeouts`, else its annotation, else `fallback`.
 * Throws for an annotation that is not a positive number of seconds.
 */
export function timeoutMs(object: JsonObject, customTimeoutSeconds: number, fallbackMs: number): number {
    if (customTimeoutSeconds > 0) {
        return customTimeoutSeconds * 1000;
    }
    const value = annotationOf(object, annotations.timeoutSeconds);
    if (value === undefined) {
        return fallbackMs;
    }
    const seconds = Number(value);
    if (!Number.isFinite(seconds) || seconds <= 0) {
        throw new Error(
            `annotation ${annotations.timeoutSeconds}: "${value}" is not a positive number of seconds`,
        );
    }
    return seconds * 1000;
}
