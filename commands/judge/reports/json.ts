import type { Report } from "./report";

/** For programs: a list of what was found, and how many objects were judged. */
export function jsonReport({ judgements, objects }: Report): string {
    const findings = judgements.map(({ rule, level, message, subject, at, decidedBy }) => ({
        rule: rule.name,
        level,
        severity: rule.severity,
        object: subject,
        file: at?.file,
        line: at?.line,
        column: at?.column,
        message,
        decidedBy,
        fix: rule.remediationSteps,
    }));
    return JSON.stringify({ objects, findings }, undefined, 2);
}
