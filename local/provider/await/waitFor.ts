import { annotationOf, annotations } from "../annotations";
import { numberAt, objectsAt, stringAt } from "../objects";
import type { Json, JsonObject } from "../values";
import { parseJsonPath } from "./jsonPath";
import type { Readiness } from "./readiness";
import { waitingFor } from "./readiness";

/** One thing to wait for. */
export interface WaitCondition {
    /** As written in the annotation. */
    text: string;
    /** Undefined if the object meets the condition, else what it says instead. */
    unmet(live: JsonObject): string | undefined;
}

/**
 * Reads the annotation `pulumi.com/waitFor`: `condition=Type[=Status]`, `jsonpath={.path}[=value]`, or a JSON
 * array of those, all of which must hold. Undefined if the object has none.
 *
 * @throws for an expression that it cannot read, with the expression.
 */
export function waitForOf(object: JsonObject): WaitCondition[] | undefined {
    const value = annotationOf(object, annotations.waitFor);
    return value === undefined ? undefined : parseWaitFor(value);
}

/** Reads the text of the annotation; see {@link waitForOf}. */
export function parseWaitFor(text: string): WaitCondition[] {
    if (!text.trimStart().startsWith("[")) {
        return [parseOne(text)];
    }
    let list: Json;
    try {
        list = JSON.parse(text) as Json;
    } catch (error) {
        throw new Error(
            `annotation ${annotations.waitFor}: ${text} is no JSON array: ${(error as Error).message}`,
        );
    }
    if (!Array.isArray(list) || list.length === 0) {
        throw new Error(`annotation ${annotations.waitFor}: ${text} must list at least one expression`);
    }
    return list.map((item) => {
        if (typeof item !== "string") {
            throw new Error(`annotation ${annotations.waitFor}: ${JSON.stringify(item)} is no text`);
        }
        return parseOne(item);
    });
}

function parseOne(text: string): WaitCondition {
    const condition = /^condition=([^=]+)(?:=(.+))?$/i.exec(text.trim());
    if (condition !== null) {
        const [, type = "", status = "True"] = condition;
        return { text, unmet: (live) => unmetCondition(live, type, status) };
    }
    const jsonPath = /^jsonpath=(\{.*?\}|[^=]+)(?:=(.*))?$/is.exec(text.trim());
    if (jsonPath !== null) {
        const path = parseJsonPath(jsonPath[1] ?? "");
        const wanted = jsonPath[2]?.replace(/^"(.*)"$/, "$1");
        return {
            text,
            unmet: (live) => {
                const values = path.find(live).map(asText);
                const met = wanted === undefined ? values.length > 0 : values.includes(wanted);
                return met
                    ? undefined
                    : values.length === 0
                      ? "there is no such value"
                      : `it is ${values.join(", ")}`;
            },
        };
    }
    throw new Error(
        `annotation ${annotations.waitFor}: "${text}" is neither condition=Type[=Status] nor jsonpath={.path}[=value]`,
    );
}

function asText(value: Json): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

function unmetCondition(live: JsonObject, type: string, wanted: string): string | undefined {
    const condition = objectsAt(live, "status", "conditions").find(
        (candidate) => stringAt(candidate, "type")?.toLowerCase() === type.toLowerCase(),
    );
    if (condition === undefined) {
        return `status.conditions has no "${type}"`;
    }
    // A controller that has not seen the last change yet speaks of the one before.
    const generation = numberAt(live, 0, "metadata", "generation");
    if (numberAt(condition, generation, "observedGeneration") < generation) {
        return `"${type}" is of an older generation`;
    }
    const status = stringAt(condition, "status") ?? "";
    if (status.toLowerCase() === wanted.toLowerCase()) {
        return undefined;
    }
    return [`"${type}" is ${status}`, stringAt(condition, "reason"), stringAt(condition, "message")]
        .filter(Boolean)
        .join(": ");
}

/** Ready once every condition is met. */
export function checkWaitFor(conditions: WaitCondition[], live: JsonObject): Readiness {
    return waitingFor(
        conditions.map((condition) => {
            const unmet = condition.unmet(live);
            return unmet !== undefined && `${condition.text}: ${unmet}`;
        }),
    );
}
