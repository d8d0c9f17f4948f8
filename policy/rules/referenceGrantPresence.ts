import { isDeepStrictEqual } from "util";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Fix } from "../framework/fix";
import type { Rule } from "../framework/rule";
import { kinds } from "../../objects/kinds";
import type { Grants } from "../../objects/grants";
import { fromAdmits, grantsOf, toAdmits } from "../../objects/grants";
import type { Reference } from "../../objects/references";
import { referencesOf, targetOf } from "../../objects/references";
import type { StackIndex } from "../../objects/stackIndex";

/** How many grants that nearly fit a message explains. */
const nearMissesShown = 3;

/** Each reference across namespaces has a ReferenceGrant for exactly its ends. No grant at all is a violation. */
export const referenceGrantPresence: Rule = {
    name: "reference-grant-presence",
    description: "Each reference across namespaces of a route or Gateway has a ReferenceGrant.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Add the ReferenceGrant that the message shows to the namespace of what is referred to. Group, kind and namespace of `from` are the referrer's; group, kind and name of `to` are the reference's.",
    *checkStack(index) {
        for (const [object, { references, unknowns }] of referencesOf(index)) {
            yield* each([object], function* () {
                yield* each(references, (reference) => checkReference(reference, references, index));
                yield* unknowns.map((unknown) => ({ unknown }));
            });
        }
    },
};

/**
 * Who has what is referred to has its grants too, and a grant that nearly fits was meant; where there is neither, somebody
 * else may have both.
 */
function* checkReference(reference: Reference, all: readonly Reference[], index: StackIndex): Findings {
    const grants = grantsOf(index);
    if (!grants.lack(reference)) {
        return;
    }
    const { from, path, namespace } = reference;
    const near = nearMisses(reference, grants);
    const isElsewhere = near.length === 0 && !index.find(reference, namespace, reference.name);
    yield {
        ...(isElsewhere && {
            absent: `a ReferenceGrant in namespace ${namespace} from ${from.kind} of namespace ${from.namespace} to ${targetOf(reference)}`,
        }),
        message: [
            `${from.toString()} refers to ${targetOf(reference)} (${path}), but no ReferenceGrant in namespace ${namespace} allows it.`,
            ...near,
            "Add:",
            grantToAdd(reference),
        ].join("\n"),
        fix: () => {
            const lacking = all.filter((other) => other.namespace === namespace && grants.lack(other));
            return lacking.some((other) => mayBeMisplaced(other, index))
                ? undefined
                : missingGrant(reference, lacking, index);
        },
    };
}

/** Whether the reference's namespace, and not a grant, may be what is wrong. */
function mayBeMisplaced({ group, kind, namespace, name }: Reference, index: StackIndex): boolean {
    return (
        index.find({ group, kind }, namespace, name) === undefined &&
        index.ofKind({ group, kind }).some((object) => object.name === name)
    );
}

/** One grant for all that an object refers to in a namespace, under a name that is free there. */
function missingGrant(
    { from, group, kind, namespace, name }: Reference,
    lacking: readonly Reference[],
    index: StackIndex,
): Fix | undefined {
    const own = from.name ?? name;
    const free = [own, `${from.namespace}-${own}`].find(
        (candidate) => !index.find(kinds.referenceGrant, namespace, candidate),
    );
    const to = lacking.map((other) => ({ group: other.group, kind: other.kind, name: other.name }));
    const target = index.find({ group, kind }, namespace, name);
    return free === undefined
        ? undefined
        : {
              add: {
                  apiVersion: "gateway.networking.k8s.io/v1beta1",
                  kind: kinds.referenceGrant.kind,
                  metadata: { name: free, namespace },
                  spec: {
                      from: [{ group: from.group, kind: from.kind, namespace: from.namespace }],
                      to: to.filter(
                          (entry, position) =>
                              to.findIndex((earlier) => isDeepStrictEqual(earlier, entry)) === position,
                      ),
                  },
              },
              beside: [...(target ? [target] : []), from],
          };
}

function nearMisses(reference: Reference, grants: Grants): string[] {
    const { from } = reference;
    return grants
        .in(reference.namespace)
        .flatMap((grant) => {
            const fromFits = grant.from.some((entry) => fromAdmits(entry, reference.from));
            const toFits = grant.to.some((entry) => toAdmits(entry, reference));
            if (toFits && !fromFits) {
                return `${grant.object.toString()} has no \`from\` with group ${from.group}, kind ${from.kind}, namespace ${from.namespace}.`;
            }
            if (fromFits && !toFits) {
                return `${grant.object.toString()} has no \`to\` with group "${reference.group}", kind ${reference.kind}, name ${reference.name}.`;
            }
            return [];
        })
        .slice(0, nearMissesShown);
}

function grantToAdd({ from, group, kind, namespace, name }: Reference): string {
    return [
        "  apiVersion: gateway.networking.k8s.io/v1beta1",
        "  kind: ReferenceGrant",
        `  metadata: {name: ${from.name ?? name}, namespace: ${namespace}}`,
        "  spec:",
        `    from: [{group: ${from.group}, kind: ${from.kind}, namespace: ${from.namespace}}]`,
        `    to: [{group: "${group}", kind: ${kind}, name: ${name}}]`,
    ].join("\n");
}
