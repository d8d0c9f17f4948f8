import { quantileSorted } from "simple-statistics";
import * as vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { compile } from "vega-lite";
import type { Rounds } from "./compare";
import { pooled } from "./compare";
import { pathNames } from "./paths";
import type { Report } from "./report";
import { measures, remarksOf, tablesOf } from "./report";

/** Points of a curve: every half percent. */
const steps = Array.from({ length: 199 }, (_, index) => (index + 1) / 200);

/** The comparison as an SVG document: latency by percentile, the ratios with their intervals, the answers by pod. */
export async function renderSvg(report: Report, rounds: Rounds): Promise<string> {
    const view = new vega.View(vega.parse(compile(specOf(report, rounds)).spec), { renderer: "none" });
    try {
        return await view.toSVG();
    } finally {
        view.finalize();
    }
}

/** The comparison as one HTML document, which needs nothing else: the plot, the tables and what to know of them. */
export async function renderHtml(report: Report, rounds: Rounds): Promise<string> {
    const tables = tablesOf(report).map(({ head, rows }) => {
        const row = (tag: string, cells: string[]) =>
            `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
        return `<table>\n${[row("th", head), ...rows.map((cells) => row("td", cells))].join("\n")}\n</table>`;
    });
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(titleOf(report))}</title>
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border: 1px solid #bbb; padding: 0.3em 0.8em; text-align: left; white-space: pre-line; }
</style>
</head>
<body>
<h1>${escapeHtml(titleOf(report))}</h1>
${await renderSvg(report, rounds)}
${tables.join("\n")}
${remarksOf(report)
    .map((remark) => `<p>${escapeHtml(remark)}</p>`)
    .join("\n")}
</body>
</html>
`;
}

function titleOf({ paths, release }: Report): string {
    return `Model ${release}: ${paths.gateway.label} against ${paths.direct.label}`;
}

function escapeHtml(text: string): string {
    return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function specOf(report: Report, rounds: Rounds): TopLevelSpec {
    const labels = pathNames.map((name) => report.paths[name].label);
    // Told by their dashes, too (colours by Okabe and Ito, 2008).
    const path = { domain: labels, range: ["#b85c00", "#005f9e"] };
    const dash = {
        domain: labels,
        range: [
            [6, 3],
            [1, 0],
        ],
    };
    const curves = pathNames.flatMap((name) => {
        const sorted = pooled(rounds[name]).latencies.sort((a, b) => a - b);
        return steps.map((step) => ({
            path: report.paths[name].label,
            percent: step * 100,
            ms: quantileSorted(sorted, step),
        }));
    });
    const ratios = measures.map((measure) => ({
        measure: measure === "throughput" ? measure : `latency ${measure}`,
        ...report.ratio[measure],
    }));
    const pods = pathNames.flatMap((name) =>
        Object.entries(report.paths[name].pods).map(([pod, answers]) => ({
            path: report.paths[name].label,
            pod,
            percent: (100 * answers) / report.paths[name].good,
        })),
    );
    const width = 560;
    return {
        $schema: "https://vega.github.io/schema/vega-lite/v5.json",
        title: titleOf(report),
        background: "white",
        padding: 16,
        // Long names of pods are shown whole.
        config: { axis: { labelLimit: 400 }, legend: { labelLimit: 400 } },
        spacing: 32,
        vconcat: [
            {
                title: "Latency by percentile",
                data: { values: curves },
                width,
                height: 220,
                mark: { type: "line", strokeWidth: 2 },
                encoding: {
                    x: {
                        field: "percent",
                        type: "quantitative",
                        title: "percent of the requests that took no longer",
                    },
                    y: { field: "ms", type: "quantitative", title: "latency (ms)", scale: { zero: false } },
                    color: { field: "path", type: "nominal", title: "path", scale: path },
                    strokeDash: { field: "path", type: "nominal", title: "path", scale: dash },
                },
            },
            {
                title: `Ratio of the ${report.paths.gateway.label} to the direct path, with its 95 % confidence interval`,
                data: { values: ratios },
                width,
                height: 130,
                encoding: { y: { field: "measure", type: "nominal", sort: null, title: null } },
                layer: [
                    {
                        mark: { type: "rule", strokeDash: [4, 4], color: "#5c6670" },
                        encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 130 } },
                    },
                    {
                        mark: { type: "rule", strokeWidth: 2, color: "#005f9e" },
                        encoding: {
                            x: {
                                field: "low",
                                type: "quantitative",
                                title: "ratio (1: no difference)",
                                scale: { zero: false },
                            },
                            x2: { field: "high" },
                        },
                    },
                    {
                        mark: { type: "point", filled: true, size: 70, color: "#005f9e" },
                        encoding: { x: { field: "value", type: "quantitative" } },
                    },
                ],
            },
            {
                title: "Answers by pod",
                data: { values: pods },
                width,
                height: { step: 16 },
                mark: { type: "bar", stroke: "#333" },
                encoding: {
                    y: { field: "pod", type: "nominal", title: null },
                    yOffset: { field: "path", type: "nominal", scale: { domain: labels } },
                    x: { field: "percent", type: "quantitative", title: "percent of the path's answers" },
                    color: { field: "path", type: "nominal", title: "path", scale: path },
                },
            },
        ],
    };
}
