import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { kinds, poolKinds, routeKinds } from "../../objects/kinds";
import { append } from "../../objects/multimap";
import type { GroupKind } from "../../objects/kubernetesObject";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { Unknowns } from "../../objects/unknown";
import type { Grant, GrantFrom, GrantTo } from "../../objects/grants";
import { fromAdmits, grantsOf, toAdmits } from "../../objects/grants";
import type { Reference, ReferenceScan } from "../../objects/references";
import { referencesOf } from "../../objects/references";

/** Who can refer across namespaces in Gateway API, and to what. */
const referrers: readonly GroupKind[] = [...routeKinds, kinds.gateway];
const referents: readonly GroupKind[] = [
    kinds.service,
    ...poolKinds,
    { group: "", kind: "Secret" },
    { group: "", kind: "ConfigMap" },
];

/** A ReferenceGrant admits no more than the program's references need. */
export const referenceGrantScope: Rule = {
    name: "reference-grant-scope",
    description: "A ReferenceGrant admits no more than what refers through it.",
    severity: "medium",
    enforcementLevel: "advisory",
    remediationSteps:
        "Name each object in `to`, and remove the entries of `from` and `to` that nothing uses. An entry for routes of a namespace that the program knows nothing of is left alone.",
    *checkStack(index) {
        const uses = index.model(usesByEnds);
        yield* each(grantsOf(index).all, (grant) =>
            each([grant.object], function* () {
                yield* grant.unknowns.map((unknown) => ({ unknown }));
                yield* checkFrom(grant, index, uses);
                yield* checkTo(grant, uses);
            }),
        );
    },
};

/** The program's references by their namespaces, so that a grant looks at those only that could use it. */
interface Uses {
    between(from: string, to: string): readonly Reference[];
    readonly namespaces: ReadonlySet<string>;
    readonly unknowns: ReferenceScan["unknowns"];
}

function usesByEnds(index: StackIndex): Uses {
    const byEnds = new Map<string, Reference[]>();
    const unknowns = new Unknowns();
    const namespaces = new Set<string>();
    for (const [object, scan] of referencesOf(index)) {
        unknowns.attempt(() => namespaces.add(object.namespace));
        unknowns.errors.push(...scan.unknowns);
        for (const reference of scan.references) {
            append(byEnds, `${reference.from.namespace}>${reference.namespace}`, reference);
        }
    }
    return {
        between: (from, to) => byEnds.get(`${from}>${to}`) ?? [],
        namespaces,
        unknowns: unknowns.errors,
    };
}

/** Whether the program has what lives in a namespace, so that "unused" can be told. */
function isKnown(namespace: string, index: StackIndex, uses: Uses): boolean {
    return uses.namespaces.has(namespace) || index.find(kinds.namespace, "", namespace) !== undefined;
}

function* checkFrom(grant: Grant, index: StackIndex, uses: Uses): Findings {
    yield* each(grant.from, function* (from, position) {
        const where = `spec.from.${String(position)} (${describeFrom(from)})`;
        if (!referrers.some(({ group, kind }) => group === from.group && kind === from.kind)) {
            yield { message: `${where} is of a kind that refers to nothing through a ReferenceGrant.` };
        } else if (isKnown(from.namespace, index, uses) && !isUsed(grant, from, uses)) {
            yield { message: `${where} is unused: nothing there refers to what this grant admits.` };
        }
    });
}

function isUsed(grant: Grant, from: GrantFrom, uses: Uses): boolean {
    const used = uses
        .between(from.namespace, grant.object.namespace)
        .some(
            (reference) => fromAdmits(from, reference.from) && grant.to.some((to) => toAdmits(to, reference)),
        );
    if (!used) {
        requireKnown(uses);
    }
    return used;
}

function* checkTo(grant: Grant, uses: Uses): Findings {
    const namespace = grant.object.namespace;
    const fromKnown = grant.from.every((from) => uses.namespaces.has(from.namespace));
    yield* each(grant.to, function* (to, position) {
        const where = `spec.to.${String(position)} (${describeTo(to)})`;
        if (!referents.some(({ group, kind }) => group === to.group && kind === to.kind)) {
            yield { message: `${where} is of a kind that nothing refers to through a ReferenceGrant.` };
        } else if (to.name === undefined) {
            yield {
                message: `${where} names no object, so it admits references to every ${to.kind} in namespace ${namespace}.`,
            };
        } else if (fromKnown && !grant.from.some((from) => reaches(from, to, namespace, uses))) {
            yield { message: `${where} is unused: nothing that this grant admits refers to it.` };
        }
    });
}

function reaches(from: GrantFrom, to: GrantTo, namespace: string, uses: Uses): boolean {
    const used = uses
        .between(from.namespace, namespace)
        .some((reference) => fromAdmits(from, reference.from) && toAdmits(to, reference));
    if (!used) {
        requireKnown(uses);
    }
    return used;
}

/** Throws while a reference is not known yet, which may be the use that was not found. */
function requireKnown({ unknowns: [unknown] }: Uses): void {
    if (unknown) {
        throw unknown;
    }
}

function describeFrom({ group, kind, namespace }: GrantFrom): string {
    return `${kind} in group "${group}" of namespace ${namespace}`;
}

function describeTo({ group, kind, name }: GrantTo): string {
    return `${kind}${name === undefined ? "" : ` ${name}`} in group "${group}"`;
}
