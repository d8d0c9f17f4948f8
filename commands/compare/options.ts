import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../shared/errors";
import { wholeNumber } from "../shared/flags";
import type { Arrival } from "./load";
import { parseSlo } from "./slo";
import { readTrace } from "./trace";
import type { Workload } from "./workloads";
import { workloadKinds } from "./workloads";

/** The flags that say what is sent, and when. Those of one workload, or of one way of sending, are refused with others. */
export interface LoadFlags {
    workload: string[];
    requests: number;
    promptTokens: number;
    sharedPrefix: number;
    groups: number;
    prompts: number;
    prefixTokens: number;
    conversations: number;
    turns: number;
    questionTokens: number;
    maxTokens: number;
    connections: number;
    rate?: number;
    sweep?: number[];
}

/** The workloads that each of these flags is of. */
const flagsOfWorkloads: Partial<Record<keyof LoadFlags, readonly Workload["kind"][]>> = {
    requests: ["uniform"],
    promptTokens: ["uniform"],
    sharedPrefix: ["uniform"],
    groups: ["shared-prefix"],
    prompts: ["shared-prefix"],
    prefixTokens: ["shared-prefix"],
    conversations: ["multi-turn"],
    turns: ["multi-turn"],
    questionTokens: ["shared-prefix", "multi-turn"],
    maxTokens: ["uniform", "shared-prefix", "multi-turn"],
};

/** Adds the flags of the workload, with their defaults. */
export function addWorkloadFlags(command: Command): Command {
    const longest = 100_000;
    return command
        .option("--requests <n>", "uniform: requests of a round", wholeNumber(1, 10_000), 50)
        .option("--prompt-tokens <n>", "uniform: length of a prompt, in words", wholeNumber(1, longest), 16)
        .option(
            "--shared-prefix <words>",
            "uniform: words that every prompt begins with; 0: prompts have nothing in common",
            wholeNumber(0, longest),
            0,
        )
        .option("--groups <n>", "shared-prefix: groups of a round", wholeNumber(1, 10_000), 8)
        .option("--prompts <n>", "shared-prefix: requests of a group", wholeNumber(1, 10_000), 5)
        .option(
            "--prefix-tokens <n>",
            "shared-prefix: words that a group begins with",
            wholeNumber(1, longest),
            600,
        )
        .option("--conversations <n>", "multi-turn: conversations of a round", wholeNumber(1, 10_000), 8)
        .option("--turns <n>", "multi-turn: requests of a conversation", wholeNumber(1, 1000), 5)
        .option(
            "--question-tokens <n>",
            "shared-prefix and multi-turn: words that are a request's own",
            wholeNumber(1, longest),
            40,
        )
        .option(
            "--max-tokens <n>",
            "length of an answer, in tokens; not of a trace",
            wholeNumber(1, 4096),
            8,
        );
}

/** Adds the flags that say how what is sent is measured, with a command's own defaults. */
export function addMeasurementFlags(
    command: Command,
    { rounds, warmup, timeout }: Record<"rounds" | "warmup" | "timeout", number>,
): Command {
    return command
        .option("--rounds <n>", "rounds on each path that count, at each rate", wholeNumber(2, 1000), rounds)
        .option("--warmup <n>", "rounds on each path before them, which do not", wholeNumber(0, 100), warmup)
        .option(
            "--slo <limits>",
            "what an answer must keep to count as goodput, e.g. ttft=200ms,tpot=20ms",
            parseSlo,
        )
        .option(
            "--seed <n>",
            "what the requests, their times and the order of the rounds are made of (default: another one each time, which is reported)",
            wholeNumber(0, 2 ** 31),
        )
        .option("--timeout <seconds>", "longest wait for one answer", wholeNumber(1, 600), timeout);
}

/** Adds the flags that say when requests are sent. */
export function addArrivalFlags(command: Command): Command {
    return command
        .option("--connections <n>", "a closed loop of so many connections", wholeNumber(1, 256), 4)
        .option("--rate <n>", "an open loop (Poisson) of so many requests per second on each path", parseRate)
        .option(
            "--sweep <rates>",
            "open loops at rising rates, by comma, until both paths are past their knee",
            parseRates,
        );
}

const rateAllowed = "a number of requests per second, above 0 and at most 10000";

/** A flag's parser. */
export function parseRate(value: string): number {
    const rate = Number(value);
    if (!/^\d+(\.\d+)?$/.test(value) || rate <= 0 || rate > 10_000) {
        throw new InvalidArgumentError(`allowed: ${rateAllowed}`);
    }
    return rate;
}

/** A flag's parser: rates that rise. */
export function parseRates(value: string): number[] {
    const rates = value.split(",").map((part) => parseRate(part.trim()));
    if (rates.some((rate, index) => index > 0 && rate <= rates[index - 1]!)) {
        throw new InvalidArgumentError("allowed: rates that rise, by comma, e.g. 2,4,8,16");
    }
    return rates;
}

/**
 * The workload that the flags say.
 *
 * @param given whether a flag was given, and is not its default.
 * @throws UsageError for a flag of another workload, or a trace that cannot be read.
 */
export function workloadOf(flags: LoadFlags, given: (flag: keyof LoadFlags) => boolean): Workload {
    const [kind, file, ...more] = flags.workload;
    const known = workloadKinds.find((candidate) => candidate === kind);
    if (known === undefined || more.length > 0 || (file === undefined) === (known === "trace")) {
        throw new UsageError(
            `--workload ${flags.workload.join(" ")}: allowed: uniform, shared-prefix, multi-turn, or trace FILE`,
        );
    }
    for (const [flag, workloads] of Object.entries(flagsOfWorkloads)) {
        const name = flag as keyof LoadFlags;
        if (given(name) && !workloads.includes(known)) {
            throw new UsageError(
                `${flagText(name, flags)}: it has no effect with --workload ${known}; allowed with ${workloads.join(", ")}`,
            );
        }
    }
    const { questionTokens, maxTokens } = flags;
    switch (known) {
        case "uniform": {
            const { requests, promptTokens, sharedPrefix } = flags;
            return { kind: known, requests, promptTokens, sharedPrefix, maxTokens };
        }
        case "shared-prefix": {
            const { groups, prompts, prefixTokens } = flags;
            return { kind: known, groups, prompts, prefixTokens, questionTokens, maxTokens };
        }
        case "multi-turn": {
            const { conversations, turns } = flags;
            return { kind: known, conversations, turns, questionTokens, maxTokens };
        }
        case "trace":
            return { kind: known, file: file!, rows: readTrace(file!) };
    }
}

/**
 * When requests are sent, as the flags say.
 *
 * @throws UsageError for flags that exclude one another.
 */
export function arrivalOf(
    flags: LoadFlags,
    workload: Workload,
    given: (flag: keyof LoadFlags) => boolean,
): Arrival {
    const ways = (["connections", "rate", "sweep"] as const).filter(given);
    const [first, second] = ways;
    if (workload.kind === "trace" && first !== undefined) {
        throw new UsageError(
            `${flagText(first, flags)}: it has no effect with --workload trace, whose requests come at their own times`,
        );
    }
    if (first !== undefined && second !== undefined) {
        throw new UsageError(
            `${flagText(first, flags)} and ${flagText(second, flags)}: allowed: one of --connections, --rate and --sweep`,
        );
    }
    if (workload.kind === "trace") {
        return { kind: "trace" };
    }
    const rate = flags.rate ?? flags.sweep?.[0];
    return rate === undefined ? { kind: "closed", connections: flags.connections } : { kind: "open", rate };
}

function flagText(flag: keyof LoadFlags, flags: LoadFlags): string {
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${name} ${String(flags[flag])}`;
}
