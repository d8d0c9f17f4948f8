import { list, record, text } from "./json";
import { kinds } from "./kinds";
import { append } from "./multimap";
import type { GroupKind, KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";
import { Unknowns } from "./unknown";
import type { Reference } from "./references";

/** An entry of a ReferenceGrant's `spec.from`. */
export interface GrantFrom {
    readonly group: string;
    readonly kind: string;
    readonly namespace: string;
}

/** An entry of a ReferenceGrant's `spec.to`; without a name it means every object of the kind. */
export interface GrantTo {
    readonly group: string;
    readonly kind: string;
    readonly name?: string;
}

/** A ReferenceGrant: each of `from` may refer to each of `to` in the grant's own namespace. */
export interface Grant {
    readonly object: KubernetesObject;
    readonly from: readonly GrantFrom[];
    readonly to: readonly GrantTo[];
    readonly unknowns: readonly UnknownInputError[];
}

/** What a reference is from: the group and kind of the referrer, and where it is. */
export interface Referrer extends GroupKind {
    readonly namespace: string;
}

/** What a reference names. */
export interface Referent extends Referrer {
    readonly name: string;
}

export function fromAdmits(from: GrantFrom, { group, kind, namespace }: Referrer): boolean {
    return from.group === group && from.kind === kind && from.namespace === namespace;
}

export function toAdmits(to: GrantTo, { group, kind, name }: Omit<Referent, "namespace">): boolean {
    return to.group === group && to.kind === kind && (to.name === undefined || to.name === name);
}

/** Whether a grant admits a reference. It counts in the namespace of what is referred to. */
export function admits({ object, from, to }: Grant, referrer: Referrer, referent: Referent): boolean {
    return (
        object.namespace === referent.namespace &&
        from.some((entry) => fromAdmits(entry, referrer)) &&
        to.some((entry) => toAdmits(entry, referent))
    );
}

/** Reads a ReferenceGrant. The API requires `group` and `kind`; a missing group is the core group. */
export function grantOf(object: KubernetesObject): Grant {
    const unknowns = new Unknowns();
    const from: GrantFrom[] = [];
    const to: GrantTo[] = [];
    unknowns.attempt(() => {
        unknowns.forEach(list(object.spec.from), (entry) => {
            const { group, kind, namespace } = record(entry);
            from.push({ group: text(group) ?? "", kind: text(kind) ?? "", namespace: text(namespace) ?? "" });
        });
    });
    unknowns.attempt(() => {
        unknowns.forEach(list(object.spec.to), (entry) => {
            const { group, kind, name } = record(entry);
            to.push({ group: text(group) ?? "", kind: text(kind) ?? "", name: text(name) || undefined });
        });
    });
    return { object, from, to, unknowns: unknowns.errors };
}

/** The program's ReferenceGrants, by what they admit. */
export class Grants {
    readonly all: readonly Grant[];
    private readonly byNamespace = new Map<string, Grant[]>();

    constructor(private readonly index: StackIndex) {
        const placed = new Unknowns();
        this.all = index.ofKind(kinds.referenceGrant).map(grantOf);
        for (const grant of this.all) {
            // An unplaced grant is the index's to report: see `certain`.
            placed.attempt(() => {
                append(this.byNamespace, grant.object.namespace, grant);
            });
        }
    }

    /** The grants in a namespace, for explaining why none of them admits a reference. */
    in(namespace: string): readonly Grant[] {
        return this.byNamespace.get(namespace) ?? [];
    }

    /** Whether a reference leads to another namespace, and no grant admits it; {@link admit} may throw. */
    lack(reference: Reference): boolean {
        return reference.namespace !== reference.from.namespace && !this.admit(reference);
    }

    /**
     * Whether a grant admits a reference.
     *
     * @throws {UnknownInputError} where none is known to, and one that is not known in full yet may.
     */
    admit(reference: Reference): boolean {
        const grants = this.in(reference.namespace);
        if (grants.some((grant) => admits(grant, reference.from, reference))) {
            return true;
        }
        const unknown = grants.flatMap(({ unknowns }) => unknowns)[0];
        if (unknown) {
            throw unknown;
        }
        this.index.certain(kinds.referenceGrant);
        return false;
    }
}

export function grantsOf(index: StackIndex): Grants {
    return index.model(makeGrants);
}

function makeGrants(index: StackIndex): Grants {
    return new Grants(index);
}
