import { ApiError } from "./apiClient";
import { annotations } from "./annotations";

/** Whether another field manager owns a field that was applied. */
export function isConflict(error: unknown): error is ApiError {
    return error instanceof ApiError && error.code === 409 && error.reason === "Conflict";
}

/**
 * Adds to a field conflict what to do about it. The API server's message names the other manager and the fields.
 * Other errors are given back as they are.
 */
export function explainConflict(error: unknown, fieldManager: string): unknown {
    if (!isConflict(error)) {
        return error;
    }
    const fields = error.causes.map(({ message, field }) => `- ${field}: ${message}`);
    return new Error(
        [
            `Server-Side Apply field conflict, applying as field manager "${fieldManager}": ${error.message}`,
            ...fields,
            "Somebody else set these fields. Either leave them out of the program (or list them in the " +
                "ignoreChanges option), or take them over with the annotation " +
                `${annotations.patchForce}: "true" on the resource.`,
        ].join("\n    "),
        { cause: error },
    );
}

/**
 * Whether a dry run failed for a reason that says nothing about the real update: no permission to ask, an
 * admission webhook without dry run, a namespace that the same update creates, or a field that is immutable in
 * the old object, which the same update replaces.
 */
export function isPreviewOnly(error: unknown): boolean {
    return (
        error instanceof ApiError &&
        (error.code === 403 ||
            error.code === 404 ||
            (error.code === 400 && /dry.?run/i.test(error.message)) ||
            (error.code === 422 && error.message.includes("field is immutable")))
    );
}
