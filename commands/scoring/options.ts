import { Command, InvalidArgumentError } from "commander";
import { presets } from "../../releases";
import type { Preset } from "../../releases";
import type { LoadFlags } from "../compare/options";
import { addMeasurementFlags, addWorkloadFlags, parseRates, workloadOf } from "../compare/options";
import type { Slo } from "../compare/slo";
import type { Workload } from "../compare/workloads";

/** The flags that are the same on a cluster and in the lab. */
export interface ScoringFlags extends Omit<LoadFlags, "workload" | "connections" | "rate" | "sweep"> {
    presets: Preset[];
    workloads: WorkloadName[];
    rates: number[];
    rounds: number;
    warmup: number;
    slo?: Slo;
    seed?: number;
    timeout: number;
    hop: boolean;
    out: string;
    json: boolean;
}

/** The workloads of which each request is made here; a trace comes at times of its own, at no rate. */
const workloadNames = ["uniform", "shared-prefix", "multi-turn"] as const;
export type WorkloadName = (typeof workloadNames)[number];

const epilogue = `
Exit codes:
  0  measured
  1  a path gave no good answer in a whole round
  2  a flag, a file or the stack's outputs cannot be used
  3  it could not run, or was ended before its time

The stack is deployed once for each preset, and twice for the price of the EPP's hop, and at the end as it was.`;

/** The command line, without what says which stack it is. */
export function scoringCommand(): Command {
    const command = new Command("scoring")
        .description("Switches a stack from preset to preset, and measures what its scoring gains")
        .option("--presets <names>", `by comma: ${presets.join(", ")}`, listOf(presets), [
            "default",
            "prefix-cache",
            "load-aware",
        ])
        .option("--workloads <names>", `by comma: ${workloadNames.join(", ")}`, listOf(workloadNames), [
            "uniform",
            "shared-prefix",
        ])
        .option(
            "--rates <rates>",
            "requests per second on each path, by comma, rising",
            parseRates,
            [4, 8, 16],
        )
        .option("--no-hop", "leave out the price of the EPP's hop, for which the stack gets one decode pod")
        .option("--out <file>", "the report, one HTML file that needs no network", htmlFile, "scoring.html")
        .option("--json", "write the report as JSON to stdout, too", false)
        .addHelpText("after", epilogue);
    return addWorkloadFlags(addMeasurementFlags(command, { rounds: 5, warmup: 1, timeout: 30 }));
}

/** The workloads that the flags say, by name. */
export function workloadsOf(flags: ScoringFlags): Map<WorkloadName, Workload> {
    const all = { ...flags, connections: 1 };
    return new Map(
        flags.workloads.map((name) => [name, workloadOf({ ...all, workload: [name] }, () => false)]),
    );
}

/** A flag's parser: some of several names, each once. */
function listOf<T extends string>(names: readonly T[]): (value: string) => T[] {
    return (value) => {
        const given = value.split(",").map((name) => name.trim());
        const known = given.flatMap((name) => names.find((candidate) => candidate === name) ?? []);
        if (known.length < given.length || new Set(given).size < given.length) {
            throw new InvalidArgumentError(`allowed: some of ${names.join(", ")}, by comma, each once`);
        }
        return known;
    };
}

function htmlFile(value: string): string {
    if (!value.endsWith(".html")) {
        throw new InvalidArgumentError("allowed: a file that ends in .html");
    }
    return value;
}
