import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../../objects/json";
import type { Problem } from "./errors";
import { settingName } from "./errors";
import { allowedIn } from "./textSettings";

/** Far more than any setting has, and far less than what reading it again and again can take. */
const deepest = 64;

/**
 * What is wrong with the shape of a value, whatever it is of: a key that JavaScript's objects cannot have as one of their
 * own, and would lose in silence, nesting without an end, and what no config can hold, such as an Output.
 */
export function structureProblems(input: Readonly<Record<string, unknown>>): Problem[] {
    const problems: Problem[] = [];
    const waiting: { value: unknown; path: readonly string[] }[] = [{ value: input, path: [] }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { value, path } = next;
        const foreign = foreignKind(value);
        if (foreign !== undefined) {
            const setting = settingName(path);
            problems.push({
                setting,
                message: `${setting}: ${foreign} is not allowed; allowed: ${allowedIn(path)}.`,
            });
            continue;
        }
        if (typeof value !== "object" || value === null) {
            continue;
        }
        if (path.length > deepest) {
            const setting = settingName(path.slice(0, 3));
            problems.push({
                setting,
                message: `${setting}: a value nested more than ${String(deepest)} levels deep is not allowed; allowed: fewer levels.`,
            });
            break;
        }
        for (const [key, inner] of Object.entries(value)) {
            if (key === "__proto__") {
                const setting = settingName(path);
                problems.push({
                    setting,
                    message: `${setting}: the name "__proto__" is not allowed; allowed: another name.`,
                });
            }
            waiting.push({ value: inner, path: [...path, key] });
        }
    }
    return problems;
}

/** What a value is that JSON does not have; undefined of all others. */
function foreignKind(value: unknown): string | undefined {
    if (pulumi.Output.isInstance(value)) {
        return "an Output, whose value is not known yet,";
    }
    if (value instanceof Promise) {
        return "a Promise, whose value is not known yet,";
    }
    const isJson =
        ["string", "boolean", "undefined"].includes(typeof value) ||
        Number.isFinite(value) ||
        value === null ||
        Array.isArray(value) ||
        (isObject(value) && isPlain(value));
    return isJson ? undefined : "a value that is no JSON";
}

function isPlain(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    // Of another realm as well, such as a test's or a worker's.
    return prototype === null || Object.getPrototypeOf(prototype) === null;
}
