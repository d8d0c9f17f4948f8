import { podLabelsOf } from "./dataPlane";
import type { Json } from "./json";
import { list, record, strings, text, written } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { PodTemplate } from "./podIndex";
import { labelSelector, selects } from "./selectors";
import type { StackIndex } from "./stackIndex";

/** Whether Istio puts a sidecar into a pod; `unknown` where the program does not have what decides. */
export type Sidecar = "yes" | "no" | "unknown";

const injectLabel = "sidecar.istio.io/inject";
const revisionLabel = "istio.io/rev";

/** The label by which a namespace has sidecars put into its pods: `istio-injection: enabled`, or a revision. */
export function injectionLabel(namespace: KubernetesObject): string | undefined {
    const { "istio-injection": injection, [revisionLabel]: revision } = namespace.labels;
    if (injection !== undefined) {
        return injection === "enabled" ? "istio-injection: enabled" : undefined;
    }
    return revision === undefined ? undefined : `${revisionLabel}: ${revision}`;
}

/**
 * Whether the pods of a template get a sidecar (Istio's injection webhook: the namespace's labels, then the pod's, where
 * `istio-injection: disabled` is final; not with `hostNetwork`).
 */
export function sidecarOf(template: PodTemplate, index: StackIndex): Sidecar {
    const own = template.labels[injectLabel] ?? template.annotations[injectLabel];
    if (own === "false" || template.spec.hostNetwork === true) {
        return "no";
    }
    const asked = own === "true" || revisionLabel in template.labels;
    const namespace = index.find(kinds.namespace, "", template.namespace);
    if (!namespace) {
        return asked ? "yes" : "unknown";
    }
    const refused = "istio-injection" in namespace.labels && injectionLabel(namespace) === undefined;
    return !refused && (asked || injectionLabel(namespace) !== undefined) ? "yes" : "no";
}

/** Namespace whose policies are for the whole mesh (Istio's default root namespace). */
const rootNamespace = "istio-system";

/** What a PeerAuthentication demands of a port. */
export interface PeerDemand {
    readonly object: KubernetesObject;
    readonly path: string;
    readonly mode: string;
}

/**
 * What is demanded of clients at a port of a template's sidecar: by the policy that selects its pods, else that of its
 * namespace, else that of the mesh. One that leaves a mode unset leaves it to the next.
 */
export function peerDemandAt(template: PodTemplate, port: number, index: StackIndex): PeerDemand | undefined {
    const own = index.inNamespace(kinds.peerAuthentication, template.namespace);
    const selecting = own.filter(
        (policy) => hasSelector(policy) && selects(labelSelector(policy.spec.selector), template.labels),
    );
    const wide = [...own, ...index.inNamespace(kinds.peerAuthentication, rootNamespace)].filter(
        (policy) => !hasSelector(policy),
    );
    const demands = [
        ...selecting.map((object) =>
            demandOf(
                object,
                record(object.spec.portLevelMtls)[String(port)],
                `spec.portLevelMtls.${String(port)}.mode`,
            ),
        ),
        ...[...selecting, ...wide].map((object) => demandOf(object, object.spec.mtls, "spec.mtls.mode")),
    ];
    return demands.find((demand) => demand !== undefined);
}

function demandOf(object: KubernetesObject, settings: unknown, path: string): PeerDemand | undefined {
    const mode = text(record(settings).mode);
    return mode === undefined || mode === "UNSET" ? undefined : { object, path, mode };
}

/** Whether a sidecar leaves a port alone, by the pod's annotations. */
export function leavesPort({ annotations }: PodTemplate, port: number): boolean {
    const excluded = annotations["traffic.sidecar.istio.io/excludeInboundPorts"] ?? "";
    const included = annotations["traffic.sidecar.istio.io/includeInboundPorts"] ?? "*";
    const has = (ports: string) =>
        ports.split(",").some((entry) => entry.trim() === String(port) || entry.trim() === "*");
    return has(excluded) || !has(included);
}

function hasSelector({ spec }: KubernetesObject): boolean {
    return Object.keys(record(record(spec.selector).matchLabels)).length > 0;
}

/** The AuthorizationPolicies for the pods that Istio makes for a Gateway. */
export function policiesAtGateway(gateway: KubernetesObject, index: StackIndex): KubernetesObject[] {
    return policiesIn(gateway.namespace, index).filter((policy) => {
        const targets = targetsOf(policy);
        return targets.length > 0
            ? policy.namespace === gateway.namespace &&
                  targets.some(({ kind, name }) => kind === "Gateway" && name === gateway.name)
            : selectsPods(policy, podLabelsOf(gateway));
    });
}

/** The AuthorizationPolicies for the sidecars of a template's pods. */
export function policiesAtPods({ namespace, labels }: PodTemplate, index: StackIndex): KubernetesObject[] {
    return policiesIn(namespace, index).filter(
        (policy) => targetsOf(policy).length === 0 && selectsPods(policy, labels),
    );
}

function policiesIn(namespace: string, index: StackIndex): KubernetesObject[] {
    return [...new Set([namespace, rootNamespace])].flatMap((name) =>
        index.inNamespace(kinds.authorizationPolicy, name),
    );
}

function targetsOf({ spec }: KubernetesObject): Json[] {
    return [...list(spec.targetRefs), ...(spec.targetRef === undefined ? [] : [spec.targetRef])].map(record);
}

function selectsPods({ spec }: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
    return selects({ matchLabels: strings(record(spec.selector).matchLabels) }, labels);
}

/**
 * The policy that denies every request of a kind, where one does: a DENY policy with a rule for everything, or, where
 * there are ALLOW policies, one of them if no rule of any may let such a request pass (Istio, AuthorizationPolicy).
 *
 * @param mayPass whether a rule may admit such a request.
 */
export function denierOf(
    policies: readonly KubernetesObject[],
    mayPass: (rule: Json) => boolean,
): KubernetesObject | undefined {
    const of = (action: string) => policies.filter(({ spec }) => (text(spec.action) ?? "ALLOW") === action);
    const rulesOf = ({ spec }: KubernetesObject) => list(spec.rules).map(record);
    const denying = of("DENY").find((policy) =>
        rulesOf(policy).some(({ from, to, when }) =>
            [from, to, when].every((part) => list(part).length === 0),
        ),
    );
    const allowing = of("ALLOW");
    return denying ?? (allowing.some((policy) => rulesOf(policy).some(mayPass)) ? undefined : allowing[0]);
}

/** Of a source, what only a client with a certificate of the mesh has. */
const identities = ["principals", "namespaces", "serviceAccounts", "requestPrincipals"];
/** Of an operation, what only HTTP that the sidecar can read has. */
const ofHttp = ["hosts", "methods", "paths"];

/** Whether a rule may admit a connection of which the sidecar knows the port alone: no certificate, no HTTP that it reads. */
export function admitsOpaque({ from, to }: Json, port: number): boolean {
    const sources = list(from).map((entry) => record(record(entry).source));
    const operations = list(to).map((entry) => record(record(entry).operation));
    return (
        (sources.length === 0 || sources.some((source) => lacks(source, identities))) &&
        (operations.length === 0 ||
            operations.some(
                (operation) =>
                    lacks(operation, ofHttp) &&
                    (list(operation.ports).length === 0 ||
                        list(operation.ports).map(written).includes(String(port))),
            ))
    );
}

function lacks(value: Json, fields: readonly string[]): boolean {
    return fields.every((field) => list(value[field]).length === 0);
}
