import type { HelmCosts } from "./helm";
import { type Duration, durationText } from "./operation";
import type { PulumiCosts } from "./pulumi";

/** What so many models cost. */
export interface Measurement {
    models: number;
    pulumi: PulumiCosts;
    helm: HelmCosts;
}

interface Column<Costs> {
    head: string;
    cell: (costs: Costs) => string;
    /** From some models to more. */
    growth: (before: Costs, after: Costs) => string;
}

const times = (before: number, after: number) => `× ${(after / before).toFixed(1)}`;

function count<Costs>(head: string, value: (costs: Costs) => number): Column<Costs> {
    return {
        head,
        cell: (costs) => String(value(costs)),
        growth: (before, after) => times(value(before), value(after)),
    };
}

function time<Costs>(head: string, value: (costs: Costs) => Duration): Column<Costs> {
    return {
        head,
        cell: (costs) => durationText(value(costs)),
        growth: (before, after) =>
            `${times(value(before).elapsed, value(after).elapsed)} (${times(value(before).processor, value(after).processor)})`,
    };
}

function memory(process: keyof PulumiCosts["memory"]): Column<PulumiCosts> {
    const value = ({ memory: { [process]: bytes } }: PulumiCosts) => Math.round(bytes / 2 ** 20);
    return { ...count(process, value), cell: (costs) => `${String(value(costs))} MiB` };
}

const pulumiColumns: Column<PulumiCosts>[] = [
    count("resources", ({ resources }) => resources),
    time("preview", ({ preview }) => preview),
    time("up", ({ up }) => up),
    time("up, unchanged", ({ unchanged }) => unchanged),
    time("destroy", ({ destroy }) => destroy),
    memory("program"),
    memory("engine"),
    memory("provider"),
];

const helmColumns: Column<HelmCosts>[] = [
    count("releases", ({ releases }) => releases),
    time("install", ({ install }) => install),
    time("install, unchanged", ({ unchanged }) => unchanged),
    time("uninstall", ({ uninstall }) => uninstall),
];

/**
 * Two Markdown tables, of Pulumi and of Helm: a line for each count of models, and the growth from each to the next.
 * In parentheses are processor times.
 */
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
        const line = [String(models[index]), ...columns.map(({ cell }) => cell(cost))];
        const before = costs[index - 1];
        if (before === undefined) {
            return [line];
        }
        const growth = columns.map((column) => column.growth(before, cost));
        return [line, [`${String(models[index - 1])} to ${String(models[index])}`, ...growth]];
    });
    const head = ["models", ...columns.map((column) => column.head)];
    return [head, head.map(() => "--:"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
}
