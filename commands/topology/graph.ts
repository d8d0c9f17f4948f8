import { labels, ports as contractPorts } from "../../components/contract";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import type { RouteMatch } from "../../components/crossNamespaceRoute";
import { extProcFiltersIn } from "../../objects/extProc";
import { integer, list, record, strings, text } from "../../objects/json";
import type { PlainObject } from "../../objects/kubernetesObject";
import type { ServicePort } from "../../objects/pickers";
import { servicePortsOf } from "../../objects/pickers";
import { Drawing } from "./drawing";
import type { TopologyFinding } from "./judge";
import { attachmentProblems, backendProblems, judgeObjects, portProblems } from "./judge";
import type { EdgeKind, Topology, TopologyNode } from "./model";
import type { Target } from "./objects";
import {
    containerPorts,
    grantCovers,
    grantSources,
    isModelServer,
    listenersOf,
    ObjectIndex,
    podLabels,
    replicasOf,
    resolvePort,
    TopologyObject,
} from "./objects";
import { matchesOf, matchText } from "../shared/routeMatch";

/** How objects are to be read. */
export interface TopologyOptions {
    /**
     * Whether the objects are a running cluster's: then what controllers make and report counts, too. Default: they are
     * declared, and Istio's own objects are assumed.
     */
    live?: boolean;
}

/**
 * The graph of plain Kubernetes objects: who refers to whom, which way requests go, and what is missing or does not
 * agree. Objects that take no part in a path are left out.
 *
 * @param deployment the stack's output of that name: what is expected to be there, and which models there are.
 */
export function topologyOfObjects(
    objects: readonly (PlainObject | TopologyObject)[],
    deployment?: DeploymentOutput,
    options: TopologyOptions = {},
): Topology {
    const read = objects.flatMap((object) =>
        object instanceof TopologyObject ? object : (TopologyObject.of(object) ?? []),
    );
    const live = options.live ?? false;
    const index = new ObjectIndex(read.filter(({ change }) => change !== "deleted"));
    return new TopologyBuilder(read, index, deployment, live).build(judgeObjects(index, deployment, live));
}

/** Draws one stack. Each method adds the nodes and arrows of one kind of object. */
class TopologyBuilder {
    private readonly drawing: Drawing;
    /** Gateways that requests to a pool come from, by the pool's node. */
    private readonly gatewaysOfBackend = new Map<string, Set<string>>();

    constructor(
        private readonly objects: readonly TopologyObject[],
        private readonly index: ObjectIndex,
        private readonly deployment: DeploymentOutput | undefined,
        private readonly live: boolean,
    ) {
        this.drawing = new Drawing(deployment);
    }

    /** @param findings what is wrong with objects; what is not in the picture is left out of it. */
    build(findings: readonly TopologyFinding[]): Topology {
        this.drawing.client();
        this.gateways();
        this.routes();
        this.pools();
        this.filters();
        this.directPath();
        this.endpointPickers();
        this.grants();
        this.modelServers();
        this.deleted();
        findings.forEach((finding) => this.drawing.colour(finding));
        return this.drawing.finish();
    }

    private get models(): [string, ModelDeploymentOutput][] {
        return Object.entries(this.deployment?.models ?? {});
    }

    private gateways(): void {
        for (const gateway of this.index.all("Gateway")) {
            const node = this.drawing.object(gateway, gatewayLines(gateway));
            this.gatewayService(gateway, node);
        }
        if (this.deployment !== undefined) {
            const { gateway, namespaces } = this.deployment;
            this.drawing.named("Gateway", namespaces.scheduler, gateway.name);
        }
    }

    /** Istio makes a Service `<gateway>-<class>` for each Gateway. */
    private gatewayService(gateway: TopologyObject, gatewayNode: TopologyNode): void {
        const name = `${gateway.name}-${text(gateway.spec.gatewayClassName) ?? ""}`;
        const service = this.index.get("Service", gateway.namespace, name);
        const listeners = listenersOf(gateway);
        let node: TopologyNode;
        if (service !== undefined) {
            node = this.drawing.object(service, [
                portsLine(servicePortsOf(service.object).map(({ number }) => number)),
            ]);
        } else if (this.live) {
            node = this.drawing.named("Service", gateway.namespace, name);
        } else {
            node = this.drawing.madeByIstio("Service", gateway.namespace, name, [
                portsLine(listeners.map(({ port }) => port)),
            ]);
        }
        const label = portsLine(listeners.map(({ port }) => port));
        this.drawing.edge(this.drawing.client().id, node.id, "gateway", label);
        this.drawing.edge(node.id, gatewayNode.id, "gateway", label);
    }

    private routes(): void {
        for (const route of this.index.all("HTTPRoute")) {
            const node = this.drawing.object(route, routeLines(route));
            const gateways = this.attachments(route, node);
            for (const rule of list(route.spec.rules).map(record)) {
                for (const reference of list(rule.backendRefs).map(record)) {
                    this.backend(route, node, reference, gateways);
                }
            }
        }
        for (const [, model] of this.models) {
            const namespace = this.deployment!.namespaces.scheduler;
            const route = this.index.get("HTTPRoute", namespace, model.route);
            const node = this.drawing.named("HTTPRoute", namespace, model.route);
            if (route === undefined) {
                this.drawing.edge(
                    this.drawing.named("Gateway", namespace, this.deployment!.gateway.name).id,
                    node.id,
                    "gateway",
                    "",
                );
            }
        }
    }

    /** The Gateways that a route attaches to, as nodes. */
    private attachments(route: TopologyObject, routeNode: TopologyNode): string[] {
        const byGateway = new Map<string, { node: TopologyNode; sections: string[]; problems: string[] }>();
        for (const reference of list(route.spec.parentRefs).map(record)) {
            const name = text(reference.name);
            if (name === undefined || (text(reference.kind) ?? "Gateway") !== "Gateway") {
                continue;
            }
            const namespace = text(reference.namespace) ?? route.namespace;
            const gateway = this.index.get("Gateway", namespace, name);
            const node =
                gateway === undefined
                    ? this.drawing.missing("Gateway", namespace, name, ["not there, but a route names it"])
                    : this.drawing.named("Gateway", namespace, name);
            const entry = byGateway.get(node.id) ?? { node, sections: [], problems: [] };
            byGateway.set(node.id, entry);
            const section = text(reference.sectionName);
            entry.sections.push(...(section === undefined ? [] : [section]));
            if (gateway !== undefined && section !== undefined) {
                entry.problems.push(...attachmentProblems(route, gateway, section));
            }
        }
        for (const { node, sections, problems } of byGateway.values()) {
            this.drawing.edge(node.id, routeNode.id, "gateway", sections.join(", "), problems);
        }
        return [...byGateway.keys()];
    }

    private backend(
        route: TopologyObject,
        routeNode: TopologyNode,
        reference: Record<string, unknown>,
        gateways: string[],
    ): void {
        const name = text(reference.name);
        const kind = text(reference.kind) ?? "Service";
        if (name === undefined || (kind !== "Service" && kind !== "InferencePool")) {
            return;
        }
        const target: Target = { kind, name, namespace: text(reference.namespace) ?? route.namespace };
        const object = this.index.get(kind, target.namespace, name);
        const node =
            object === undefined
                ? this.drawing.missing(kind, target.namespace, name, [
                      `not there, but HTTPRoute ${route.name} refers to it`,
                  ])
                : this.drawing.named(kind, target.namespace, name);
        const port = integer(reference.port);
        const label = kind === "Service" && port !== undefined ? `:${String(port)}` : "EPP picks the pod";
        const problems = backendProblems(this.index, route, target, port);
        this.drawing.edge(routeNode.id, node.id, "gateway", label, problems);
        const from = this.gatewaysOfBackend.get(node.id) ?? new Set();
        gateways.forEach((gateway) => from.add(gateway));
        this.gatewaysOfBackend.set(node.id, from);
        if (object !== undefined && kind === "Service") {
            this.drawing.details(object, this.serviceLines(object));
            this.selection(object, strings(object.spec.selector), "gateway", servicePortsOf(object.object));
        }
    }

    private pools(): void {
        for (const pool of this.index.all("InferencePool")) {
            const targets = list(pool.spec.targetPorts).flatMap((port) => integer(record(port).number) ?? []);
            const picker = record(pool.spec.endpointPickerRef);
            const node = this.drawing.object(pool, [
                `target ${portsLine(targets)}`,
                ...(text(picker.failureMode) === undefined ? [] : [String(picker.failureMode)]),
            ]);
            this.selection(
                pool,
                strings(record(pool.spec.selector).matchLabels),
                "gateway",
                targets.map((number) => ({ number, target: number })),
            );
            const name = text(picker.name);
            if (name === undefined) {
                continue;
            }
            const port = integer(record(picker.port).number);
            const epp = this.eppService(pool.namespace, name, port, `InferencePool ${pool.name} names it`);
            this.drawing.edge(node.id, epp.node.id, "reference", "endpointPickerRef", epp.problems);
            const gateways = [...(this.gatewaysOfBackend.get(node.id) ?? [])];
            for (const gateway of gateways) {
                const label = `ext_proc ${port === undefined ? "" : `:${String(port)}`} (made by Istio)`;
                this.drawing.edge(gateway, epp.node.id, "scoring", label);
            }
            if (gateways.length === 0) {
                node.problems.push("no route refers to it, so its EPP is never asked");
            }
        }
        for (const [, model] of this.models) {
            if (model.pool !== undefined) {
                this.drawing.named("InferencePool", this.deployment!.namespaces.simulator, model.pool);
            }
        }
    }

    /** The Service of an EPP that something names, and what is wrong with that reference. */
    private eppService(
        namespace: string,
        name: string,
        port: number | undefined,
        why: string,
    ): { node: TopologyNode; problems: string[] } {
        const service = this.index.get("Service", namespace, name);
        return service === undefined
            ? {
                  node: this.drawing.missing("Service", namespace, name, [`not there, but ${why}`]),
                  problems: [],
              }
            : {
                  node: this.drawing.named("Service", namespace, name),
                  problems: port === undefined ? [] : portProblems(service, port),
              };
    }

    /** EnvoyFilters that make a Gateway ask an EPP. */
    private filters(): void {
        for (const filter of this.index.all("EnvoyFilter")) {
            for (const { target } of extProcFiltersIn(filter.object)) {
                if (target?.service === undefined) {
                    continue;
                }
                const { port } = target;
                const { namespace, name } = target.service;
                const node = this.drawing.object(filter, ["adds ext_proc to the Gateway"]);
                const gatewayName = strings(record(filter.spec.workloadSelector).labels)[labels.gatewayName];
                const gateway =
                    gatewayName !== undefined && this.index.get("Gateway", filter.namespace, gatewayName);
                if (gateway === undefined) {
                    node.problems.push(`applies to Gateway ${String(gatewayName)}, which is not there`);
                } else if (gateway !== false) {
                    const gatewayNode = this.drawing.named("Gateway", gateway.namespace, gateway.name);
                    this.drawing.edge(gatewayNode.id, node.id, "scoring", "ext_proc");
                    if (this.asksPools(gatewayNode.id)) {
                        node.problems.push(
                            "beside an InferencePool, for which Istio makes the filter itself",
                        );
                    }
                }
                const epp = this.eppService(namespace, name, port, `EnvoyFilter ${filter.name} asks it`);
                this.drawing.edge(node.id, epp.node.id, "scoring", `ext_proc :${String(port)}`, epp.problems);
            }
        }
        for (const [, model] of this.models) {
            const namespace = this.deployment!.namespaces.scheduler;
            if (
                model.extProcFilter !== undefined &&
                this.index.get("EnvoyFilter", namespace, model.extProcFilter) === undefined
            ) {
                const node = this.drawing.missing("EnvoyFilter", namespace, model.extProcFilter, [
                    "not there: the Gateway asks no EPP, though the mode says so",
                ]);
                const gateway = this.drawing.named("Gateway", namespace, this.deployment!.gateway.name);
                this.drawing.edge(gateway.id, node.id, "scoring", "ext_proc");
                const epp = this.drawing.named("Service", model.epp.namespace, model.epp.name);
                this.drawing.edge(node.id, epp.id, "scoring", `ext_proc :${String(model.epp.grpcPort)}`);
            }
        }
    }

    /** Whether a Gateway sends requests to a pool. */
    private asksPools(gateway: string): boolean {
        return this.index.all("InferencePool").some((pool) => {
            const id = this.drawing.idOf("InferencePool", pool.namespace, pool.name);
            return id !== undefined && this.gatewaysOfBackend.get(id)?.has(gateway) === true;
        });
    }

    /** Services that clients reach without the Gateway: the outputs name them, or they select model servers. */
    private directPath(): void {
        const expected = new Map(
            this.models.map(([, { proxy }]) => [
                `${this.deployment!.namespaces.simulator}/${proxy.name}`,
                proxy,
            ]),
        );
        for (const service of this.index.all("Service")) {
            const proxy = expected.get(`${service.namespace}/${service.name}`);
            const selects = this.index.selected(service.namespace, strings(service.spec.selector));
            const inferred = this.deployment === undefined && selects.some(isModelServer);
            if ((proxy === undefined && !inferred) || isShadowService(service)) {
                continue;
            }
            const node = this.drawing.object(service, this.serviceLines(service));
            const ports = servicePortsOf(service.object);
            this.drawing.edge(
                this.drawing.client().id,
                node.id,
                "direct",
                portsLine(ports.map(({ number }) => number)),
            );
            this.selection(service, strings(service.spec.selector), "direct", ports);
        }
        for (const [key, proxy] of expected) {
            const namespace = this.deployment!.namespaces.simulator;
            if (this.index.get("Service", ...(key.split("/") as [string, string])) === undefined) {
                const node = this.drawing.named("Service", namespace, proxy.name);
                this.drawing.edge(this.drawing.client().id, node.id, "direct", `:${String(proxy.port)}`);
            }
        }
    }

    private serviceLines(service: TopologyObject): string[] {
        return [portsLine(servicePortsOf(service.object).map(({ number }) => number))];
    }

    /**
     * Arrows to the workloads that a Service or a pool selects.
     *
     * @param ports all must be open there.
     * @param shown those that the arrow is for.
     */
    private selection(
        from: TopologyObject,
        selector: Readonly<Record<string, string>>,
        kind: EdgeKind,
        ports: readonly Forwarded[],
        shown: readonly Forwarded[] = ports,
    ): void {
        const node = this.drawing.named(from.kind, from.namespace, from.name);
        const workloads = this.index.selected(from.namespace, selector);
        const selects = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
        if (workloads.length === 0) {
            this.drawing.problem(node, `selects no pods: ${selects.join(", ") || "it has no selector"}`);
        } else if (workloads.every((workload) => replicasOf(workload) === 0)) {
            this.drawing.problem(node, "selects no pods: 0 replicas are asked for");
        }
        for (const workload of workloads) {
            const resolved = ports.map(({ target }) => ({ target, port: resolvePort(target, workload) }));
            const numbers = shown.map(({ target, number }) => resolvePort(target, workload) ?? number);
            const open = containerPorts(workload);
            const problems = resolved
                .filter(({ port }) => port === undefined)
                .map(
                    ({ target }) =>
                        `targets port ${String(target)}, but the containers have ${open.join(", ") || "none"}`,
                );
            this.drawing.edge(node.id, this.workload(workload).id, kind, portsLine(numbers), problems);
        }
    }

    /** EPPs with what they run on, whoever asks them. */
    private endpointPickers(): void {
        const asked = new Set(
            this.drawing.edges.filter(({ kind }) => kind === "scoring").map(({ to }) => to),
        );
        const expected = new Map(
            this.models.map(([, model]) => [`${model.epp.namespace}/${model.epp.name}`, model]),
        );
        for (const service of this.index.all("Service")) {
            const id = this.drawing.idOf("Service", service.namespace, service.name);
            const model = expected.get(`${service.namespace}/${service.name}`);
            const isAsked = id !== undefined && asked.has(id);
            if (!isAsked && model === undefined && !isEpp(service)) {
                continue;
            }
            const ports = servicePortsOf(service.object);
            this.drawing.object(service, [
                portsLine(ports.map(({ number }) => number)),
                ...(isAsked ? [] : ["no Gateway asks it"]),
            ]);
            const grpc = ports.filter(
                ({ number }) => number === (model?.epp.grpcPort ?? contractPorts.eppGrpc),
            );
            this.selection(service, strings(service.spec.selector), "scoring", ports, grpc);
        }
        for (const [, model] of this.models) {
            const { name, namespace } = model.epp;
            const service = this.drawing.named("Service", namespace, name);
            const workload = this.index.get("Deployment", namespace, name);
            const node =
                workload === undefined
                    ? this.drawing.named("Deployment", namespace, name)
                    : this.workload(workload);
            if (service.presence === "missing") {
                this.drawing.edge(service.id, node.id, "scoring", `:${String(model.epp.grpcPort)}`);
            }
            for (const pods of this.index.selected(this.deployment!.namespaces.simulator, model.pickable)) {
                this.drawing.edge(node.id, this.workload(pods).id, "reference", "reads metrics");
            }
        }
    }

    private grants(): void {
        for (const grant of this.index.all("ReferenceGrant")) {
            const sources = grantSources(grant);
            if (sources.length === 0) {
                continue;
            }
            const node = this.drawing.object(grant, [`HTTPRoutes of ${sources.join(", ")}`]);
            for (const backend of this.drawing.nodes) {
                const { kind, namespace, name } = backend;
                if (
                    (kind === "Service" || kind === "InferencePool") &&
                    namespace !== undefined &&
                    this.gatewaysOfBackend.has(backend.id) &&
                    grantCovers(grant, { kind, namespace, name })
                ) {
                    this.drawing.edge(node.id, backend.id, "reference", "allows the reference to");
                }
            }
        }
        for (const [, { grant, backend }] of this.models) {
            if (this.index.get("ReferenceGrant", backend.namespace, grant) === undefined) {
                const node = this.drawing.named("ReferenceGrant", backend.namespace, grant);
                const target = this.drawing.named(backend.kind, backend.namespace, backend.name);
                this.drawing.edge(node.id, target.id, "reference", "would allow the reference to");
            }
        }
    }

    /** Model servers that nothing above has drawn: prefill pods stand beside the paths. */
    private modelServers(): void {
        for (const workload of [...this.index.all("Deployment"), ...this.index.all("StatefulSet")]) {
            if (isModelServer(workload)) {
                this.workload(workload);
            }
        }
        for (const [, { pods }] of this.models) {
            for (const { deployment } of Object.values(pods)) {
                this.drawing.named("Deployment", this.deployment!.namespaces.simulator, deployment);
            }
        }
    }

    private workload(workload: TopologyObject): TopologyNode {
        const wanted = replicasOf(workload);
        const role = podLabels(workload)[labels.role];
        const ready = integer(workload.status.readyReplicas) ?? 0;
        const pods = this.live
            ? `${String(ready)} of ${String(wanted)} pods ready`
            : `${String(wanted)} ${wanted === 1 ? "pod" : "pods"}`;
        return this.drawing.object(workload, [
            role === undefined ? pods : `role ${role}, ${pods}`,
            portsLine(containerPorts(workload)),
        ]);
    }

    /** What a preview takes away, beside what is left. */
    private deleted(): void {
        for (const object of this.objects) {
            const kinds = [
                "Gateway",
                "HTTPRoute",
                "InferencePool",
                "EnvoyFilter",
                "ReferenceGrant",
                "Service",
            ];
            const matters =
                kinds.includes(object.kind) ||
                (object.kind === "Deployment" && (isModelServer(object) || isEpp(object)));
            if (object.change === "deleted" && matters) {
                this.drawing.deleted(object);
            }
        }
    }
}

/** A port, and where it leads in the pods. */
type Forwarded = Pick<ServicePort, "number" | "target">;

function gatewayLines(gateway: TopologyObject): string[] {
    return [
        `Envoy, class ${String(gateway.spec.gatewayClassName)}`,
        ...listenersOf(gateway).map(
            ({ name, port, protocol }) => `listener ${name}: ${protocol} :${String(port)}`,
        ),
    ];
}

function routeLines(route: TopologyObject): string[] {
    return matchesOf(route).map((match: RouteMatch) => matchText(match));
}

/** Ports as text: `:80, :443`. */
function portsLine(ports: readonly number[]): string {
    return [...new Set(ports)].map((port) => `:${String(port)}`).join(", ");
}

/** An EPP's Service or Deployment, told by the component label that this program gives it. */
function isEpp({ labels: own }: TopologyObject): boolean {
    return own[labels.component] === "endpoint-picker";
}

/** The headless Service `<pool>-ip-<8 hex>` that Istio makes for each pool. Nobody calls it. */
function isShadowService({ name, spec }: TopologyObject): boolean {
    return spec.clusterIP === "None" && /-ip-[0-9a-f]{8}$/.test(name);
}
