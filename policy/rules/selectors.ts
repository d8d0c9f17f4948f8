import type { Findings } from "../framework/finding";
import { each, isolated } from "../framework/finding";
import { setField } from "../framework/fix";
import { kinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import { describeLabels, labelSelector, selects } from "../../objects/selectors";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { Backend } from "../../objects/chains";
import { chainsOf, isHeadless, isPool, isProxy } from "../../objects/chains";
import { roleLabel, servedModelsOf, simulatorsIn } from "../../objects/servers";
import { failsOpen, isDisaggregated } from "../../objects/disaggregation";
import type { Container } from "../../objects/containers";
import { mainContainerOf } from "../../objects/containers";
import type { Reference } from "../../objects/references";
import { targetOf } from "../../objects/references";

const workloadsWithSelector = [kinds.deployment, kinds.statefulSet, kinds.daemonSet, kinds.replicaSet];

/**
 * Requests find pods: what should select them does, each pod serves the model that is asked for, and nothing selects
 * prefill pods that only decode pods may serve.
 */
export const selectors: Rule = {
    name: "selectors",
    description:
        "Services and InferencePools for inference select the pods that are meant, of one model, and no prefill pods.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Make the selector's labels those of the decode pods' template, in the same namespace. A selector needs the role label as soon as prefill pods share the others, and a label of the model where several models do.",
    *checkResource(object) {
        if (workloadsWithSelector.some((kind) => object.is(kind))) {
            yield* checkWorkload(object);
        }
    },
    *checkStack(index) {
        const chains = chainsOf(index);
        yield* chains.undecided;
        yield* each(chains.backends, (backend) => each([backend.object], () => checkBackend(backend, index)));
        yield* checkOverlaps(chains.backends.filter(({ object }) => isPool(object)));
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
                message: `${workload.toString()} selects ${describeLabels(selector.matchLabels)} (spec.selector), but labels its pods ${describeLabels(labels)} (spec.template.metadata.labels).`,
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
        // Next to model servers, those were meant; where there are none, another's may be.
        const isAlone = ![...chainsOf(index).templates].some(
            ({ namespace }) => namespace === object.namespace,
        );
        yield {
            ...(isAlone && {
                absent: `pods in namespace ${object.namespace} with the labels ${describeLabels(selector.matchLabels)}`,
            }),
            message: `${object.toString()} selects ${describeLabels(selector.matchLabels)} (spec.selector), which no pod template of the program in namespace ${object.namespace} has.`,
        };
    }
    // Reading the endpoint picker's configuration may have to wait, which must not keep the rest from being said.
    yield* isolated(function* () {
        if (prefill.length > 0 && !mayHoldPrefill(backend, decode.length > 0, index)) {
            yield {
                message: `${object.toString()} selects ${describeLabels(selector.matchLabels)} (spec.selector), and so the prefill pods of ${prefill.map(({ owner }) => owner.toString()).join(", ")}, which cannot answer requests by themselves.`,
            };
        } else if (prefill.length > 0 && isPool(object) && failsOpen(object)) {
            // As the router's chart has it: prefill pods that can decode as well answer, only without what they are for.
            yield {
                message: `${object.toString()} holds prefill pods, of ${prefill.map(({ owner }) => owner.toString()).join(", ")}, and fails open (spec.endpointPickerRef.failureMode): requests go to them as well while its endpoint picker cannot be asked.`,
                level: "advisory",
            };
        }
    });
    if (!isHeadless(object)) {
        yield* checkModels(object, templates);
    }
    if (undecided) {
        yield { unknown: undecided };
    }
}

/** What picks among a backend's pods, an endpoint picker too, takes each of them for one that has the model. */
function* checkModels(backend: KubernetesObject, templates: readonly PodTemplate[]): Findings {
    const served: { names: readonly string[]; text: string }[] = [];
    for (const template of templates) {
        yield* each([backend], () => {
            for (const container of modelContainers(template)) {
                const models = servedModelsOf(container);
                if (models) {
                    const text = `${models.value.join(", ")} (${template.owner.toString()}, ${models.path})`;
                    served.push({ names: models.value, text });
                }
            }
            return [];
        });
    }
    const [first, ...others] = served;
    if (!first) {
        return;
    }
    const shares = (names: readonly string[]) => names.some((name) => first.names.includes(name));
    const apart = others.find(({ names }) => !shares(names));
    const other = apart ?? others.find(({ names }) => !isSameSet(names, first.names));
    if (other) {
        yield {
            object: backend,
            message: `${backend.toString()} selects pods of several models: ${first.text} and ${other.text}. Requests for one of them that come to a pod of the other get 404.`,
            // A further name is one that clients may not use yet.
            ...(!apart && { level: "advisory" as const }),
        };
    }
}

/** The containers that serve a model: simulators, or else the one that has arguments. */
function modelContainers(template: PodTemplate): Container[] {
    const simulators = simulatorsIn(template).map(({ container }) => container);
    const main = mainContainerOf(template);
    return simulators.length > 0 || !main ? simulators : [main];
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
    return one.every((name) => other.includes(name)) && other.every((name) => one.includes(name));
}

/** Each endpoint picker counts what it sent itself, and knows nothing of what another sends to the same pods. */
function* checkOverlaps(pools: readonly Backend[]): Findings {
    const firstOf = new Map<PodTemplate, Backend>();
    const reported = new Set<Backend>();
    for (const pool of pools) {
        for (const template of pool.selection.templates) {
            const first = firstOf.get(template) ?? pool;
            firstOf.set(template, first);
            if (first !== pool && !reported.has(pool)) {
                reported.add(pool);
                yield {
                    object: pool.object,
                    message: `${pool.object.toString()} and ${first.object.toString()} select the same pods, of ${template.owner.toString()}: an endpoint picker of each knows its own requests only, and none the pods' whole load.`,
                    level: "advisory",
                };
            }
        }
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
        ? {
              message: `${prefix}but the program has ${meant.toString()} in group "${meant.group}".`,
              fix: () => (meant.namespace === namespace ? setField(`${path}.group`, meant.group) : undefined),
          }
        : {
              message: `${prefix}which is not in this program.`,
              absent: targetOf(reference),
              level: "advisory",
          };
}
