import type { Json } from "./json";
import { list, record, strings, text } from "./json";

export type Labels = Readonly<Record<string, string>>;

/** A Kubernetes LabelSelector; all of its conditions must hold. */
export interface LabelSelector {
    readonly matchLabels: Labels;
    readonly matchExpressions: readonly unknown[];
}

/** Reads a LabelSelector: `{matchLabels, matchExpressions}`. */
export function labelSelector(value: unknown): LabelSelector {
    const selector = record(value);
    return {
        matchLabels: strings(selector.matchLabels),
        matchExpressions: list(selector.matchExpressions),
    };
}

/** Whether labels fulfil a LabelSelector. An empty one selects everything; in a Service, it selects nothing. */
export function selects(
    { matchLabels = {}, matchExpressions = [] }: Partial<LabelSelector>,
    labels: Labels = {},
): boolean {
    return (
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
        matchExpressions.every((expression) => holds(record(expression), labels))
    );
}

function holds({ key, operator, values }: Json, labels: Labels): boolean {
    const value = labels[text(key) ?? ""];
    switch (operator) {
        case "In":
            return value !== undefined && list(values).includes(value);
        case "NotIn":
            return value === undefined || !list(values).includes(value);
        case "Exists":
            return value !== undefined;
        case "DoesNotExist":
            return value === undefined;
        default:
            return false;
    }
}

/** Labels as Kubernetes' API and its command lines write a selector, one requirement each: `app=chat`. */
export function requirementsOf(labels: Labels): string[] {
    return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** Labels as messages write them, in the order of their keys, which the engine does not keep: `{app: chat, tier: web}`. */
export function describeLabels(labels: Labels): string {
    return `{${Object.keys(labels)
        .sort()
        .map((key) => `${key}: ${labels[key] ?? ""}`)
        .join(", ")}}`;
}
