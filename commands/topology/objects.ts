import { integer, list, record, strings, text } from "../../objects/json";
import type { Json } from "../../objects/json";
import { labels } from "../../components/contract";
import type { Change } from "./model";

/** A Kubernetes object as plain data, from wherever it came. */
export interface PlainObject {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: unknown;
    spec?: unknown;
    status?: unknown;
}

/** A Service or an InferencePool that another object names. */
export interface Target {
    kind: "Service" | "InferencePool";
    namespace: string;
    name: string;
}

/** One object, read without trust: a field of the wrong type is a field that is not there. */
export class TopologyObject {
    readonly group: string;
    readonly kind: string;
    readonly name: string;
    /** `default` where the object names none. */
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly spec: Json;
    readonly status: Json;

    constructor(
        object: PlainObject,
        /** What a preview would do to it. */
        readonly change?: Change,
    ) {
        const apiVersion = text(object.apiVersion) ?? "";
        const metadata = record(object.metadata);
        this.group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
        this.kind = text(object.kind) ?? "";
        this.name = text(metadata.name) ?? "";
        this.namespace = text(metadata.namespace) ?? "default";
        this.labels = strings(metadata.labels);
        this.spec = record(object.spec);
        this.status = record(object.status);
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

/** A port of a Service. */
export interface ServicePort {
    port: number;
    /** A number, or the name of a container's port. */
    target: number | string;
}

/** The ports of a Service. */
export function servicePorts(service: TopologyObject): ServicePort[] {
    return list(service.spec.ports)
        .map(record)
        .flatMap(({ port, targetPort }) => {
            const number = integer(port);
            return number === undefined
                ? []
                : [{ port: number, target: integer(targetPort) ?? text(targetPort) ?? number }];
        });
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
    selected(namespace: string, selector: Readonly<Record<string, string>>): TopologyObject[] {
        const wanted = Object.entries(selector);
        return wanted.length === 0
            ? []
            : [...this.all("Deployment"), ...this.all("StatefulSet")].filter(
                  (workload) =>
                      workload.namespace === namespace &&
                      wanted.every(([key, value]) => podLabels(workload)[key] === value),
              );
    }

    /** The objects that give leave to refer to a target from an HTTPRoute of another namespace (Gateway API). */
    grantsFor(target: Target, routeNamespace: string): TopologyObject[] {
        return this.all("ReferenceGrant").filter(
            (grant) =>
                grant.namespace === target.namespace &&
                grantSources(grant).includes(routeNamespace) &&
                grantCovers(grant, target),
        );
    }
}

/** Namespaces whose HTTPRoutes a ReferenceGrant speaks of. */
export function grantSources(grant: TopologyObject): string[] {
    return list(grant.spec.from)
        .map(record)
        .filter(({ group, kind }) => group === "gateway.networking.k8s.io" && kind === "HTTPRoute")
        .flatMap(({ namespace }) => text(namespace) ?? []);
}

/** Whether a ReferenceGrant names a target; an entry without a name speaks of all of its kind. */
export function grantCovers(grant: TopologyObject, { kind, namespace, name }: Target): boolean {
    const group = kind === "Service" ? "" : "inference.networking.k8s.io";
    return (
        grant.namespace === namespace &&
        list(grant.spec.to)
            .map(record)
            .some(
                (to) =>
                    (text(to.group) ?? "") === group &&
                    to.kind === kind &&
                    (text(to.name) === undefined || to.name === name),
            )
    );
}

/** Labels of a workload's pods. */
export function podLabels(workload: TopologyObject): Readonly<Record<string, string>> {
    return strings(record(record(workload.spec.template).metadata).labels);
}

/** Whether a workload's pods serve a model: they say in which role. */
export function isModelServer(workload: TopologyObject): boolean {
    return podLabels(workload)[labels.role] !== undefined;
}

/** Pods that a workload asks for; Kubernetes' default is one. */
export function replicasOf(workload: TopologyObject): number {
    return integer(workload.spec.replicas) ?? 1;
}

/** The numbers of a workload's container ports. */
export function containerPorts(workload: TopologyObject): number[] {
    return declaredPorts(workload).map(({ port }) => port);
}

/** The number that a Service's target is at a workload; undefined when none of its containers has it. */
export function resolvePort(target: number | string, workload: TopologyObject): number | undefined {
    return declaredPorts(workload).find(({ port, name }) => target === port || target === name)?.port;
}

function declaredPorts(workload: TopologyObject): { port: number; name?: string }[] {
    const pod = record(record(workload.spec.template).spec);
    return list(pod.containers)
        .flatMap((container) => list(record(container).ports))
        .map(record)
        .flatMap(({ containerPort, name }) => {
            const port = integer(containerPort);
            return port === undefined ? [] : [{ port, name: text(name) }];
        });
}
