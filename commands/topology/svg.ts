import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { renderDot } from "./dot";
import type { Topology } from "./model";

/** Monospaced fonts of the usual systems, all as wide as the one that the layout is made with. */
const fonts = "Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** The graph as an SVG document, laid out by Graphviz's `dot`. */
export async function renderSvg(topology: Topology): Promise<string> {
    const graphviz = await Graphviz.load();
    return graphviz
        .layout(renderDot(topology), "svg", "dot")
        .replaceAll('font-family="Courier,monospace"', `font-family="${fonts}"`);
}
