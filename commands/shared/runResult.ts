import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation";
import { isObject } from "../../objects/json";

/** What the engine does, or would do, to one resource. */
export interface Step {
    /** `create`, `update`, `delete`, `replace`, `same`, ... */
    op: string;
    urn: string;
    type: string;
    /** Properties that make it a replacement. */
    replaceKeys: string[];
    /** Changed properties by path, each with `add`, `update`, `delete` or one of these with `-replace`. */
    detailedDiff: Record<string, string>;
    /** Inputs after the step; undefined for a deletion. */
    inputs?: Record<string, unknown>;
    /** Inputs before the step; undefined for a creation. */
    oldInputs?: Record<string, unknown>;
    failed: boolean;
}

/** A message of the engine, a provider, or the program. */
export interface Diagnostic {
    severity: string;
    urn?: string;
    message: string;
}

/** A policy that a resource (or the stack) does not keep. */
export interface Violation {
    policy: string;
    pack: string;
    /** A mandatory one fails the operation, an advisory one does not; a remediation was applied to the inputs. */
    level: "advisory" | "mandatory" | "remediate";
    urn?: string;
    message: string;
}

/** What one operation did. */
export interface RunResult {
    /** Number of resources by operation. */
    changes: OpMap;
    steps: Step[];
    /** Without the progress lines and debug messages. */
    diagnostics: Diagnostic[];
    violations: Violation[];
}

/** Builds a {@link RunResult} from the engine's events. */
export class ResultCollector {
    readonly result: RunResult = { changes: {}, steps: [], diagnostics: [], violations: [] };

    /** Takes one event. */
    add(event: EngineEvent): void {
        const { resourcePreEvent, resOpFailedEvent, diagnosticEvent, policyEvent, summaryEvent } = event;
        if (resourcePreEvent !== undefined) {
            const { op, urn, type, keys, detailedDiff, old, new: next } = resourcePreEvent.metadata;
            this.result.steps.push({
                op,
                urn,
                type,
                replaceKeys: keys ?? [],
                detailedDiff: Object.fromEntries(
                    Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]),
                ),
                inputs: withoutSecrets(next?.inputs),
                oldInputs: withoutSecrets(old?.inputs),
                failed: false,
            });
        }
        if (resOpFailedEvent !== undefined) {
            const { op, urn } = resOpFailedEvent.metadata;
            const step = this.result.steps.find((candidate) => candidate.op === op && candidate.urn === urn);
            if (step !== undefined) {
                step.failed = true;
            }
        }
        // Debug messages have the requests of the program's SDK, with secrets in clear (@pulumi/pulumi 3.248,
        // resource.js). The SDK's type does not name their severity.
        if (
            diagnosticEvent !== undefined &&
            !diagnosticEvent.ephemeral &&
            (diagnosticEvent.severity as string) !== "debug"
        ) {
            const { severity, urn, message } = diagnosticEvent;
            this.result.diagnostics.push({ severity, urn: urn || undefined, message: plain(message) });
        }
        if (policyEvent !== undefined) {
            this.result.violations.push({
                policy: policyEvent.policyName,
                pack: policyEvent.policyPackName,
                // The SDK's type says "warning"; the engine sends the level that the policy declares.
                level: policyEvent.enforcementLevel as string as Violation["level"],
                urn: policyEvent.resourceUrn || undefined,
                message: plain(policyEvent.message),
            });
        }
        if (summaryEvent !== undefined) {
            this.result.changes = summaryEvent.resourceChanges;
        }
    }
}

/** Takes the engine's colour marks out: `<{%reset%}>`. */
function plain(text: string): string {
    return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** How values are marked that are no plain JSON (pulumi/pulumi, sdk/go/common/resource `SigKey`). */
const markKey = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** Whether there is anything in a value that is no plain JSON, such as a secret. */
export function isMarked(value: unknown): boolean {
    return JSON.stringify(value).includes(`"${markKey}":`);
}

/**
 * Inputs with `[secret]` in place of every secret, as the CLI's display has them. The engine has blinded them already,
 * and writes each as an object that only it can read.
 */
function withoutSecrets(inputs: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
    return inputs === undefined ? undefined : (blinded(inputs) as Record<string, unknown>);
}

function blinded(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(blinded);
    }
    if (!isObject(value)) {
        return value;
    }
    return value[markKey] === secretMark
        ? "[secret]"
        : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, blinded(inner)]));
}
