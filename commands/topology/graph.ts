import { labels } from "../../components/contract";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import type { ParentRef } from "../../objects/attachments";
import { gatewayParents } from "../../objects/attachments";
import { forwardedBy, isHeadless } from "../../objects/chains";
import { targetNumber } from "../../objects/containers";
import { dataPlaneOf } from "../../objects/dataPlane";
import { extProcFiltersOf, gatewaysOf } from "../../objects/extProc";
import { admits, grantsOf } from "../../objects/grants";
import { kinds, poolKinds } from "../../objects/kinds";
import type { PlainObject } from "../../objects/kubernetesObject";
import { KubernetesObject } from "../../objects/kubernetesObject";
import { listenerPortsOf } from "../../objects/listeners";
import { groupBy } from "../../objects/multimap";
import { grpcPortsOf, pickerReference, pickersOf, recognise } from "../../objects/pickers";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import type { Reference } from "../../objects/references";
import { selectionOf } from "../../objects/selections";
import { labelSelector } from "../../objects/selectors";
import { servesModels } from "../../objects/servers";
import { StackIndex } from "../../objects/stackIndex";
import { Drawing } from "./drawing";
import { judgeObjects } from "./judge";
import { gatewayLines, poolLines, portsLine, routeLines, serviceLines, workloadLines } from "./lines";
import type { Change, EdgeKind, Topology, TopologyFinding, TopologyNode } from "./model";
import { backendsOf, referencesTo } from "./references";

/** How objects are to be read. */
export interface TopologyOptions {
    /**
     * Whether the objects are a running cluster's: then what controllers make and report counts, too. Default: they are
     * declared, and Istio's own objects are assumed.
     */
    live?: boolean;
    /** What a preview would do to them. Default: nothing. */
    changes?: ReadonlyMap<KubernetesObject, Change>;
}

/**
 * The graph of plain Kubernetes objects: who refers to whom, which way requests go, and what is missing or does not
 * agree. Objects that take no part in a path are left out.
 *
 * @param deployment the stack's output of that name: what is expected to be there, and which models there are.
 */
export function topologyOfObjects(
    objects: readonly (PlainObject | KubernetesObject)[],
    deployment?: DeploymentOutput,
    { live = false, changes = new Map() }: TopologyOptions = {},
): Topology {
    const key = ({ namespace, name = "" }: KubernetesObject) => `${namespace}/${name}`;
    // The same picture in whichever order they come. What has no name is in no path.
    const read = objects
        .flatMap((object) =>
            object instanceof KubernetesObject ? object : (KubernetesObject.of(object) ?? []),
        )
        .filter(({ name }) => name)
        .sort((a, b) => key(a).localeCompare(key(b)));
    const isDeleted = (object: KubernetesObject) => changes.get(object) === "deleted";
    const index = new StackIndex(read.filter((object) => !isDeleted(object)));
    const drawing = new Drawing(deployment, changes);
    return new TopologyBuilder(index, drawing, deployment, live).build(
        read.filter(isDeleted),
        judgeObjects(index, deployment, live),
    );
}

/** Objects of these are in a path, whatever is in them. */
const kindsOfPaths = [
    kinds.gateway,
    kinds.httpRoute,
    ...poolKinds,
    kinds.envoyFilter,
    kinds.referenceGrant,
    kinds.service,
];

/** Draws one stack. Each method adds the nodes and arrows of one kind of object. */
class TopologyBuilder {
    constructor(
        private readonly index: StackIndex,
        private readonly drawing: Drawing,
        private readonly deployment: DeploymentOutput | undefined,
        private readonly live: boolean,
    ) {}

    /**
     * @param deleted objects that a preview takes away.
     * @param findings what is wrong with objects; what is not in the picture is left out of it.
     */
    build(deleted: readonly KubernetesObject[], findings: readonly TopologyFinding[]): Topology {
        this.drawing.client();
        this.gateways();
        this.routes();
        this.pools();
        this.filters();
        this.directPath();
        this.endpointPickers();
        this.grants();
        this.modelServers();
        this.deleted(deleted);
        findings.forEach((finding) => this.drawing.colour(finding));
        return this.drawing.finish();
    }

    private get models(): ModelDeploymentOutput[] {
        return Object.values(this.deployment?.models ?? {});
    }

    private gateways(): void {
        for (const gateway of this.index.ofKind(kinds.gateway)) {
            const node = this.drawing.object(gateway, gatewayLines(gateway));
            this.gatewayService(gateway, node);
        }
        this.expectedGateway();
    }

    /** The Gateway of the outputs. */
    private expectedGateway(): TopologyNode | undefined {
        return (
            this.deployment &&
            this.drawing.named({
                ...kinds.gateway,
                namespace: this.deployment.namespaces.scheduler,
                name: this.deployment.gateway.name,
            })
        );
    }

    /** Istio makes a Service for each Gateway. */
    private gatewayService(gateway: KubernetesObject, gatewayNode: TopologyNode): void {
        const { namespace } = gateway;
        const name = dataPlaneOf(gateway);
        const service = this.index.find(kinds.service, namespace, name);
        const label = portsLine(listenerPortsOf(gateway));
        let node: TopologyNode;
        if (service !== undefined) {
            node = this.drawing.object(service, serviceLines(service));
        } else if (this.live) {
            node = this.drawing.named({ ...kinds.service, namespace, name });
        } else {
            node = this.drawing.madeByIstio({ ...kinds.service, namespace, name }, [label]);
        }
        this.drawing.edge(this.drawing.client(), node, "gateway", label);
        this.drawing.edge(node, gatewayNode, "gateway", label);
    }

    private routes(): void {
        for (const route of this.index.ofKind(kinds.httpRoute)) {
            const node = this.drawing.object(route, routeLines(route));
            this.attachments(route, node);
            for (const reference of backendsOf(route)) {
                this.backend(node, reference);
            }
        }
        for (const model of this.models) {
            const namespace = this.deployment!.namespaces.scheduler;
            const node = this.drawing.named({ ...kinds.httpRoute, namespace, name: model.route });
            if (node.presence === "missing") {
                this.drawing.edge(this.expectedGateway()!, node, "gateway", "");
            }
        }
    }

    /** The Gateways that a route attaches to, with the listeners that it asks for. */
    private attachments(route: KubernetesObject, routeNode: TopologyNode): void {
        const byGateway = groupBy(gatewayParents(route), (parent) => this.gatewayOf(parent));
        for (const [gateway, parents] of byGateway) {
            const sections = parents.flatMap(({ sectionName }) => sectionName ?? []);
            this.drawing.edge(gateway, routeNode, "gateway", sections.join(", "));
        }
    }

    private gatewayOf({ namespace, name }: ParentRef): TopologyNode {
        return this.drawing.named({ ...kinds.gateway, namespace, name });
    }

    private backend(routeNode: TopologyNode, reference: Reference): void {
        const { namespace, name, port } = reference;
        const node = this.drawing.named(reference);
        const toService = reference.kind === kinds.service.kind;
        const label = toService ? portsLine([port]) : "EPP picks the pod";
        this.drawing.edge(routeNode, node, "gateway", label);
        const service = this.index.find(reference, namespace, name);
        if (toService && service !== undefined) {
            this.drawing.object(service, serviceLines(service));
            this.selection(service, "gateway");
        }
    }

    private pools(): void {
        for (const pool of this.index.ofKind(...poolKinds)) {
            const node = this.drawing.object(pool, poolLines(pool));
            this.selection(pool, "gateway");
            const { name, isService: isCallable, port } = pickerReference(pool);
            if (name === "" || !isCallable) {
                continue;
            }
            const epp = this.drawing.named({ ...kinds.service, namespace: pool.namespace, name });
            this.drawing.edge(node, epp, "reference", "endpointPickerRef");
            const label = `ext_proc ${portsLine([port?.value])} (made by Istio)`;
            const parents = referencesTo(pool, this.index).flatMap(({ from }) => gatewayParents(from));
            for (const parent of parents) {
                this.drawing.edge(this.gatewayOf(parent), epp, "scoring", label);
            }
        }
        for (const { pool } of this.models) {
            if (pool !== undefined) {
                const namespace = this.deployment!.namespaces.simulator;
                this.drawing.named({ ...kinds.inferencePool, namespace, name: pool });
            }
        }
    }

    /** EnvoyFilters that make a Gateway ask an EPP. */
    private filters(): void {
        for (const { object, target } of extProcFiltersOf(this.index).all) {
            if (target?.service === undefined) {
                continue;
            }
            const node = this.drawing.object(object, ["adds ext_proc to the Gateway"]);
            for (const gateway of gatewaysOf(object, this.index)) {
                this.drawing.edge(this.drawing.named(gateway), node, "scoring", "ext_proc");
            }
            const epp = this.drawing.named({ ...kinds.service, ...target.service });
            this.drawing.edge(node, epp, "scoring", `ext_proc :${String(target.port)}`);
        }
        for (const { extProcFilter, epp } of this.models) {
            const namespace = this.deployment!.namespaces.scheduler;
            if (
                extProcFilter !== undefined &&
                this.index.find(kinds.envoyFilter, namespace, extProcFilter) === undefined
            ) {
                const node = this.drawing.named({ ...kinds.envoyFilter, namespace, name: extProcFilter });
                this.drawing.edge(this.expectedGateway()!, node, "scoring", "ext_proc");
                const service = this.drawing.named({ ...epp, ...kinds.service });
                this.drawing.edge(node, service, "scoring", `ext_proc :${String(epp.grpcPort)}`);
            }
        }
    }

    /** Services that clients reach without the Gateway: the outputs name them, or they select model servers. */
    private directPath(): void {
        const namespace = this.deployment?.namespaces.simulator ?? "";
        const expected = this.models.map(({ proxy }) => proxy);
        for (const service of this.index.ofKind(kinds.service)) {
            const isDirect =
                this.deployment === undefined
                    ? !isHeadless(service) && this.selected(service).some(servesModels)
                    : service.namespace === namespace && expected.some(({ name }) => name === service.name);
            if (isDirect) {
                const node = this.drawing.object(service, serviceLines(service));
                const [label = ""] = serviceLines(service);
                this.drawing.edge(this.drawing.client(), node, "direct", label);
                this.selection(service, "direct");
            }
        }
        for (const { name, port } of expected) {
            const node = this.drawing.named({ ...kinds.service, namespace, name });
            if (node.presence === "missing") {
                this.drawing.edge(this.drawing.client(), node, "direct", portsLine([port]));
            }
        }
    }

    /** The pods that a Service or a pool selects. */
    private selected(backend: KubernetesObject): readonly PodTemplate[] {
        return selectionOf(backend, this.index).templates;
    }

    /**
     * Arrows to the workloads that a Service or a pool selects.
     *
     * @param shown the ports that the arrow is for. Default: all.
     */
    private selection(backend: KubernetesObject, kind: EdgeKind, shown?: readonly number[]): void {
        const ports = forwardedBy(backend).filter(({ number }) => shown?.includes(number) ?? true);
        const node = this.drawing.named(backend);
        for (const template of this.selected(backend)) {
            const numbers = ports.map(({ target, number }) => targetNumber(template, target) ?? number);
            this.drawing.edge(node, this.workload(template.owner), kind, portsLine(numbers));
        }
    }

    /** EPPs with what they run on, whoever asks them. */
    private endpointPickers(): void {
        const expected = this.models.map(({ epp }) => epp);
        for (const service of this.index.ofKind(kinds.service)) {
            const grpc = grpcPortsOf(service, pickersOf(this.index).behind(service));
            const isAsked = this.drawing.isReached(service, "scoring");
            const isExpected = expected.some(
                ({ namespace, name }) => namespace === service.namespace && name === service.name,
            );
            // The program's own label tells of an EPP's Service whose pods are not there.
            const isLabelled = service.labels[labels.component] === "endpoint-picker";
            if (isAsked || isExpected || isLabelled || grpc.length > 0) {
                this.drawing.object(service, [
                    ...serviceLines(service),
                    ...(isAsked ? [] : ["no Gateway asks it"]),
                ]);
                this.selection(service, "scoring", grpc);
            }
        }
        for (const { epp, pickable } of this.models) {
            const service = this.drawing.named({ ...epp, ...kinds.service });
            const workload = this.index.find(kinds.deployment, epp.namespace, epp.name);
            const node =
                workload === undefined
                    ? this.drawing.named({ ...epp, ...kinds.deployment })
                    : this.workload(workload);
            if (service.presence === "missing") {
                this.drawing.edge(service, node, "scoring", portsLine([epp.grpcPort]));
            }
            const { templates } = this.index.pods.select(
                this.deployment!.namespaces.simulator,
                labelSelector({ matchLabels: pickable }),
            );
            for (const { owner } of templates) {
                this.drawing.edge(node, this.workload(owner), "reference", "reads metrics");
            }
        }
    }

    private grants(): void {
        const references = this.index.ofKind(kinds.httpRoute).flatMap(backendsOf);
        for (const grant of grantsOf(this.index).all) {
            const routes = grant.from.filter(
                ({ group, kind }) => group === kinds.httpRoute.group && kind === kinds.httpRoute.kind,
            );
            if (routes.length === 0) {
                continue;
            }
            const sources = routes.map(({ namespace }) => namespace).join(", ");
            const node = this.drawing.object(grant.object, [`HTTPRoutes of ${sources}`]);
            for (const reference of references.filter((one) => admits(grant, one.from, one))) {
                const backend = this.drawing.named(reference);
                this.drawing.edge(node, backend, "reference", "allows the reference to");
            }
        }
        for (const { grant, backend } of this.models) {
            const { namespace } = backend;
            if (this.index.find(kinds.referenceGrant, namespace, grant) === undefined) {
                const node = this.drawing.named({ ...kinds.referenceGrant, namespace, name: grant });
                const target = this.drawing.named(backend);
                this.drawing.edge(node, target, "reference", "would allow the reference to");
            }
        }
    }

    /** Model servers that nothing above has drawn: prefill pods stand beside the paths. */
    private modelServers(): void {
        for (const template of this.index.pods.templates.filter(servesModels)) {
            this.workload(template.owner);
        }
        for (const { pods } of this.models) {
            for (const { deployment } of Object.values(pods)) {
                const namespace = this.deployment!.namespaces.simulator;
                this.drawing.named({ ...kinds.deployment, namespace, name: deployment });
            }
        }
    }

    private workload(workload: KubernetesObject): TopologyNode {
        return this.drawing.object(workload, workloadLines(workload, this.live));
    }

    /** What a preview takes away, beside what is left. */
    private deleted(objects: readonly KubernetesObject[]): void {
        for (const object of objects) {
            const takesPart = (template: PodTemplate) =>
                servesModels(template) || recognise(template) !== undefined;
            if (kindsOfPaths.some((kind) => object.is(kind)) || templatesOf(object).some(takesPart)) {
                this.drawing.deleted(object);
            }
        }
    }
}
