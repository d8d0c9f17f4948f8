import type { Problem } from "./errors";
import { settingName } from "./errors";

/** Far more than any setting has, and far less than what reading it again and again can take. */
const deepest = 64;

/**
 * What is wrong with the shape of a value, whatever it is of: a key that JavaScript's objects cannot have as one of their
 * own, and would lose in silence, and nesting without an end.
 */
export function structureProblems(input: Readonly<Record<string, unknown>>): Problem[] {
    const problems: Problem[] = [];
    const waiting: { value: unknown; path: readonly string[] }[] = [{ value: input, path: [] }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { value, path } = next;
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
