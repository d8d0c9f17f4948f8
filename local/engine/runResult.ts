import type { RunResult } from "../../commands/shared/runResult";

export { ResultCollector } from "../../commands/shared/runResult";
export type { Diagnostic, RunResult, Step, Violation } from "../../commands/shared/runResult";

/** An operation failed. The message has the engine's errors and the mandatory violations, unabridged. */
export class EngineError extends Error {
    constructor(
        operation: string,
        /** What it did before it failed. */
        readonly result: RunResult,
        /** What the CLI itself said. */
        readonly output: string,
        cause: unknown,
    ) {
        super(messageOf(operation, result, output), { cause });
        this.name = "EngineError";
    }
}

function messageOf(operation: string, { diagnostics, violations }: RunResult, output: string): string {
    const lines = [
        ...violations
            .filter(({ level }) => level === "mandatory")
            .map(
                ({ policy, pack, urn, message }) =>
                    `[${pack}] ${policy}${urn ? ` (${urn})` : ""}: ${message}`,
            ),
        ...diagnostics
            .filter(({ severity }) => severity === "error")
            .map(({ urn, message }) => (urn ? `${urn}: ${message}` : message)),
    ];
    // Without an event (a locked stack, a bad config) the CLI's own words are all there is. An inline program's error
    // is reported twice: by the program's host and by the engine.
    const text = lines.length > 0 ? [...new Set(lines)].join("\n") : output;
    return `pulumi ${operation} failed:\n${text.trim()}`;
}
