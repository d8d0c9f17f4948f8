import { labels } from "../../components/contract";
import { declaredPortsOf, listeningContainersOf, targetNumber } from "../../objects/containers";
import type { Referent } from "../../objects/grants";
import { admits, grantOf, toAdmits } from "../../objects/grants";
import { integer, list, record, strings, text } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { GroupKind, PlainObject } from "../../objects/kubernetesObject";
import { KubernetesObject } from "../../objects/kubernetesObject";
import type { ServicePort } from "../../objects/pickers";
import { servicePortsOf } from "../../objects/pickers";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import type { Labels } from "../../objects/selectors";
import { selects } from "../../objects/selectors";
import type { Change } from "./model";

/** A Service or an InferencePool that another object names. */
export interface Target {
    kind: "Service" | "InferencePool";
    namespace: string;
    name: string;
}

/** One object of the picture. */
export class TopologyObject implements GroupKind {
    private constructor(
        readonly object: KubernetesObject,
        /** What a preview would do to it. */
        readonly change?: Change,
    ) {}

    /** Undefined for plain data that is no object: it has no apiVersion or no kind. */
    static of(source: PlainObject, change?: Change): TopologyObject | undefined {
        const object = KubernetesObject.of(source);
        return object && new TopologyObject(object, change);
    }

    get group(): string {
        return this.object.group;
    }

    get kind(): string {
        return this.object.kind;
    }

    get name(): string {
        return this.object.name ?? "";
    }

    get namespace(): string {
        return this.object.namespace;
    }

    get labels(): Labels {
        return this.object.labels;
    }

    get spec(): KubernetesObject["spec"] {
        return this.object.spec;
    }

    get status(): KubernetesObject["status"] {
        return this.object.status;
    }

    /** Status of a condition of the object itself, or of a route for any of its parents. */
    condition(type: string): { status: string; reason: string } | undefined {
        const conditions = [
            ...list(this.status.conditions),
            ...list(this.status.parents).flatMap((parent) => list(record(parent).conditions)),
        ].map(record);
        const found = conditions.filter((condition) => condition.type === type);
        const worst = found.find(({ status }) => status !== "True") ?? found[0];
        return worst && { status: text(worst.status) ?? "Unknown", reason: text(worst.reason) ?? "" };
    }
}

/** Objects by kind and name, and the workloads that selectors find. Deleted objects are not among them. */
export class ObjectIndex {
    constructor(readonly objects: readonly TopologyObject[]) {}

    /** Every object of a kind, sorted by namespace and name. */
    all(kind: string): TopologyObject[] {
        const key = ({ namespace, name }: TopologyObject) => `${namespace}/${name}`;
        return this.objects
            .filter((object) => object.kind === kind && object.name !== "")
            .sort((a, b) => key(a).localeCompare(key(b)));
    }

    get(kind: string, namespace: string, name: string): TopologyObject | undefined {
        return this.objects.find(
            (object) => object.kind === kind && object.namespace === namespace && object.name === name,
        );
    }

    /** The workloads whose pods a selector finds in a namespace. An empty selector finds none, as in a Service. */
    selected(namespace: string, matchLabels: Labels): TopologyObject[] {
        return Object.keys(matchLabels).length === 0
            ? []
            : [...this.all("Deployment"), ...this.all("StatefulSet")].filter(
                  (workload) =>
                      workload.namespace === namespace && selects({ matchLabels }, podLabels(workload)),
              );
    }

    /** The objects that give leave to refer to a target from an HTTPRoute of another namespace (Gateway API). */
    grantsFor(target: Target, routeNamespace: string): TopologyObject[] {
        const referrer = { ...kinds.httpRoute, namespace: routeNamespace };
        return this.all("ReferenceGrant").filter(({ object }) =>
            admits(grantOf(object), referrer, referentOf(target)),
        );
    }
}

function referentOf({ kind, namespace, name }: Target): Referent {
    const { group } = kind === "Service" ? kinds.service : kinds.inferencePool;
    return { group, kind, namespace, name };
}

/** Namespaces whose HTTPRoutes a ReferenceGrant speaks of. */
export function grantSources({ object }: TopologyObject): string[] {
    const { group, kind } = kinds.httpRoute;
    return grantOf(object)
        .from.filter((from) => from.group === group && from.kind === kind)
        .map(({ namespace }) => namespace);
}

/** Whether a ReferenceGrant names a target. */
export function grantCovers({ object }: TopologyObject, target: Target): boolean {
    return (
        object.namespace === target.namespace &&
        grantOf(object).to.some((to) => toAdmits(to, referentOf(target)))
    );
}

/** A workload's pods. */
function templateOf({ object }: TopologyObject): PodTemplate | undefined {
    return templatesOf(object)[0];
}

/** Labels of a workload's pods. */
export function podLabels(workload: TopologyObject): Labels {
    return templateOf(workload)?.labels ?? {};
}

/** Whether a workload's pods serve a model: they say in which role. */
export function isModelServer(workload: TopologyObject): boolean {
    return podLabels(workload)[labels.role] !== undefined;
}

/** Pods that a workload asks for; Kubernetes' default is one. */
export function replicasOf(workload: TopologyObject): number {
    return integer(workload.spec.replicas) ?? 1;
}

/** The numbers of the ports of a workload's containers, and of sidecars. */
export function containerPorts(workload: TopologyObject): number[] {
    const template = templateOf(workload);
    return (template ? listeningContainersOf(template) : [])
        .flatMap(declaredPortsOf)
        .flatMap(({ number }) => number ?? []);
}

/** The number that a Service's target is at a workload; undefined when none of its containers has it. */
export function resolvePort(target: number | string, workload: TopologyObject): number | undefined {
    const template = templateOf(workload);
    const number = template && targetNumber(template, target);
    return number !== undefined && containerPorts(workload).includes(number) ? number : undefined;
}

/** A listener of a Gateway. */
export interface Listener {
    name: string;
    port: number;
    protocol: string;
    /** Whose routes may attach: `Same` (Gateway API's default), `All` or `Selector`. */
    from: string;
}

/** The listeners of a Gateway. */
export function listenersOf(gateway: TopologyObject): Listener[] {
    return list(gateway.spec.listeners)
        .map(record)
        .map(({ name, port, protocol, allowedRoutes }) => ({
            name: text(name) ?? "",
            port: integer(port) ?? 0,
            protocol: text(protocol) ?? "",
            from: text(record(record(allowedRoutes).namespaces).from) ?? "Same",
        }));
}

/** A Gateway that a route attaches to. */
export interface Attachment {
    namespace: string;
    name: string;
    /** The listener that it asks for; undefined for every one. */
    section?: string;
}

/** The Gateways that a route names, whether they are there or not. */
export function attachmentsOf(route: TopologyObject): Attachment[] {
    return list(route.spec.parentRefs)
        .map(record)
        .flatMap((reference) => {
            const name = text(reference.name);
            const section = text(reference.sectionName);
            return name === undefined || (text(reference.kind) ?? "Gateway") !== "Gateway"
                ? []
                : {
                      name,
                      namespace: text(reference.namespace) ?? route.namespace,
                      ...(section !== undefined && { section }),
                  };
        });
}

/** A backend of a route. */
export interface BackendReference {
    target: Target;
    port: number | undefined;
}

/** The Services and InferencePools that a route sends requests to, whether they are there or not. */
export function backendsOf(route: TopologyObject): BackendReference[] {
    return list(route.spec.rules)
        .flatMap((rule) => list(record(rule).backendRefs))
        .map(record)
        .flatMap((reference) => {
            const name = text(reference.name);
            const kind = text(reference.kind) ?? "Service";
            return name === undefined || (kind !== "Service" && kind !== "InferencePool")
                ? []
                : {
                      target: { kind, name, namespace: text(reference.namespace) ?? route.namespace },
                      port: integer(reference.port),
                  };
        });
}

/** A port, and where it leads in the pods. */
export type Forwarded = Pick<ServicePort, "number" | "target">;

/** Pods that a Service or a pool selects, and the ports that have to be open there. */
export interface Selection {
    selector: Labels;
    ports: readonly Forwarded[];
}

/** What a Service selects. */
export function serviceSelection({ object, spec }: TopologyObject): Selection {
    return { selector: strings(spec.selector), ports: servicePortsOf(object) };
}

/** What an InferencePool selects. */
export function poolSelection({ spec }: TopologyObject): Selection {
    const targets = list(spec.targetPorts).flatMap((port) => integer(record(port).number) ?? []);
    return {
        selector: strings(record(spec.selector).matchLabels),
        ports: targets.map((number) => ({ number, target: number })),
    };
}

/** The Service of the EPP that a pool names, which is in the pool's namespace; its port where the pool gives one. */
export function pickerOf(pool: TopologyObject): { target: Target; port: number | undefined } | undefined {
    const { name, port } = record(pool.spec.endpointPickerRef);
    return text(name) === undefined
        ? undefined
        : {
              target: { kind: "Service", namespace: pool.namespace, name: text(name)! },
              port: integer(record(port).number),
          };
}

/** The Gateway in whose Envoys an EnvoyFilter applies; undefined where it names none. */
export function filteredGateway(filter: TopologyObject): string | undefined {
    return strings(record(filter.spec.workloadSelector).labels)[labels.gatewayName];
}

/** The Service `<gateway>-<class>` that Istio makes for a Gateway. */
export function gatewayServiceName({ name, spec }: TopologyObject): string {
    return `${name}-${text(spec.gatewayClassName) ?? ""}`;
}

/** An EPP's Service or Deployment, told by the component label that this program gives it. */
export function isEpp({ labels: own }: TopologyObject): boolean {
    return own[labels.component] === "endpoint-picker";
}

/** The headless Service `<pool>-ip-<8 hex>` that Istio makes for each pool. Nobody calls it. */
export function isShadowService({ name, spec }: TopologyObject): boolean {
    return spec.clusterIP === "None" && /-ip-[0-9a-f]{8}$/.test(name);
}
