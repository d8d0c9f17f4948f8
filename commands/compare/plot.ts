import { quantileSorted } from "simple-statistics";
import type { TopLevelSpec } from "vega-lite";
import type { Rounds } from "./compare";
import { pooled } from "./compare";
import type { Timing } from "./measures";
import { rates, timings } from "./measures";
import { colours, htmlPage, htmlParagraph, htmlTable, pictureConfig, svgOf } from "./page";
import { pathNames } from "./paths";
import type { Report } from "./report";
import { remarksOf, tablesOf, timingNames } from "./report";

/** Points of a curve: every half percent. */
const steps = Array.from({ length: 199 }, (_, index) => (index + 1) / 200);

/**
 * The comparison as an SVG document: TTFT and latency by percentile, the ratios with their intervals, the answers by pod,
 * the requests that wait over time.
 */
export function renderSvg(report: Report, rounds: Rounds): Promise<string> {
    return svgOf(specOf(report, rounds));
}

/** The comparison as one HTML document, which needs nothing else: the plot, the tables and what to know of them. */
export async function renderHtml(report: Report, rounds: Rounds): Promise<string> {
    return htmlPage(titleOf(report), [
        await renderSvg(report, rounds),
        ...tablesOf(report).map(htmlTable),
        ...remarksOf(report).map(htmlParagraph),
    ]);
}

function titleOf({ paths, release }: Report): string {
    return `Model ${release}: ${paths.gateway.label} against ${paths.direct.label}`;
}

function specOf(report: Report, rounds: Rounds): TopLevelSpec {
    const labels = pathNames.map((name) => report.paths[name].label);
    // Told by their dashes, too.
    const path = { domain: labels, range: colours.slice(0, 2) };
    const dash = {
        domain: labels,
        range: [
            [6, 3],
            [1, 0],
        ],
    };
    const curvesOf = (timing: Timing) =>
        pathNames.flatMap((name) => {
            const { samples } = pooled(rounds[name]);
            const sorted = samples
                .map((sample) => sample[timing === "ttft" ? "ttftMs" : "e2eMs"])
                .sort((a, b) => a - b);
            return steps.map((step) => ({
                path: report.paths[name].label,
                percent: step * 100,
                ms: quantileSorted(sorted, step),
            }));
        });
    const ratios = [
        ...timings.flatMap((timing) =>
            Object.entries(report.ratio.timings[timing] ?? {}).map(([statistic, estimate]) => ({
                measure: `${timingNames[timing]} ${statistic}`,
                ...estimate,
            })),
        ),
        ...rates.flatMap((rate) => {
            const estimate = report.ratio.rates[rate];
            return estimate === undefined ? [] : [{ measure: rate, ...estimate }];
        }),
    ];
    const queues = pathNames.flatMap((name) =>
        (report.paths[name].queue ?? []).flatMap((readings, round) =>
            readings.map(({ at, waiting }) => ({ path: report.paths[name].label, round, at, waiting })),
        ),
    );
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
        config: pictureConfig,
        spacing: 32,
        vconcat: [
            ...(["ttft", "e2e"] as const).map((timing) => ({
                title: `${timingNames[timing]} by percentile`,
                data: { values: curvesOf(timing) },
                width,
                height: 200,
                mark: { type: "line" as const, strokeWidth: 2 },
                encoding: {
                    x: {
                        field: "percent",
                        type: "quantitative" as const,
                        title: "percent of the requests that took no longer",
                    },
                    y: { field: "ms", type: "quantitative" as const, title: "ms", scale: { zero: false } },
                    color: { field: "path", type: "nominal" as const, title: "path", scale: path },
                    strokeDash: { field: "path", type: "nominal" as const, title: "path", scale: dash },
                },
            })),
            {
                title: `Ratio of the ${report.paths.gateway.label} to the direct path, with its 95 % confidence interval`,
                data: { values: ratios },
                width,
                height: { step: 18 },
                encoding: { y: { field: "measure", type: "nominal", sort: null, title: null } },
                layer: [
                    {
                        mark: { type: "rule", strokeDash: [4, 4], color: "#5c6670" },
                        encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: "height" } },
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
            ...(queues.length === 0
                ? []
                : [
                      {
                          title: "Requests waiting in the pods, over each round",
                          data: { values: queues },
                          width,
                          height: 120,
                          mark: { type: "line" as const, strokeWidth: 1, interpolate: "step-after" as const },
                          encoding: {
                              x: { field: "at", type: "quantitative" as const, title: "seconds" },
                              y: { field: "waiting", type: "quantitative" as const, title: "requests" },
                              color: { field: "path", type: "nominal" as const, title: "path", scale: path },
                              detail: { field: "round", type: "nominal" as const },
                          },
                      },
                  ]),
        ],
    };
}
