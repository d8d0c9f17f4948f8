import type { Topology, TopologyNode } from "./model";

/** A namespace's box: what is common to the models, and a box for each model. */
export interface NamespaceBox {
    namespace: string;
    shared: TopologyNode[];
    models: { release: string; title: string; nodes: TopologyNode[] }[];
}

/** Sorts nodes into the boxes that they are drawn in; `outside` are those in no namespace. */
export function boxesOf({ nodes, namespaces, models }: Topology): {
    outside: TopologyNode[];
    namespaces: NamespaceBox[];
} {
    return {
        outside: nodes.filter(({ namespace }) => namespace === undefined),
        namespaces: namespaces.map((namespace) => {
            const inside = nodes.filter((node) => node.namespace === namespace);
            // A lone route says by itself what it takes.
            const boxed = Object.entries(models)
                .map(([release, title]) => ({
                    release,
                    title,
                    nodes: inside.filter(({ model }) => model === release),
                }))
                .filter((box) => box.nodes.length > 1);
            return {
                namespace,
                shared: inside.filter((node) => !boxed.some((box) => box.nodes.includes(node))),
                models: boxed,
            };
        }),
    };
}
