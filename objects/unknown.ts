/** Thrown when a rule reads an input that is not known yet, which happens in preview only. */
export class UnknownInputError extends Error {
    /**
     * @param owner says which resource the input belongs to, e.g. `Service llm-d-sim/proxy`.
     * @param path where in the resource it is, e.g. `spec.ports.0.port`.
     */
    constructor(
        readonly owner: string,
        readonly path: string,
    ) {
        super(`${path} of ${owner} is not known in preview`);
    }
}

/**
 * Bounds of what is read of one property. No object of a cluster comes near them: etcd takes 1.5 MiB. An object that holds
 * itself, or that is written with aliases of aliases, has no end otherwise.
 */
const most = { values: 100_000, levels: 500 };

/** What a copy has come to. */
interface CopyState {
    unknowns: boolean;
    values: number;
}

/**
 * Copies one property of a resource out of the proxy that `@pulumi/policy` hands out.
 *
 * That proxy throws on the first read of an unknown value, which would end the whole policy, and its error does not say
 * whose value it is. The copy is a plain value when everything in it is known (always, outside preview), and otherwise
 * throws {@link UnknownInputError} where an unknown part is read.
 *
 * @throws RangeError for a property that has more values, or more levels, than an object can have.
 */
export function snapshot(source: object, key: string, owner: string): unknown {
    const state = { unknowns: false, values: 0 };
    const copy = copyOf(source, key, key, owner, state, 1);
    if (copy instanceof UnknownInputError) {
        throw copy;
    }
    return state.unknowns ? throwingView(copy) : copy;
}

function copyOf(
    source: object,
    key: string,
    path: string,
    owner: string,
    state: CopyState,
    level: number,
): unknown {
    state.values++;
    if (state.values > most.values || level > most.levels) {
        throw new RangeError(
            `${path.split(".", 1)[0] ?? ""} of ${owner} has more than ${String(most.values)} values or ${String(most.levels)} levels`,
        );
    }
    let value: unknown;
    try {
        value = (source as Record<string, unknown>)[key];
    } catch (error) {
        if (!isPolicyUnknown(error)) {
            throw error;
        }
        state.unknowns = true;
        return new UnknownInputError(owner, path);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const entries = Object.keys(value).map(
        (child) => [child, copyOf(value, child, `${path}.${child}`, owner, state, level + 1)] as const,
    );
    return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** `@pulumi/policy` does not export the class of its error (1.21.0, proxy.js). */
function isPolicyUnknown(error: unknown): boolean {
    return error instanceof Error && "unknownTypeSentinel" in error;
}

function throwingView(value: unknown): unknown {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return new Proxy(value, {
        get: (target, key, receiver) => {
            const child: unknown = Reflect.get(target, key, receiver);
            if (child instanceof UnknownInputError) {
                throw child;
            }
            return throwingView(child);
        },
    });
}

/** Collects what is not known while it reads on: for readers that gather many values, each of which may be unknown. */
export class Unknowns {
    readonly errors: UnknownInputError[] = [];

    /** Reads, and keeps the unknown input that ended the reading, if one did. */
    attempt(read: () => void): void {
        try {
            read();
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            this.errors.push(error);
        }
    }

    /** Visits each item of a list, as far as it is known. */
    forEach(items: readonly unknown[], visit: (item: unknown, position: number) => void): void {
        for (let position = 0; position < items.length; position++) {
            this.attempt(() => visit(items[position], position));
        }
    }
}
