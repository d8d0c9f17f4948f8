import { strings } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { Selection } from "./podIndex";
import type { LabelSelector } from "./selectors";
import { labelSelector } from "./selectors";
import type { StackIndex } from "./stackIndex";

/**
 * The selector of a Service or of an InferencePool: `spec.selector` is a LabelSelector in a pool, and labels in a Service
 * and in a pool of the experimental group.
 */
export function selectorOf(backend: KubernetesObject): LabelSelector {
    const { selector } = backend.spec;
    return labelSelector(backend.is(kinds.inferencePool) ? selector : { matchLabels: strings(selector) });
}

/**
 * The pods of the program that a Service or an InferencePool selects. In a Service an empty selector selects nothing, and
 * a pool's schema forbids one.
 */
export function selectionOf(backend: KubernetesObject, index: StackIndex): Selection {
    const selector = selectorOf(backend);
    const isEmpty = Object.keys(selector.matchLabels).length === 0 && selector.matchExpressions.length === 0;
    return isEmpty ? { templates: [] } : index.pods.select(backend.namespace, selector);
}
