import type { Located } from "./containers";
import { integer, list, record, text } from "./json";
import { kinds, poolKinds, routeKinds } from "./kinds";
import { append } from "./multimap";
import type { GroupKind, KubernetesObject, Undecided } from "./kubernetesObject";
import type { PodTemplate, Selection } from "./podIndex";
import type { ServicePort } from "./pickers";
import { endpointsOf, pickersOf, servicePortsOf } from "./pickers";
import type { LabelSelector } from "./selectors";
import { selectionOf, selectorOf } from "./selections";
import { marksInference, servesModels } from "./servers";
import type { StackIndex } from "./stackIndex";
import { UnknownInputError, Unknowns } from "./unknown";
import type { Reference } from "./references";
import { referencesOf } from "./references";

/**
 * Whether a Service is made for sending requests to a release's model servers past the pool, told by llm-d's names
 * (`gaie-<release>-proxy`) or by the component label. No route needs to lead to it.
 */
export function isProxy(service: KubernetesObject): boolean {
    return (
        isService(service) &&
        (service.labels["app.kubernetes.io/component"] === "proxy" ||
            /^gaie-.*-proxy$/.test(service.name ?? ""))
    );
}

/** Whether an object is an InferencePool, of either API group. */
export function isPool(object: GroupKind): boolean {
    return poolKinds.some(({ group, kind }) => object.group === group && object.kind === kind);
}

/** Whether what is named is a Service. */
export function isService({ group, kind }: GroupKind): boolean {
    return group === "" && kind === "Service";
}

/** A Service or an InferencePool that leads to model servers. */
export interface Backend {
    readonly object: KubernetesObject;
    readonly selector: LabelSelector;
    readonly selection: Selection;
    /** The routes' references to it. */
    readonly routedBy: readonly Reference[];
}

/** What names an object, as a {@link Reference} does. */
export interface Target extends GroupKind {
    readonly namespace: string;
    readonly name: string;
}

/** What inference traffic passes through in the program: route -> Service or pool -> pods. */
export interface Chains {
    readonly backends: readonly Backend[];
    readonly templates: ReadonlySet<PodTemplate>;
    /** The references that lead, or by their kind mean to lead, to model servers. */
    readonly references: readonly Reference[];
    /** The routes that hold them. */
    readonly routes: readonly KubernetesObject[];
    /** The backend with this kind and name, if the program has it. */
    backendAt(target: Target): Backend | undefined;
    /** What cannot be told to be a part of a chain in preview. */
    readonly undecided: readonly Undecided[];
}

export function chainsOf(index: StackIndex): Chains {
    return index.model(makeChains);
}

/**
 * Which parts of a program are about inference:
 * - pods with one of llm-d's labels or the simulator's image, and those that a pool or an endpoint picker selects;
 * - every pool; each Service whose selector has one of the labels, or that selects one of those pods; and a routed
 *   Service or a proxy that selects nothing, next to such pods: it must have been meant for them;
 * - each reference of a route to one of these, to any pool, or to a Service that the program lacks next to such pods.
 * Everything else, such as a web application that shares the program, is not.
 */
function makeChains(index: StackIndex): Chains {
    const undecided: Undecided[] = [];
    const attempt = <T>(object: KubernetesObject, read: () => T): T | undefined => {
        try {
            return read();
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            undecided.push({ object, unknown: error });
            return undefined;
        }
    };

    const routed = routedTargets(index);
    for (const route of index.ofKind(...routeKinds)) {
        const unknowns = referencesOf(index).get(route)?.unknowns ?? [];
        undecided.push(...unknowns.map((unknown) => ({ object: route, unknown })));
    }
    const templates = new Set(
        index.pods.templates.filter((template) => attempt(template.owner, () => servesModels(template))),
    );
    for (const picker of pickersOf(index).all) {
        // What is not known of an endpoint picker is reported where it is checked itself.
        new Unknowns().attempt(() => {
            endpointsOf(picker, index)?.templates.forEach((template) => templates.add(template));
        });
    }
    const backends: Backend[] = [];
    for (const pool of index.ofKind(...poolKinds)) {
        const backend = attempt(pool, () => backendOf(pool, index, routed));
        if (backend) {
            backends.push(backend);
            backend.selection.templates.forEach((template) => templates.add(template));
        }
    }
    const inhabited = new Set([...templates].map(({ namespace }) => namespace));
    for (const service of index.ofKind(kinds.service)) {
        const backend = attempt(service, () => serviceBackend(service, index, routed));
        if (backend && leadsToInference(backend, templates, inhabited)) {
            backends.push(backend);
        }
    }

    const byTarget = new Map(
        backends.map((backend) => [
            keyOf(backend.object, backend.object.namespace, backend.object.name),
            backend,
        ]),
    );
    const references = [...routed.values()].flat().filter((reference) => {
        const absent = () =>
            attempt(reference.from, () => !index.find(kinds.service, reference.namespace, reference.name));
        return (
            isPool(reference) ||
            byTarget.has(targetKey(reference)) ||
            (isService(reference) && inhabited.has(reference.namespace) && absent())
        );
    });
    return {
        backends,
        templates,
        references,
        routes: [...new Set(references.map(({ from }) => from))],
        backendAt: (target) => byTarget.get(targetKey(target)),
        undecided,
    };
}

/** The routes' references by what they name. */
function routedTargets(index: StackIndex): Map<string, Reference[]> {
    const targets = new Map<string, Reference[]>();
    for (const [object, { references }] of referencesOf(index)) {
        if (!routeKinds.some((kind) => object.is(kind))) {
            continue;
        }
        for (const reference of references) {
            append(targets, targetKey(reference), reference);
        }
    }
    return targets;
}

/** The ports of its pods that a pool leads to: `spec.targetPorts` (up to 8 since GIE 1.2); `spec.targetPortNumber` in the experimental group. */
export function targetPortsOf(pool: KubernetesObject): Located<number | undefined>[] {
    return pool.is(kinds.inferencePoolAlpha)
        ? [{ value: integer(pool.spec.targetPortNumber), path: "spec.targetPortNumber" }]
        : list(pool.spec.targetPorts).map((entry, position) => ({
              value: integer(record(entry).number),
              path: `spec.targetPorts.${String(position)}.number`,
          }));
}

/** The ports of a Service or a pool that requests come to, and where each leads in the pods. */
export function forwardedBy(backend: KubernetesObject): Pick<ServicePort, "number" | "target">[] {
    return isPool(backend)
        ? targetPortsOf(backend).flatMap(({ value }) =>
              value === undefined ? [] : { number: value, target: value },
          )
        : servicePortsOf(backend);
}

/** An ExternalName leads to nothing that the program could know. A Service without a selector selects no pods. */
function serviceBackend(
    service: KubernetesObject,
    index: StackIndex,
    routed: ReadonlyMap<string, Reference[]>,
): Backend | undefined {
    return text(service.spec.type) === "ExternalName" ? undefined : backendOf(service, index, routed);
}

function backendOf(
    object: KubernetesObject,
    index: StackIndex,
    routed: ReadonlyMap<string, Reference[]>,
): Backend {
    return {
        object,
        selector: selectorOf(object),
        selection: selectionOf(object, index),
        routedBy: routed.get(keyOf(object, object.namespace, object.name)) ?? [],
    };
}

function leadsToInference(
    { object, selector, selection, routedBy }: Backend,
    templates: ReadonlySet<PodTemplate>,
    inhabited: ReadonlySet<string>,
): boolean {
    return (
        marksInference(selector.matchLabels) ||
        selection.templates.some((template) => templates.has(template)) ||
        (selection.templates.length === 0 &&
            inhabited.has(object.namespace) &&
            (routedBy.length > 0 || isProxy(object)))
    );
}

function targetKey(target: Target): string {
    return keyOf(target, target.namespace, target.name);
}

function keyOf({ group, kind }: GroupKind, namespace: string, name: string | undefined): string {
    return `${group}/${kind}|${namespace}|${name ?? ""}`;
}

/** Whether a Service is headless: made for finding pods, not for sending requests to one address. */
export function isHeadless(service: KubernetesObject): boolean {
    return service.spec.clusterIP === "None";
}
