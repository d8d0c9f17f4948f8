import * as fs from "fs";
import { append } from "../../objects/multimap";
import { residentMemory } from "../controlplane/processes";

/** Processes of this machine by their parent. */
function childrenByParent(): Map<number, number[]> {
    const children = new Map<number, number[]>();
    for (const name of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
        try {
            // The name of a program, in brackets, may hold anything.
            const fields = fs
                .readFileSync(`/proc/${name}/stat`, "utf8")
                .replace(/^.*\)/s, "")
                .trim()
                .split(" ");
            const parent = Number(fields[1]);
            append(children, parent, Number(name));
        } catch {
            // It ended meanwhile.
        }
    }
    return children;
}

/** Resident memory of processes and of all that they started, in bytes. */
export function memoryOfTrees(pids: number[]): number {
    const children = childrenByParent();
    const sum = (pid: number): number =>
        (residentMemory(pid) ?? 0) +
        (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
    return pids.reduce((total, pid) => total + sum(pid), 0);
}

/** The process that plays the lab's node of a cluster, told by its command line. */
export function findAgent(kubeconfig: string): number | undefined {
    const found = fs.readdirSync("/proc").find((name) => {
        try {
            const [program, ...args] = fs.readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
            return (
                program === process.execPath &&
                args.some((arg) => arg.endsWith("agent/main.ts")) &&
                args.some((arg) => arg.includes(kubeconfig))
            );
        } catch {
            return false;
        }
    });
    return found === undefined ? undefined : Number(found);
}

/** Memory over time, in bytes. */
export class MemorySeries {
    private readonly samples: number[] = [];

    add(bytes: number): void {
        this.samples.push(bytes);
    }

    /** What it was once everything had started, and at the end: medians of the second and of the last quarter. */
    summary(): { early: number; late: number; most: number; isFlat: boolean } {
        const quarter = Math.max(1, Math.floor(this.samples.length / 4));
        const early = median(this.samples.slice(quarter, 2 * quarter));
        const late = median(this.samples.slice(-quarter));
        return {
            early,
            late,
            most: Math.max(...this.samples),
            isFlat: late <= early * allowedGrowth.factor + allowedGrowth.bytes,
        };
    }
}

/** What garbage collectors leave for later is no growth. */
const allowedGrowth = { factor: 1.2, bytes: 32 * 2 ** 20 };

function median(values: number[]): number {
    const sorted = [...values].sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
