import { escapeHtml } from "../shared/html";
import { boxesOf } from "./layout";
import type { NamespaceBox } from "./layout";
import type { Topology, TopologyEdge, TopologyNode } from "./model";
import { problemsOf } from "./model";
import { changeStyles, isWorkload, legendOf, lineStyles, problemColour, wrap } from "./style";

/** Widest line of a box or a label, in characters. */
const width = 46;

/**
 * Graphviz knows the widths of this font by itself, and every monospaced font that a viewer may have in its place is as
 * wide, so that no label leaves its box.
 */
const font = "Courier";

/** The graph in Graphviz's language, for the layout engine `dot`. */
export function renderDot(topology: Topology): string {
    const boxes = boxesOf(topology);
    return [
        "digraph topology {",
        `  graph [rankdir=LR, fontname="${font}", fontsize=12, nodesep=0.35, ranksep=0.9, pad=0.3, bgcolor=white, labelloc=b, labeljust=l, label=${legendTable(topology)}]`,
        `  node [shape=box, style="filled,rounded", fillcolor=white, color="#39424e", fontname="${font}", fontsize=11, margin="0.16,0.09"]`,
        `  edge [fontname="${font}", fontsize=10, arrowsize=0.8]`,
        ...boxes.outside.map((node) => `  ${nodeText(node)}`),
        ...boxes.namespaces.flatMap((box, index) => namespaceText(box, index)),
        ...topology.edges.map((edge) => `  ${edgeText(edge, topology)}`),
        "}",
        "",
    ].join("\n");
}

/** Text between double quotes of Graphviz's language, where a backslash starts an escape. */
function escapeQuoted(text: string): string {
    return text.replace(/["\\]/g, (character) => `\\${character}`);
}

function nodeText(node: TopologyNode): string {
    const sign = node.change === undefined ? "" : `${changeStyles[node.change].sign} `;
    const heading = node.kind === node.name ? "" : `${sign}${node.kind}`;
    const rows = [
        ...(heading === "" ? [] : [`<font color="#5c6670" point-size="10">${escapeHtml(heading)}</font>`]),
        `<b>${escapeHtml(node.name)}</b>`,
        ...node.lines.flatMap((line) => wrap(line, width)).map(escapeHtml),
        ...node.problems
            .flatMap((problem) => wrap(`! ${problem}`, width))
            .map((line) => `<font color="${problemColour}"><b>${escapeHtml(line)}</b></font>`),
    ];
    return `${node.id} [label=<${rows.join("<br/>")}>${attributes(node)}]`;
}

function attributes(node: TopologyNode): string {
    const shape = node.namespace === undefined ? ", shape=oval" : isWorkload(node) ? ", peripheries=2" : "";
    if (node.problems.length > 0) {
        const style = node.presence === "missing" ? "filled,rounded,dashed" : "filled,rounded";
        return `${shape}, color="${problemColour}", fillcolor="#fdecea", penwidth=2.2, style="${style}"`;
    }
    if (node.change !== undefined) {
        const { border, fill } = changeStyles[node.change];
        const style = node.change === "deleted" ? "filled,rounded,dashed" : "filled,rounded";
        return `${shape}, color="${border}", fillcolor="${fill}", penwidth=1.8, style="${style}"`;
    }
    return node.presence === "istio" ? `${shape}, style="filled,rounded,dashed"` : shape;
}

function namespaceText({ namespace, shared, models }: NamespaceBox, index: number): string[] {
    const id = `cluster_${String(index)}`;
    // Arrows enter a namespace from the left: its title is out of their way at the right.
    const box = (label: string, side: "l" | "r", fill: string) =>
        `graph [label="${escapeQuoted(label)}", labelloc=t, labeljust=${side}, style="filled,rounded", color="#aab4bf", fillcolor="${fill}", margin=14]`;
    return [
        `  subgraph ${id} {`,
        `    ${box(`namespace ${namespace}`, "r", "#f4f6f8")}`,
        ...shared.map((node) => `    ${nodeText(node)}`),
        ...models.flatMap(({ title, nodes }, model) => [
            `    subgraph ${id}_${String(model)} {`,
            `      ${box(title, "l", "#e9eef4")}`,
            ...nodes.map((node) => `      ${nodeText(node)}`),
            "    }",
        ]),
        "  }",
    ];
}

/** Lifts a label off its arrow. */
const gap = `<br/><font point-size="5"> </font>`;

function edgeText({ from, to, kind, label, problems }: TopologyEdge, { mode }: Topology): string {
    const { colour, line, width: stroke } = lineStyles(mode)[kind];
    const shown = problems.length > 0 ? problemColour : colour;
    const lines = [
        ...(label === "" ? [] : wrap(label, width)),
        ...problems.flatMap((problem) => wrap(`! ${problem}`, width)),
    ].map((text) => ` ${escapeHtml(text)} `);
    return [
        `${from} -> ${to} [color="${shown}", fontcolor="${shown}", style=${line}, penwidth=${String(problems.length > 0 ? 3 : stroke)}`,
        ...(lines.length > 0 ? [`label=<${lines.join("<br/>")}${gap}>`] : []),
        // What names or allows something stands beside it and does not push it along the path.
        ...(kind === "reference" ? ["arrowhead=vee"] : []),
        ...(kind === "reference" && label !== "endpointPickerRef" ? ["constraint=false"] : []),
    ]
        .join(", ")
        .concat("]");
}

/** The legend, as the label of the whole graph: the layout of the graph does not move it, nor it the graph. */
function legendTable(topology: Topology): string {
    const { lines, changes } = legendOf(topology);
    const thick = "&#9473;&#9473;&#9473;&#9654;";
    const samples = {
        solid: "&#9472;&#9472;&#9472;&#9654;",
        dashed: "&#9472; &#9472; &#9654;",
        dotted: "&#183; &#183; &#183; &#183; &#9654;",
    };
    const wrong = problemsOf(topology).length;
    const row = (sample: string, meaning: string) =>
        `<tr><td align="left">${sample}</td><td align="left">${escapeHtml(meaning)}</td></tr>`;
    return `<<table border="0" cellborder="0" cellspacing="2" cellpadding="2">${[
        ...lines.map(({ colour, line, width: stroke, meaning }) => {
            const sample = line === "solid" && stroke > 2 ? thick : samples[line];
            return row(`<font color="${colour}">${sample}</font>`, meaning);
        }),
        ...(topology.nodes.some(({ presence }) => presence === "istio")
            ? [row(`<font color="#5c6670">[- - -]</font>`, "dashed box: made by Istio")]
            : []),
        ...changes.map((change) => {
            const { sign, border, meaning } = changeStyles[change];
            return row(`<font color="${border}"><b>${sign}</b></font>`, meaning);
        }),
        ...(wrong > 0
            ? [
                  row(
                      `<font color="${problemColour}"><b>!</b></font>`,
                      `missing, or does not agree: ${String(wrong)} found`,
                  ),
              ]
            : []),
    ].join("")}</table>>`;
}
