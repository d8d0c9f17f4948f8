import type { NamespaceBox } from "./layout";
import { boxesOf } from "./layout";
import type { Topology, TopologyEdge, TopologyNode } from "./model";
import { problemsOf } from "./model";
import { changeStyles, isWorkload, legendOf, lineStyles, problemColour, wrap } from "./style";

/** Widest line of a box or a label, in characters. */
const width = 44;

/** The graph as a Mermaid flowchart, for a `mermaid` block of a README or a pull request. */
export function renderMermaid(topology: Topology): string {
    const boxes = boxesOf(topology);
    const legend = legendOf(topology);
    const styles = lineStyles(topology.mode);
    const lines = [
        "flowchart LR",
        ...boxes.outside.map((node) => `  ${nodeText(node)}`),
        ...boxes.namespaces.flatMap((box, index) => namespaceText(box, index)),
        ...topology.edges.map((edge) => `  ${edgeText(edge)}`),
        ...legendText(topology),
        ...classText(topology),
    ];
    // Arrows are styled by their number, in the order of their appearance.
    const drawn = [
        ...topology.edges.map(({ kind, problems }) => ({ ...styles[kind], wrong: problems.length > 0 })),
        ...legend.lines.map((style) => ({ ...style, wrong: false })),
    ];
    drawn.forEach(({ colour, line, width: stroke, wrong }, index) => {
        const dash = { solid: "", dashed: ",stroke-dasharray:7 4", dotted: ",stroke-dasharray:2 3" }[line];
        const shown = wrong ? problemColour : colour;
        lines.push(
            `  linkStyle ${String(index)} stroke:${shown},stroke-width:${String(wrong ? 3 : stroke)}px,color:${shown}${dash}`,
        );
    });
    return `${lines.join("\n")}\n`;
}

/** Mermaid text as a block of a Markdown file. */
export function markdownOf(mermaid: string): string {
    return `\`\`\`mermaid\n${mermaid}\`\`\`\n`;
}

/**
 * Text that Mermaid takes as it is inside of double quotes. Entities are Mermaid's own, `#...;`; quotes end the text,
 * a leading backtick starts Markdown, and `<` starts HTML (mermaid.js.org, "Special characters that break syntax").
 */
export function escapeMermaid(text: string): string {
    return text.replace(/["#<>&`;%\\]/g, (character) => `#${String(character.charCodeAt(0))};`);
}

function quoted(lines: readonly string[]): string {
    return `"${lines.map(escapeMermaid).join("<br/>")}"`;
}

function nodeText(node: TopologyNode): string {
    const sign = node.change === undefined ? "" : `${changeStyles[node.change].sign} `;
    const text = quoted([
        ...(node.kind === node.name ? [node.name] : [`${sign}${node.kind}`, node.name]),
        ...node.lines.flatMap((line) => wrap(line, width)),
        ...node.problems.flatMap((problem) => wrap(`! ${problem}`, width)),
    ]);
    const [open, close] = shapeOf(node);
    return `${node.id}${open}${text}${close}${classOf(node)}`;
}

/** Boxes for objects, a stadium for who sends requests, and a barrel for pods. */
function shapeOf(node: TopologyNode): [string, string] {
    if (node.namespace === undefined) {
        return ["([", "])"];
    }
    return isWorkload(node) ? ["[[", "]]"] : ["[", "]"];
}

function classOf(node: TopologyNode): string {
    if (node.problems.length > 0) {
        return ":::problem";
    }
    if (node.change !== undefined) {
        return `:::${node.change}`;
    }
    return node.presence === "istio" ? ":::istio" : "";
}

function classText({ nodes }: Topology): string[] {
    const used = new Set(nodes.map((node) => classOf(node).slice(3)));
    const classes: Record<string, string> = {
        problem: `fill:#fdecea,stroke:${problemColour},stroke-width:3px,color:#7a0000`,
        istio: "fill:#ffffff,stroke:#5c6670,stroke-dasharray:4 3,color:#333333",
        ...Object.fromEntries(
            Object.entries(changeStyles).map(([change, { border, fill }]) => [
                change,
                `fill:${fill},stroke:${border},stroke-width:2px,color:#222222${change === "deleted" ? ",stroke-dasharray:4 3" : ""}`,
            ]),
        ),
    };
    return Object.entries(classes)
        .filter(([name]) => used.has(name))
        .map(([name, style]) => `  classDef ${name} ${style}`);
}

function namespaceText({ namespace, shared, models }: NamespaceBox, index: number): string[] {
    const id = `namespace_${String(index)}`;
    return [
        `  subgraph ${id} [${quoted([`namespace ${namespace}`])}]`,
        ...shared.map((node) => `    ${nodeText(node)}`),
        ...models.flatMap(({ title, nodes }, model) => [
            `    subgraph ${id}_model_${String(model)} [${quoted([title])}]`,
            ...nodes.map((node) => `      ${nodeText(node)}`),
            "    end",
        ]),
        "  end",
    ];
}

function edgeText({ from, to, kind, label, problems }: TopologyEdge): string {
    const arrow = { gateway: "==>", direct: "-->", scoring: "-.->", reference: "-.-" }[kind];
    const lines = [
        ...(label === "" ? [] : wrap(label, width)),
        ...problems.flatMap((problem) => wrap(`! ${problem}`, width)),
    ];
    return `${from} ${arrow}${lines.length === 0 ? "" : `|${quoted(lines)}|`} ${to}`;
}

function legendText(topology: Topology): string[] {
    const { lines, changes } = legendOf(topology);
    const arrows: Record<string, string> = { solid: "-->", dashed: "-.->", dotted: "-.-" };
    const wrong = problemsOf(topology).length;
    return [
        `  subgraph legend ["legend"]`,
        "    direction LR",
        ...lines.map(({ line, meaning, width: stroke }, index) => {
            const arrow = line === "solid" && stroke > 2 ? "==>" : arrows[line]!;
            const id = `legend_${String(index)}`;
            return `    ${id}_from[" "] ${arrow} ${id}_to[${quoted(wrap(meaning, width))}]`;
        }),
        ...changes.map(
            (change) =>
                `    legend_${change}["${changeStyles[change].sign} ${changeStyles[change].meaning}"]:::${change}`,
        ),
        ...(wrong > 0
            ? [`    legend_problem["! missing, or does not agree: ${String(wrong)} found"]:::problem`]
            : []),
        "  end",
    ];
}
