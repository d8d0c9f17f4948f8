import * as fs from "fs";
import { messageOf, UsageError } from "../shared/errors";

/** One request of a trace. */
export interface TraceRow {
    /** When it came, in seconds after the first one. */
    at: number;
    inputTokens: number;
    outputTokens: number;
}

/**
 * The columns of a trace, as this project's documentation names them, and as Azure's public LLM inference traces do
 * (AzurePublicDataset, AzureLLMInferenceDataset2023 and 2024).
 */
const headers: Record<"at" | "inputTokens" | "outputTokens", readonly string[]> = {
    at: ["arrival", "TIMESTAMP"],
    inputTokens: ["input_tokens", "ContextTokens"],
    outputTokens: ["output_tokens", "GeneratedTokens"],
};

const form =
    "a CSV file with the columns arrival,input_tokens,output_tokens (or TIMESTAMP,ContextTokens,GeneratedTokens)";

/** More would be no round any more: all of a trace is sent in each. */
const mostRows = 100_000;

/**
 * Reads a trace: a CSV file with a header. Arrivals are seconds, or dates with a time, and do not go back; what counts is
 * how long they are after the first.
 *
 * @throws UsageError naming the line that cannot be used.
 */
export function readTrace(file: string): TraceRow[] {
    let content: string;
    try {
        content = fs.readFileSync(file, "utf8");
    } catch (error) {
        throw new UsageError(`--workload trace ${file}: ${messageOf(error)}; allowed: ${form}`, {
            cause: error,
        });
    }
    const [header = "", ...lines] = content.replace(/^\uFEFF/, "").split(/\r?\n/);
    const names = header.split(",").map((name) => name.trim());
    const columnOf = (key: keyof typeof headers) => {
        const column = names.findIndex((name) => headers[key].includes(name));
        if (column < 0) {
            throw new UsageError(
                `--workload trace ${file}: line 1 has no column ${headers[key].join(" or ")}; allowed: ${form}`,
            );
        }
        return column;
    };
    const columns = { at: columnOf("at"), input: columnOf("inputTokens"), output: columnOf("outputTokens") };
    const rows: TraceRow[] = [];
    let first: number | undefined;
    for (const [index, line] of lines.entries()) {
        if (line.trim() === "") {
            continue;
        }
        const cells = line.split(",").map((cell) => cell.trim());
        const refuse = (value: string | undefined, allowed: string): never => {
            throw new UsageError(
                `--workload trace ${file}: line ${String(index + 2)}: ${JSON.stringify(value ?? "")}; allowed: ${allowed}`,
            );
        };
        const tokens = (cell: string | undefined): number =>
            /^[1-9]\d{0,6}$/.test(cell ?? "") ? Number(cell) : refuse(cell, "a number of tokens, at least 1");
        const arrival =
            arrivalOf(cells[columns.at] ?? "") ?? refuse(cells[columns.at], "seconds, or a date with a time");
        first ??= arrival;
        const at = arrival - first;
        if (at < (rows.at(-1)?.at ?? 0)) {
            refuse(cells[columns.at], "no arrival before the line above's");
        }
        rows.push({
            at,
            inputTokens: tokens(cells[columns.input]),
            outputTokens: tokens(cells[columns.output]),
        });
    }
    if (rows.length === 0 || rows.length > mostRows) {
        throw new UsageError(
            `--workload trace ${file}: it has ${String(rows.length)} requests; allowed: 1 to ${String(mostRows)}`,
        );
    }
    return rows;
}

/** In seconds. Azure's traces have their times in UTC without saying so. */
function arrivalOf(cell: string): number | undefined {
    if (/^\d+(\.\d+)?$/.test(cell)) {
        return Number(cell);
    }
    const [, day, time, zone = "Z"] =
        /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(cell) ?? [];
    const milliseconds = day === undefined ? NaN : Date.parse(`${day}T${time!.slice(0, 12)}${zone}`);
    return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
