import type { ProgramRun } from "../../support/mocks";

/** A manifest, as free to edit as a mutation needs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a typed path to each mutated field would repeat the API
export type Editable = any;

/** One resource of a captured program. */
export interface Captured {
    readonly type: string;
    readonly name: string;
    /** The inputs; of a Kubernetes resource, its manifest. */
    manifest: Editable;
}

/** What a program registered and put out: the set that a mutation changes and the pack judges. */
export class Program {
    constructor(
        readonly resources: Captured[],
        readonly outputs: Editable,
    ) {}

    static of({ registrations, outputs }: ProgramRun): Program {
        return new Program(
            registrations.map(({ type, name, inputs }) => ({ type, name, manifest: inputs })),
            outputs,
        );
    }

    /** A copy that shares nothing with this one. */
    clone(): Program {
        return new Program(structuredClone(this.resources), structuredClone(this.outputs));
    }

    /** The resources of a kind, in order of registration; with a pattern, those whose Kubernetes name matches. */
    ofKind(kind: string, name = /(?:)/): Captured[] {
        return this.resources.filter(
            ({ manifest }) =>
                (manifest as { kind?: string }).kind === kind &&
                name.test((manifest as { metadata: { name: string } }).metadata.name),
        );
    }

    has(kind: string, name?: RegExp): boolean {
        return this.ofKind(kind, name).length > 0;
    }

    /** The manifest of the only resource of a kind, or of the first whose name matches. */
    get(kind: string, name?: RegExp): Editable {
        const [found] = this.ofKind(kind, name);
        if (!found) {
            throw new Error(`the program has no ${kind} ${String(name ?? "")}`);
        }
        return found.manifest as Editable;
    }

    remove(kind: string, name?: RegExp): void {
        const doomed = new Set(this.ofKind(kind, name));
        this.resources.splice(0, Infinity, ...this.resources.filter((resource) => !doomed.has(resource)));
    }

    add(manifest: Editable): void {
        const { apiVersion, kind, metadata } = manifest as {
            apiVersion: string;
            kind: string;
            metadata: { name: string; namespace?: string };
        };
        const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
        this.resources.push({
            type: `kubernetes:${version}:${kind}`,
            name: `added-${kind}-${metadata.namespace ?? ""}-${metadata.name}`.toLowerCase(),
            manifest,
        });
    }
}
