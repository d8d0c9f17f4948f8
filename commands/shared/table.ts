import type { TableConstructorOptions } from "cli-table3";
import Table from "cli-table3";

/** A table in plain text, for terminals, files and pipes alike: without colours. */
export function tableText(
    head: readonly string[],
    rows: readonly (readonly (string | number)[])[],
    options: Pick<TableConstructorOptions, "wordWrap" | "colWidths"> = {},
): string {
    const table = new Table({
        head: [...head],
        style: { head: [], border: [], compact: true },
        ...options,
    });
    table.push(...rows.map((row) => [...row]));
    return table.toString();
}
