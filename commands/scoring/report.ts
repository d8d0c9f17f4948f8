import type { TopLevelSpec } from "vega-lite";
import { shellCommand } from "../../components/shell";
import { method } from "../compare/comparison";
import type { PathReport } from "../compare/comparison";
import { colours, htmlPage, htmlParagraph, htmlTable, pictureConfig, svgOf } from "../compare/page";
import type { TextTable } from "../compare/report";
import { estimateText } from "../compare/report";
import type { Estimate } from "../compare/statistics";
import type { Measured } from "./measure";
import type { Verdict } from "./verdict";

/** What `npm run scoring -- --json` prints. */
export interface ScoringReport extends Measured {
    verdicts: Verdict[];
    /** What repeats it. */
    command: string;
    method: string;
}

export function scoringReportOf(
    measured: Measured,
    verdicts: Verdict[],
    words: readonly string[],
): ScoringReport {
    return { ...measured, verdicts, command: shellCommand([...words]), method };
}

/** What each picture tells apart by dashes and by the form of its points. */
const pathNames = ["through the Gateway", "direct path"] as const;
const dashes = [
    [1, 0],
    [5, 4],
];

/** One line of a picture: a preset, or the direct path as it was measured beside that. */
interface Figure {
    preset: string;
    path: (typeof pathNames)[number];
    workload: string;
    rate: number;
    report: PathReport;
}

function figuresOf({ presets }: Measured): Figure[] {
    return Object.entries(presets).flatMap(([preset, workloads]) =>
        Object.entries(workloads).flatMap(([workload, points]) =>
            points.flatMap(({ rate, paths }) => [
                { preset, path: "through the Gateway" as const, workload, rate, report: paths.gateway },
                { preset, path: "direct path" as const, workload, rate, report: paths.direct },
            ]),
        ),
    );
}

/** The sentences that the report begins with. */
export function sentencesOf({ verdicts, hop }: Pick<ScoringReport, "verdicts" | "hop">): string[] {
    return [
        ...verdicts.map(({ text }) => text),
        ...(hop === undefined
            ? []
            : [
                  `The EPP's hop alone, to the same pod with and without it, adds ${estimateText(hop.price, 2)} ms to the p50 of TTFT; ` +
                      `the Gateway without an EPP adds ${estimateText(hop.without, 2)} ms.`,
              ]),
    ];
}

/** All figures as a table. */
export function scoringTable(measured: Measured): TextTable {
    const cell = (estimate: Estimate | undefined, digits: number) => estimateText(estimate, digits);
    const rows = Object.entries(measured.presets).flatMap(([preset, workloads]) =>
        Object.entries(workloads).flatMap(([workload, points]) =>
            points.map(({ rate, paths, ratio }) => [
                workload,
                preset,
                String(rate),
                cell(paths.gateway.timings.ttft?.p50, 1),
                cell(paths.direct.timings.ttft?.p50, 1),
                cell(ratio.timings.ttft?.p50, 2),
                cell(paths.gateway.hitRate, 2),
                cell(paths.direct.hitRate, 2),
                cell(paths.gateway.unevenness, 2),
                cell(paths.gateway.rates.goodput, 1),
            ]),
        ),
    );
    const head = ["workload", "preset", "rate /s", "TTFT p50 (ms)", "direct path's", "ratio"];
    const whole = {
        head: [...head, "hit rate", "direct path's", "busiest pod over fair share", "goodput /s"],
        rows: rows.sort(([a = ""], [b = ""]) => a.localeCompare(b)),
    };
    // Where no limits were given there is no goodput.
    const isEmpty = rows.every((row) => row.at(-1) === "");
    return isEmpty
        ? { head: whole.head.slice(0, -1), rows: whole.rows.map((row) => row.slice(0, -1)) }
        : whole;
}

/** One HTML file that needs nothing else: sentences, pictures, the table, and what repeats it. */
export async function scoringHtml(report: ScoringReport): Promise<string> {
    const { versions, seed, command, notes, release, model } = report;
    return htmlPage(`What scoring gains: model ${release} (${model})`, [
        ...sentencesOf(report).map(htmlParagraph),
        await svgOf(picturesOf(report)),
        htmlTable(scoringTable(report)),
        htmlTable({
            head: ["what", "value"],
            rows: [
                ["seed", String(seed)],
                ["EPP", versions.epp],
                ["simulator", versions.simulator],
                ["its arguments", versions.simulatorArguments.join(" ")],
                ["repeat it with", command],
            ],
        }),
        ...[`${report.method}.`, ...notes].map(htmlParagraph),
    ]);
}

const width = 360;

function picturesOf(report: ScoringReport): TopLevelSpec {
    const figures = figuresOf(report);
    const workloads = [...new Set(figures.map(({ workload }) => workload))];
    const picture = (workload: string, title: string, of: (path: PathReport) => Estimate | undefined) => {
        const values = figures
            .filter((figure) => figure.workload === workload)
            .flatMap(({ preset, path, rate, report: path_ }) => {
                const estimate = of(path_);
                return estimate === undefined ? [] : [{ preset, path, rate, ...estimate }];
            });
        const encoding = {
            x: { field: "rate", type: "quantitative" as const, title: "requests per second" },
            color: {
                field: "preset",
                type: "nominal" as const,
                scale: { domain: Object.keys(report.presets), range: colours },
            },
        };
        const pathField = { field: "path", type: "nominal" as const };
        return {
            title: `${workload}: ${title}`,
            data: { values },
            width,
            height: 200,
            encoding,
            layer: [
                {
                    mark: { type: "line" as const },
                    encoding: {
                        y: { field: "value", type: "quantitative" as const, title },
                        strokeDash: { ...pathField, scale: { domain: [...pathNames], range: dashes } },
                    },
                },
                {
                    mark: { type: "point" as const, filled: true, size: 60 },
                    encoding: {
                        y: { field: "value", type: "quantitative" as const, title },
                        shape: {
                            ...pathField,
                            scale: { domain: [...pathNames], range: ["circle", "square"] },
                        },
                    },
                },
                {
                    mark: { type: "rule" as const, opacity: 0.5 },
                    encoding: {
                        y: { field: "low", type: "quantitative" as const, title },
                        y2: { field: "high" },
                    },
                },
            ],
        };
    };
    return {
        $schema: "https://vega.github.io/schema/vega-lite/v5.json",
        background: "white",
        padding: 16,
        config: pictureConfig,
        vconcat: workloads.map((workload) => ({
            hconcat: [
                picture(workload, "TTFT p50 (ms)", ({ timings }) => timings.ttft?.p50),
                picture(workload, "prefix hit rate", ({ hitRate }) => hitRate),
                picture(workload, "busiest pod over fair share", ({ unevenness }) => unevenness),
            ],
        })),
    };
}
