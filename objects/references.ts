import type { Json } from "./json";
import { integer, list, record, text } from "./json";
import { kinds, routeKinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import type { UnknownInputError } from "./unknown";
import { Unknowns } from "./unknown";

/** A place in a route or a Gateway that names another object, which Gateway API may put in another namespace. */
export interface Reference {
    readonly from: KubernetesObject;
    /** Where in `from` it is, e.g. `spec.rules.0.backendRefs.0`. */
    readonly path: string;
    readonly purpose: "backend" | "mirror" | "certificate";
    readonly group: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** A backendRef's port; reading it throws if it is not known in preview. */
    readonly port: number | undefined;
}

/** What an object refers to, as far as that is known. */
export interface ReferenceScan {
    readonly references: readonly Reference[];
    readonly unknowns: readonly UnknownInputError[];
}

/** `<Kind> <namespace>/<name>` of what a reference names. */
export function targetOf({ kind, namespace, name }: Reference): string {
    return `${kind} ${namespace}/${name}`;
}

/** The references of every route and Gateway of the program. */
export function referencesOf(index: StackIndex): ReadonlyMap<KubernetesObject, ReferenceScan> {
    return index.model(scanAll);
}

function scanAll(index: StackIndex): ReadonlyMap<KubernetesObject, ReferenceScan> {
    return new Map(
        index.ofKind(...routeKinds, kinds.gateway).map((object) => [object, scanReferences(object)] as const),
    );
}

/** The references of one route or Gateway. */
export function scanReferences(from: KubernetesObject): ReferenceScan {
    const unknowns = new Unknowns();
    const references: Reference[] = [];
    const add = (value: unknown, path: string, purpose: Reference["purpose"]) =>
        references.push(reference(from, record(value), path, purpose));

    unknowns.attempt(() => {
        if (from.is(kinds.gateway)) {
            scanGateway(from, unknowns, add);
        } else {
            scanRoute(from, unknowns, add);
        }
    });
    return { references, unknowns: unknowns.errors };
}

type Add = (value: unknown, path: string, purpose: Reference["purpose"]) => void;

function scanRoute(from: KubernetesObject, unknowns: Unknowns, add: Add): void {
    unknowns.forEach(list(from.spec.rules), (rule, ruleIndex) => {
        const rulePath = `spec.rules.${String(ruleIndex)}`;
        unknowns.attempt(() => {
            scanMirrors(record(rule).filters, rulePath, unknowns, add);
        });
        unknowns.forEach(list(record(rule).backendRefs), (backend, backendIndex) => {
            const path = `${rulePath}.backendRefs.${String(backendIndex)}`;
            unknowns.attempt(() => {
                scanMirrors(record(backend).filters, path, unknowns, add);
            });
            add(backend, path, "backend");
        });
    });
}

function scanMirrors(filters: unknown, owner: string, unknowns: Unknowns, add: Add): void {
    unknowns.forEach(list(filters), (filter, filterIndex) => {
        const mirror = record(record(filter).requestMirror);
        if (mirror.backendRef !== undefined) {
            add(
                mirror.backendRef,
                `${owner}.filters.${String(filterIndex)}.requestMirror.backendRef`,
                "mirror",
            );
        }
    });
}

function scanGateway(from: KubernetesObject, unknowns: Unknowns, add: Add): void {
    unknowns.forEach(list(from.spec.listeners), (listener, listenerIndex) => {
        const path = `spec.listeners.${String(listenerIndex)}.tls.certificateRefs`;
        unknowns.forEach(list(record(record(listener).tls).certificateRefs), (certificate, position) => {
            add(certificate, `${path}.${String(position)}`, "certificate");
        });
    });
}

/** Gateway API: a reference's group is the core group, its kind Service (or Secret), its namespace the referrer's. */
function reference(
    from: KubernetesObject,
    ref: Json,
    path: string,
    purpose: Reference["purpose"],
): Reference {
    return {
        from,
        path,
        purpose,
        group: text(ref.group) ?? "",
        kind: text(ref.kind) ?? (purpose === "certificate" ? "Secret" : "Service"),
        namespace: text(ref.namespace) || from.namespace,
        name: text(ref.name) ?? "",
        get port() {
            return integer(ref.port);
        },
    };
}
