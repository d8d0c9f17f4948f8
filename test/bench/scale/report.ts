import type { HelmCosts } from "./helm";
import type { PulumiCosts } from "./pulumi";

/** What so many models cost. */
export interface Measurement {
    models: number;
    pulumi: PulumiCosts;
    helm: HelmCosts;
}

interface Column<Costs> {
    head: string;
    value: (costs: Costs) => number;
    text: (value: number) => string;
}

const count = String;
const seconds = (value: number) => `${value.toFixed(1)} s`;
const mebibytes = (bytes: number) => `${String(Math.round(bytes / 2 ** 20))} MiB`;

const pulumiColumns: Column<PulumiCosts>[] = [
    { head: "resources", value: ({ resources }) => resources, text: count },
    { head: "preview", value: ({ preview }) => preview, text: seconds },
    { head: "up", value: ({ up }) => up, text: seconds },
    { head: "up, unchanged", value: ({ unchanged }) => unchanged, text: seconds },
    { head: "destroy", value: ({ destroy }) => destroy, text: seconds },
    { head: "program", value: ({ memory }) => memory.program, text: mebibytes },
    { head: "engine", value: ({ memory }) => memory.engine, text: mebibytes },
    { head: "provider", value: ({ memory }) => memory.provider, text: mebibytes },
];

const helmColumns: Column<HelmCosts>[] = [
    { head: "releases", value: ({ releases }) => releases, text: count },
    { head: "install", value: ({ install }) => install, text: seconds },
    { head: "install, unchanged", value: ({ unchanged }) => unchanged, text: seconds },
    { head: "uninstall", value: ({ uninstall }) => uninstall, text: seconds },
];

/** Two Markdown tables, of Pulumi and of Helm: a line for each count of models, and the growth from each to the next. */
export function renderReport(measurements: readonly Measurement[]): string {
    const models = measurements.map((measurement) => measurement.models);
    return [
        ...renderTable(
            models,
            measurements.map(({ pulumi }) => pulumi),
            pulumiColumns,
        ),
        "",
        ...renderTable(
            models,
            measurements.map(({ helm }) => helm),
            helmColumns,
        ),
    ].join("\n");
}

function renderTable<Costs>(
    models: readonly number[],
    costs: readonly Costs[],
    columns: readonly Column<Costs>[],
): string[] {
    const lines = costs.flatMap((cost, index) => {
        const line = [String(models[index]), ...columns.map(({ value, text }) => text(value(cost)))];
        const before = costs[index - 1];
        if (before === undefined) {
            return [line];
        }
        const growth = columns.map(({ value }) => `× ${(value(cost) / value(before)).toFixed(1)}`);
        return [line, [`${String(models[index - 1])} to ${String(models[index])}`, ...growth]];
    });
    const head = ["models", ...columns.map((column) => column.head)];
    return [head, head.map(() => "--:"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
}
