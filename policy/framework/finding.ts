import { KubernetesObject } from "../../objects/kubernetesObject";
import { UnknownInputError } from "../../objects/unknown";

/** Something that a rule has against a resource. */
export interface Violation {
    /** The resource to change. Filled in by {@link each} where a rule leaves it out. */
    readonly object?: KubernetesObject;
    /** What is wrong, with the values that disagree and where each is. */
    readonly message: string;
    /** `advisory` for a finding that must not stop anybody, from a rule that otherwise does. */
    readonly level?: "advisory";
}

/** A check that could not be made in preview. It is reported, never dropped. */
export interface Waiting {
    readonly object?: KubernetesObject;
    readonly unknown: UnknownInputError;
}

export type Finding = Violation | Waiting;
export type Findings = Iterable<Finding>;

/** Runs one check. An unknown input ends this check only, and becomes a {@link Waiting}. */
export function* isolated(check: () => Findings): Findings {
    try {
        yield* check();
    } catch (error) {
        if (!(error instanceof UnknownInputError)) {
            throw error;
        }
        yield { unknown: error };
    }
}

/**
 * Checks the items of a list, or the objects of a kind, each on its own: an unknown input ends the check of one item and
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
