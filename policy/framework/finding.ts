import { KubernetesObject } from "../../objects/kubernetesObject";
import { UnknownInputError } from "../../objects/unknown";
import type { FixOf } from "./fix";

/** Something that a rule has against a resource. */
export interface Violation {
    /** The resource to change. Filled in by {@link each} where a rule leaves it out. */
    readonly object?: KubernetesObject;
    /** What is wrong, with the values that disagree and where each is. */
    readonly message: string;
    /** Where in the resource it is, where that is not the first field that the message names. */
    readonly path?: readonly string[];
    /**
     * The object that would settle it, as `Service models/chat`, or what would do in words: it is not among those that are
     * judged, and who judges a part of what there is cannot tell. Left out where what is judged tells that none is elsewhere.
     */
    readonly absent?: string;
    /** `advisory` for a finding that must not stop anybody, from a rule that otherwise does. */
    readonly level?: "advisory";
    /** Without it, what to change is for people to decide. */
    readonly fix?: FixOf;
}

/** A check that could not be made in preview. It is reported, never dropped. */
export interface Waiting {
    readonly object?: KubernetesObject;
    readonly unknown: UnknownInputError;
}

/** A check that an error of the rule itself ended, so that nothing is known of what it was to judge. */
export interface Failure {
    readonly object?: KubernetesObject;
    readonly error: unknown;
}

export type Finding = Violation | Waiting | Failure;
export type Findings = Iterable<Finding>;

/**
 * Runs one check. What is thrown ends this check only: an unknown input becomes a {@link Waiting}, and anything else,
 * which no object should be able to cause, a {@link Failure}.
 */
export function* isolated(check: () => Findings): Findings {
    try {
        yield* check();
    } catch (error) {
        yield error instanceof UnknownInputError ? { unknown: error } : { error };
    }
}

/**
 * Checks the items of a list, or the objects of a kind, each on its own: what is thrown ends the check of one item and
 * not of the others. An item that is an object is what its findings are about, unless they name another.
 */
export function* each<T>(
    items: Iterable<T> | ArrayLike<T>,
    check: (item: T, position: number) => Findings,
): Findings {
    const values = isArrayLike(items) ? items : [...items];
    for (let position = 0; position < values.length; position++) {
        let object: KubernetesObject | undefined;
        const findings = isolated(() => {
            const item = values[position] as T;
            object = item instanceof KubernetesObject ? item : undefined;
            return check(item, position);
        });
        for (const finding of findings) {
            yield object ? { object, ...finding } : finding;
        }
    }
}

function isArrayLike<T>(items: Iterable<T> | ArrayLike<T>): items is ArrayLike<T> {
    return "length" in items;
}
