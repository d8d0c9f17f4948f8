/** Where a value is: keys joined by dots, or a list of keys where one holds a dot, as label keys do. */
export type Path = string | readonly (string | number)[];

type Container = Record<string, unknown>;

/** One resource of a captured program, with its inputs to edit; of a Kubernetes resource, they are its manifest. */
export class Captured {
    constructor(
        readonly type: string,
        readonly name: string,
        readonly inputs: Container,
    ) {}

    get kind(): string {
        return String(this.inputs.kind);
    }

    /** `metadata.name`. */
    get kubernetesName(): string {
        return String(this.get("metadata.name"));
    }

    /** The value at a path, or `undefined` if it is not there. */
    get(path: Path): unknown {
        return keysOf(path).reduce<unknown>(
            (value, key) => (value as Container | undefined)?.[key],
            this.inputs,
        );
    }

    /** The list at a path. */
    list(path: Path): unknown[] {
        const value = this.get(path);
        if (!Array.isArray(value)) {
            throw new Error(`${this.kind} ${this.kubernetesName} has no list at ${String(path)}`);
        }
        return value;
    }

    /** Sets the value at a path, and makes the objects on the way where they are missing. */
    set(path: Path, value: unknown): this {
        const keys = keysOf(path);
        const last = keys.pop() ?? "";
        const parent = keys.reduce<Container>(
            (container, key) => (container[key] ??= {}) as Container,
            this.inputs,
        );
        parent[last] = value;
        return this;
    }

    /** Removes what is at a path: an entry of an object, or an item of a list. It must be there. */
    unset(path: Path): this {
        if (this.get(path) === undefined) {
            throw new Error(`${this.kind} ${this.kubernetesName} has nothing at ${String(path)}`);
        }
        const keys = keysOf(path);
        const last = keys.pop() ?? "";
        const parent = this.get(keys);
        if (Array.isArray(parent)) {
            parent.splice(Number(last), 1);
        } else {
            delete (parent as Container)[last];
        }
        return this;
    }

    /** Replaces the value at a path by what a function makes of it. It must be there. */
    update<T>(path: Path, change: (value: T) => unknown): this {
        const value = this.get(path);
        if (value === undefined) {
            throw new Error(`${this.kind} ${this.kubernetesName} has nothing at ${String(path)}`);
        }
        return this.set(path, change(value as T));
    }
}

function keysOf(path: Path): string[] {
    return typeof path === "string" ? path.split(".") : path.map(String);
}
