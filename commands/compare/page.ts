import * as vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { compile } from "vega-lite";
import { escapeHtml } from "../shared/html";
import type { TextTable } from "./report";

/** What all pictures have in common: long names are shown whole. */
export const pictureConfig = { axis: { labelLimit: 400 }, legend: { labelLimit: 400 } } as const;

/** Colours that are told apart by everybody (Okabe and Ito, 2008). */
export const colours = ["#b85c00", "#005f9e", "#009e73", "#cc79a7", "#56b4e9", "#8a6d00", "#000000"];

/** A picture as an SVG document, which needs nothing else. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
    const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
    try {
        return await view.toSVG();
    } finally {
        view.finalize();
    }
}

/** One HTML document, which needs nothing else. @param parts HTML. */
export function htmlPage(title: string, parts: readonly string[]): string {
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border: 1px solid #bbb; padding: 0.3em 0.8em; text-align: left; white-space: pre-line; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${parts.join("\n")}
</body>
</html>
`;
}

export function htmlTable({ head, rows }: TextTable): string {
    const row = (tag: string, cells: string[]) =>
        `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
    return `<table>\n${[row("th", head), ...rows.map((cells) => row("td", cells))].join("\n")}\n</table>`;
}

export function htmlParagraph(text: string): string {
    return `<p>${escapeHtml(text)}</p>`;
}
