import { max, mean } from "simple-statistics";
import { tableText } from "../../commands/shared/table";
import { groupBy } from "../../objects/multimap";
import type { SoakResult } from "./soak";

/** Whether nothing stayed broken, no failure is without a reason, and memory is flat. */
export function isSound({ answered, faults, unexplained, memory }: SoakResult): boolean {
    return (
        answered > 0 &&
        faults.length > 0 &&
        faults.every(({ recoveredAt }) => recoveredAt !== undefined) &&
        unexplained.length === 0 &&
        Object.values(memory).every(({ isFlat }) => isFlat)
    );
}

/** What a soak came to, as tables. */
export function soakTables({ faults, answered, explained, unexplained, memory }: SoakResult): string {
    const kills = [...groupBy(faults, ({ target }) => target.name)].map(([name, times]) => {
        const taken = times.map(({ at, recoveredAt }) => ((recoveredAt ?? Infinity) - at) / 1000);
        return [name, times.length, mean(taken).toFixed(1), max(taken).toFixed(1)];
    });
    const requests = [
        ["answered", answered],
        ...Object.entries(explained).map(([reason, count]) => [`failed: ${reason}`, count]),
        ...[...groupBy(unexplained, (answer) => answer)].map(([answer, all]) => [
            `failed, and no fault explains it: ${answer}`,
            all.length,
        ]),
    ];
    const sizes = Object.entries(memory).map(([name, { early, late, most, isFlat }]) => [
        name,
        ...[early, late, most].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
        isFlat ? "flat" : "grows",
    ]);
    return [
        tableText(["killed", "times", "well again after (s)", "longest (s)"], kills),
        tableText(["requests", "number"], requests),
        tableText(["memory (MiB)", "early", "late", "most", ""], sizes),
    ].join("\n");
}
