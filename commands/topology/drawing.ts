import type { DeploymentOutput } from "../../components/deploymentOutput";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type {
    Change,
    EdgeKind,
    ObjectName,
    Topology,
    TopologyEdge,
    TopologyFinding,
    TopologyNode,
} from "./model";
import { matchText } from "../shared/routeMatch";

/** Collects nodes and arrows, each object once, however often it is named. */
export class Drawing {
    private readonly edges: TopologyEdge[] = [];
    private readonly byKey = new Map<string, TopologyNode>();
    private readonly ids = new Set<string>();
    private readonly modelOf: Map<string, string>;

    constructor(
        private readonly deployment: DeploymentOutput | undefined,
        private readonly changes: ReadonlyMap<KubernetesObject, Change>,
    ) {
        this.modelOf = modelsByObject(deployment);
    }

    /** Whoever sends requests. */
    client(): TopologyNode {
        return this.node({ kind: "client", name: "client" });
    }

    /** An object that is there, with what to show of it. */
    object(object: KubernetesObject, lines: string[]): TopologyNode {
        const node = this.node(object);
        node.presence = "present";
        node.change = this.changes.get(object);
        node.lines = lines.filter((line) => line !== "");
        return node;
    }

    /** An object that something names; until it is drawn by {@link object}, it is missing. */
    named(object: ObjectName): TopologyNode {
        return this.node(object);
    }

    /** An object that Istio makes when it runs. */
    madeByIstio(object: ObjectName, lines: string[]): TopologyNode {
        const node = this.node(object);
        node.presence = "istio";
        node.lines = [...lines, "made by Istio"];
        return node;
    }

    /** An object that a preview takes away, unless one of the same name stays. */
    deleted(object: ObjectName): void {
        if (this.at(object) === undefined) {
            const node = this.node(object);
            node.presence = "present";
            node.change = "deleted";
        }
    }

    /** Says once what is wrong with an object, or with its arrows to another, if that is in the picture. */
    colour({ object, to, message }: TopologyFinding): void {
        const from = this.at(object);
        const target = to && this.at(to);
        const places =
            to === undefined
                ? [from]
                : this.edges.filter((edge) => edge.from === from?.id && edge.to === target?.id);
        for (const place of places) {
            if (place !== undefined && !place.problems.includes(message)) {
                place.problems.push(message);
            }
        }
    }

    /** An arrow, once for each kind. */
    edge({ id: from }: TopologyNode, { id: to }: TopologyNode, kind: EdgeKind, label: string): void {
        if (!this.edges.some((edge) => edge.from === from && edge.to === to && edge.kind === kind)) {
            this.edges.push({ from, to, kind, label, problems: [] });
        }
    }

    /** Whether an arrow of a kind leads to an object. */
    isReached(object: ObjectName, kind: EdgeKind): boolean {
        const id = this.at(object)?.id;
        return this.edges.some((edge) => edge.to === id && edge.kind === kind);
    }

    /** The graph. */
    finish(): Topology {
        const nodes = [...this.byKey.values()];
        for (const node of nodes) {
            if (node.presence === "missing" && node.problems.length === 0) {
                node.problems.push("not there, but the outputs name it");
            }
        }
        const models = Object.entries(this.deployment?.models ?? {});
        return {
            mode: this.deployment?.mode,
            namespaces: [...new Set(nodes.flatMap(({ namespace }) => namespace ?? []))],
            models:
                models.length < 2
                    ? {}
                    : Object.fromEntries(
                          models.map(([release, { model, match }]) => [
                              release,
                              `model ${release}: ${model}, takes ${matchText(match)}`,
                          ]),
                      ),
            nodes,
            edges: this.edges,
        };
    }

    private at(object: ObjectName): TopologyNode | undefined {
        return this.byKey.get(keyOf(object));
    }

    private node(object: Partial<ObjectName>): TopologyNode {
        const { kind = "", namespace, name = "" } = object;
        const key = keyOf(object);
        let node = this.byKey.get(key);
        if (node === undefined) {
            const model = this.modelOf.get(key);
            node = {
                id: this.uniqueId(slug(kind, name)),
                kind,
                name,
                lines: [],
                presence: namespace === undefined ? "present" : "missing",
                problems: [],
                ...(namespace !== undefined && { namespace }),
                ...(model !== undefined && { model }),
            };
            this.byKey.set(key, node);
        }
        return node;
    }

    private uniqueId(wanted: string): string {
        let id = wanted;
        for (let number = 2; this.ids.has(id); number++) {
            id = `${wanted}_${String(number)}`;
        }
        this.ids.add(id);
        return id;
    }
}

function keyOf({ kind = "", namespace = "", name = "" }: Partial<ObjectName>): string {
    return `${kind}/${namespace}/${name}`;
}

/** Starts with the kind, so that no name can make it a keyword of a renderer's language. */
function slug(kind: string, name: string): string {
    return (kind === name ? kind : `${kind}_${name}`).replace(/[^A-Za-z0-9]/g, "_");
}

/** Which model each object belongs to, by the outputs. */
function modelsByObject(deployment: DeploymentOutput | undefined): Map<string, string> {
    const models = new Map<string, string>();
    if (deployment === undefined || Object.keys(deployment.models).length < 2) {
        return models;
    }
    const { scheduler, simulator } = deployment.namespaces;
    for (const [release, model] of Object.entries(deployment.models)) {
        const own: [string, string, string | undefined][] = [
            ["HTTPRoute", scheduler, model.route],
            ["EnvoyFilter", scheduler, model.extProcFilter],
            ["ReferenceGrant", model.backend.namespace, model.grant],
            ["Service", simulator, model.proxy.name],
            ["InferencePool", simulator, model.pool],
            ["Service", model.epp.namespace, model.epp.name],
            ["Deployment", model.epp.namespace, model.epp.name],
            ...Object.values(model.pods).map(({ deployment: name }): [string, string, string] => [
                "Deployment",
                simulator,
                name,
            ]),
        ];
        for (const [kind, namespace, name] of own) {
            if (name !== undefined) {
                models.set(keyOf({ kind, namespace, name }), release);
            }
        }
    }
    return models;
}
