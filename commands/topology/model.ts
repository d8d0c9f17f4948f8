import type { Mode } from "../../components/deploymentOutput";

/** What a preview would do to an object. */
export type Change = "added" | "changed" | "deleted";

/**
 * What an arrow stands for. `gateway`: requests through the Gateway. `direct`: requests that bypass it. `scoring`:
 * ext_proc, how the EPP is asked. `reference`: no request takes it; one object names, reads or allows another.
 */
export type EdgeKind = "gateway" | "direct" | "scoring" | "reference";

/** Which object, whether it is there or not. */
export interface ObjectName {
    readonly kind: string;
    readonly namespace: string;
    readonly name?: string;
}

/** One object, or one party that is no object. */
export interface TopologyNode {
    /** Letters, digits and `_`; unique in its graph, and the same for the same object in every graph. */
    id: string;
    kind: string;
    name: string;
    /** More to know about it, each to be shown on a line. */
    lines: string[];
    /** Undefined outside of the cluster. */
    namespace?: string;
    /** Release of the model that it belongs to; undefined for what models share. */
    model?: string;
    /** `istio`: Istio makes it, and nobody declares it. `missing`: something needs it and it is not there. */
    presence: "present" | "istio" | "missing";
    /** What is wrong with it. */
    problems: string[];
    /** Only in a preview. */
    change?: Change;
}

/** An arrow. */
export interface TopologyEdge {
    from: string;
    to: string;
    kind: EdgeKind;
    label: string;
    problems: string[];
}

/** The objects of a stack and the paths between them, without any layout. */
export interface Topology {
    /** Undefined where nothing says it. */
    mode?: Mode;
    namespaces: string[];
    /** Title of each model by release. Empty for a single model, which needs no box of its own. */
    models: Record<string, string>;
    nodes: TopologyNode[];
    edges: TopologyEdge[];
}

/** Something that is wrong with an object, or with its way to another. */
export interface TopologyFinding {
    readonly object: ObjectName;
    /** Where the way leads. */
    readonly to?: ObjectName;
    readonly message: string;
}

/** Everything that is wrong, one line each, named by its object. */
export function problemsOf({ nodes, edges }: Topology): string[] {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const title = (id: string) => {
        const node = byId.get(id);
        const namespace = node?.namespace === undefined ? "" : `${node.namespace}/`;
        return `${node?.kind ?? ""} ${namespace}${node?.name ?? ""}`;
    };
    return [
        ...nodes.flatMap(({ id, problems }) => problems.map((problem) => `${title(id)}: ${problem}`)),
        ...edges.flatMap(({ from, to, problems }) =>
            problems.map((problem) => `${title(from)} -> ${title(to)}: ${problem}`),
        ),
    ];
}
