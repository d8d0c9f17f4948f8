import type { Findings } from "../framework/finding";
import { each, isolated } from "../framework/finding";
import { kinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import { labelSelector, selects } from "../../objects/selectors";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { Backend } from "../../objects/chains";
import { chainsOf, isPool, isProxy, roleLabel } from "../../objects/chains";
import { isDisaggregated } from "../../objects/disaggregation";
import type { Reference } from "../../objects/references";
import { targetOf } from "../../objects/references";

const workloadsWithSelector = [kinds.deployment, kinds.statefulSet, kinds.daemonSet, kinds.replicaSet];

/** Requests find pods: what should select them does, and nothing selects prefill pods that only decode pods may serve. */
export const selectors: Rule = {
    name: "selectors",
    description:
        "Services and InferencePools for inference select the pods that are meant, and no prefill pods.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Make the selector's labels those of the decode pods' template, in the same namespace. A selector needs the role label as soon as prefill pods share the others.",
    *checkResource(object) {
        if (workloadsWithSelector.some((kind) => object.is(kind))) {
            yield* checkWorkload(object);
        }
    },
    *checkStack(index) {
        const chains = chainsOf(index);
        yield* chains.undecided;
        yield* each(chains.backends, (backend) => each([backend.object], () => checkBackend(backend, index)));
        yield* each(chains.references, (reference) =>
            each([reference.from], () => checkReference(reference, index)),
        );
    },
};

/** The API server refuses a workload whose selector does not match its template; this says so before. */
function* checkWorkload(workload: KubernetesObject): Findings {
    const selector = labelSelector(workload.spec.selector);
    for (const { labels } of templatesOf(workload)) {
        if (!selects(selector, labels)) {
            yield {
                message: `${workload.toString()} selects ${describe(selector.matchLabels)} (spec.selector), but labels its pods ${describe(labels)} (spec.template.metadata.labels).`,
            };
        }
    }
}

function* checkBackend(backend: Backend, index: StackIndex): Findings {
    const { object, selector, selection } = backend;
    const { templates, undecided } = selection;
    const decode = templates.filter((template) => !isPrefill(template));
    const prefill = templates.filter(isPrefill);
    if (templates.length === 0 && !undecided) {
        yield {
            message: `${object.toString()} selects ${describe(selector.matchLabels)} (spec.selector), which no pod template of the program in namespace ${object.namespace} has.`,
        };
    }
    // Reading the endpoint picker's configuration may have to wait, which must not keep the rest from being said.
    yield* isolated(function* () {
        if (prefill.length > 0 && !mayHoldPrefill(backend, decode.length > 0, index)) {
            yield {
                message: `${object.toString()} selects ${describe(selector.matchLabels)} (spec.selector), and so the prefill pods of ${prefill.map(({ owner }) => owner.toString()).join(", ")}, which cannot answer requests by themselves.`,
            };
        }
    });
    if (undecided) {
        yield { unknown: undecided };
    }
}

/**
 * A pool may where its endpoint picker sends each request to both roles in turn. A Service may where it is for prefill
 * pods only and no route leads to it: that is how decode pods can find them.
 */
function mayHoldPrefill({ object, routedBy }: Backend, holdsDecode: boolean, index: StackIndex): boolean {
    return isPool(object)
        ? holdsDecode && isDisaggregated(object, index)
        : !holdsDecode && !isProxy(object) && routedBy.length === 0;
}

function isPrefill({ labels }: PodTemplate): boolean {
    return labels[roleLabel] === "prefill";
}

/** A backend that is not in the program may be another's; one that is there in another place was meant. */
function* checkReference(reference: Reference, index: StackIndex): Findings {
    const { from, path, group, kind, namespace, name } = reference;
    if (index.find({ group, kind }, namespace, name)) {
        return;
    }
    const prefix = `${from.toString()} refers to ${targetOf(reference)} in group "${group}" (${path}), `;
    const meant = isPool(reference) && index.ofKind(...poolKinds).find((pool) => pool.name === name);
    yield meant
        ? { message: `${prefix}but the program has ${meant.toString()} in group "${meant.group}".` }
        : { message: `${prefix}which is not in this program.`, level: "advisory" };
}

function describe(labels: Readonly<Record<string, string>>): string {
    return `{${Object.entries(labels)
        .map(([key, value]) => `${key}: ${value}`)
        .join(", ")}}`;
}
