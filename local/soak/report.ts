import Table from "cli-table3";
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
    const kills = new Table({ head: ["killed", "times", "well again after (s)", "longest (s)"] });
    for (const name of new Set(faults.map(({ target }) => target.name))) {
        const times = faults.filter(({ target }) => target.name === name);
        const taken = times.map(({ at, recoveredAt }) => ((recoveredAt ?? Infinity) - at) / 1000);
        const mean = taken.reduce((total, one) => total + one, 0) / taken.length;
        kills.push([name, String(times.length), mean.toFixed(1), Math.max(...taken).toFixed(1)]);
    }
    const requests = new Table({ head: ["requests", "number"] });
    requests.push(["answered", String(answered)]);
    for (const [reason, count] of Object.entries(explained)) {
        requests.push([`failed: ${reason}`, String(count)]);
    }
    for (const answer of new Set(unexplained)) {
        const count = unexplained.filter((one) => one === answer).length;
        requests.push([`failed, and no fault explains it: ${answer}`, String(count)]);
    }
    const sizes = new Table({ head: ["memory (MiB)", "early", "late", "most", ""] });
    for (const [name, { early, late, most, isFlat }] of Object.entries(memory)) {
        const mebibytes = [early, late, most].map((bytes) => (bytes / 2 ** 20).toFixed(0));
        sizes.push([name, ...mebibytes, isFlat ? "flat" : "grows"]);
    }
    return [kills, requests, sizes].map((table) => table.toString()).join("\n");
}
