import { ports as contractPorts } from "../../components/contract";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import { extProcFiltersIn } from "../../objects/extProc";
import { strings } from "../../objects/json";
import type { PlainObject } from "../../objects/kubernetesObject";
import { servicePortsOf } from "../../objects/pickers";
import { Drawing } from "./drawing";
import type { TopologyFinding } from "./judge";
import { judgeObjects } from "./judge";
import { gatewayLines, poolLines, portsLine, routeLines, serviceLines, workloadLines } from "./lines";
import type { EdgeKind, Topology, TopologyNode } from "./model";
import type { BackendReference, Forwarded, Selection } from "./objects";
import {
    attachmentsOf,
    backendsOf,
    filteredGateway,
    gatewayServiceName,
    isEpp,
    isShadowService,
    pickerOf,
    poolSelection,
    serviceSelection,
    grantCovers,
    grantSources,
    isModelServer,
    listenersOf,
    ObjectIndex,
    resolvePort,
    TopologyObject,
} from "./objects";

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

/** Objects of these are in a path, whatever is in them. */
const kindsOfPaths = ["Gateway", "HTTPRoute", "InferencePool", "EnvoyFilter", "ReferenceGrant", "Service"];

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

    /** Istio makes a Service for each Gateway. */
    private gatewayService(gateway: TopologyObject, gatewayNode: TopologyNode): void {
        const name = gatewayServiceName(gateway);
        const service = this.index.get("Service", gateway.namespace, name);
        const listeners = listenersOf(gateway);
        let node: TopologyNode;
        if (service !== undefined) {
            node = this.drawing.object(service, serviceLines(service));
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
            for (const reference of backendsOf(route)) {
                this.backend(node, reference, gateways);
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
        const sections = new Map<string, string[]>();
        for (const { namespace, name, section } of attachmentsOf(route)) {
            const { id } = this.drawing.named("Gateway", namespace, name);
            sections.set(id, [...(sections.get(id) ?? []), ...(section === undefined ? [] : [section])]);
        }
        for (const [id, names] of sections) {
            this.drawing.edge(id, routeNode.id, "gateway", names.join(", "));
        }
        return [...sections.keys()];
    }

    private backend(
        routeNode: TopologyNode,
        { target: { kind, namespace, name }, port }: BackendReference,
        gateways: string[],
    ): void {
        const object = this.index.get(kind, namespace, name);
        const node = this.drawing.named(kind, namespace, name);
        const label = kind === "Service" && port !== undefined ? `:${String(port)}` : "EPP picks the pod";
        this.drawing.edge(routeNode.id, node.id, "gateway", label);
        const from = this.gatewaysOfBackend.get(node.id) ?? new Set();
        gateways.forEach((gateway) => from.add(gateway));
        this.gatewaysOfBackend.set(node.id, from);
        if (object !== undefined && kind === "Service") {
            this.drawing.details(object, serviceLines(object));
            this.selection(object, serviceSelection(object), "gateway");
        }
    }

    private pools(): void {
        for (const pool of this.index.all("InferencePool")) {
            const node = this.drawing.object(pool, poolLines(pool));
            this.selection(pool, poolSelection(pool), "gateway");
            const picker = pickerOf(pool);
            if (picker === undefined) {
                continue;
            }
            const epp = this.drawing.named("Service", picker.target.namespace, picker.target.name);
            this.drawing.edge(node.id, epp.id, "reference", "endpointPickerRef");
            const port = picker.port === undefined ? "" : `:${String(picker.port)}`;
            for (const gateway of this.gatewaysOfBackend.get(node.id) ?? []) {
                this.drawing.edge(gateway, epp.id, "scoring", `ext_proc ${port} (made by Istio)`);
            }
        }
        for (const [, model] of this.models) {
            if (model.pool !== undefined) {
                this.drawing.named("InferencePool", this.deployment!.namespaces.simulator, model.pool);
            }
        }
    }

    /** EnvoyFilters that make a Gateway ask an EPP. */
    private filters(): void {
        for (const filter of this.index.all("EnvoyFilter")) {
            for (const { target } of extProcFiltersIn(filter.object)) {
                if (target?.service === undefined) {
                    continue;
                }
                const node = this.drawing.object(filter, ["adds ext_proc to the Gateway"]);
                const name = filteredGateway(filter);
                const gateway = name && this.index.get("Gateway", filter.namespace, name);
                if (gateway) {
                    const gatewayNode = this.drawing.named("Gateway", gateway.namespace, gateway.name);
                    this.drawing.edge(gatewayNode.id, node.id, "scoring", "ext_proc");
                }
                const epp = this.drawing.named("Service", target.service.namespace, target.service.name);
                this.drawing.edge(node.id, epp.id, "scoring", `ext_proc :${String(target.port)}`);
            }
        }
        for (const [, model] of this.models) {
            const namespace = this.deployment!.namespaces.scheduler;
            if (
                model.extProcFilter !== undefined &&
                this.index.get("EnvoyFilter", namespace, model.extProcFilter) === undefined
            ) {
                const node = this.drawing.named("EnvoyFilter", namespace, model.extProcFilter);
                const gateway = this.drawing.named("Gateway", namespace, this.deployment!.gateway.name);
                this.drawing.edge(gateway.id, node.id, "scoring", "ext_proc");
                const epp = this.drawing.named("Service", model.epp.namespace, model.epp.name);
                this.drawing.edge(node.id, epp.id, "scoring", `ext_proc :${String(model.epp.grpcPort)}`);
            }
        }
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
            const node = this.drawing.object(service, serviceLines(service));
            const ports = servicePortsOf(service.object);
            this.drawing.edge(
                this.drawing.client().id,
                node.id,
                "direct",
                portsLine(ports.map(({ number }) => number)),
            );
            this.selection(service, serviceSelection(service), "direct");
        }
        for (const [key, proxy] of expected) {
            const namespace = this.deployment!.namespaces.simulator;
            if (this.index.get("Service", ...(key.split("/") as [string, string])) === undefined) {
                const node = this.drawing.named("Service", namespace, proxy.name);
                this.drawing.edge(this.drawing.client().id, node.id, "direct", `:${String(proxy.port)}`);
            }
        }
    }

    /**
     * Arrows to the workloads that a Service or a pool selects.
     *
     * @param shown the ports that the arrow is for. Default: all.
     */
    private selection(
        from: TopologyObject,
        { selector, ports }: Selection,
        kind: EdgeKind,
        shown: readonly Forwarded[] = ports,
    ): void {
        const node = this.drawing.named(from.kind, from.namespace, from.name);
        for (const workload of this.index.selected(from.namespace, selector)) {
            const numbers = shown.map(({ target, number }) => resolvePort(target, workload) ?? number);
            this.drawing.edge(node.id, this.workload(workload).id, kind, portsLine(numbers));
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
            this.selection(service, serviceSelection(service), "scoring", grpc);
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
        return this.drawing.object(workload, workloadLines(workload, this.live));
    }

    /** What a preview takes away, beside what is left. */
    private deleted(): void {
        for (const object of this.objects.filter(({ change }) => change === "deleted")) {
            const isPods = object.kind === "Deployment" && (isModelServer(object) || isEpp(object));
            if (isPods || kindsOfPaths.includes(object.kind)) {
                this.drawing.deleted(object);
            }
        }
    }
}
