import { shuffle } from "simple-statistics";
import type { Random } from "./random";
import type { TraceRow } from "./trace";

/** One request of a round, as every path is sent it. */
export interface PlannedRequest {
    prompt: string;
    /** Length of the answer, in tokens. */
    maxTokens: number;
    /** When it comes, in seconds after the round's beginning. Default: as the way of sending has it. */
    at?: number;
    /** The request of the round, by its index, whose answer it waits for. Default: none. */
    after?: number;
}

/** Requests that have nothing in common, or a beginning that all of them have. */
export interface UniformWorkload {
    kind: "uniform";
    /** Requests of a round. */
    requests: number;
    promptTokens: number;
    /** Tokens that every prompt of the run begins with, on top. 0: prompts have no beginning in common. */
    sharedPrefix: number;
    maxTokens: number;
}

/** Groups of requests; those of a group begin with the same prefix, as with one system prompt or document. */
export interface SharedPrefixWorkload {
    kind: "shared-prefix";
    /** Groups of a round. Each round has groups of its own, so that each begins with nothing of them in any cache. */
    groups: number;
    /** Requests of a group. */
    prompts: number;
    prefixTokens: number;
    questionTokens: number;
    maxTokens: number;
}

/** Conversations: each request repeats the whole of its conversation, and waits for the answer to the one before. */
export interface MultiTurnWorkload {
    kind: "multi-turn";
    conversations: number;
    turns: number;
    questionTokens: number;
    maxTokens: number;
}

/** Requests of the lengths and at the times of a file. */
export interface TraceWorkload {
    kind: "trace";
    file: string;
    rows: readonly TraceRow[];
}

/** What is sent. Lengths are in words of the prompts, each of which is one token to the simulator. */
export type Workload = UniformWorkload | SharedPrefixWorkload | MultiTurnWorkload | TraceWorkload;

export const workloadKinds = ["uniform", "shared-prefix", "multi-turn", "trace"] as const;

const words =
    "amber basil cedar delta ember fjord grove heron inlet jolly karst lotus maple north ocean pearl quill river stone tulip".split(
        " ",
    );

function text(tokens: number, random: Random): string {
    return Array.from({ length: tokens }, () => words[Math.floor(random() * words.length)]).join(" ");
}

/** How many requests a round has. */
export function requestsOf(workload: Workload): number {
    switch (workload.kind) {
        case "uniform":
            return workload.requests;
        case "shared-prefix":
            return workload.groups * workload.prompts;
        case "multi-turn":
            return workload.conversations * workload.turns;
        case "trace":
            return workload.rows.length;
    }
}

/**
 * Makes the requests of one round after the other. No two rounds have a prompt in common: one that was seen before would
 * be answered from a pod's prefix cache.
 */
export function roundPlanner(workload: Workload, random: Random): () => PlannedRequest[] {
    switch (workload.kind) {
        case "uniform":
            return uniformPlanner(workload, random);
        case "shared-prefix":
            return () => sharedPrefixRound(workload, random);
        case "multi-turn":
            return () => multiTurnRound(workload, random);
        case "trace":
            return () =>
                workload.rows.map(({ at, inputTokens, outputTokens }) => ({
                    prompt: text(inputTokens, random),
                    maxTokens: outputTokens,
                    at,
                }));
    }
}

function uniformPlanner(
    { requests, promptTokens, sharedPrefix, maxTokens }: UniformWorkload,
    random: Random,
): () => PlannedRequest[] {
    const prefix = sharedPrefix === 0 ? "" : `${text(sharedPrefix, random)} `;
    let number = 0;
    return () =>
        Array.from({ length: requests }, () => {
            number++;
            // Random words first: prefix caches compare from the beginning, in blocks.
            return { prompt: `${prefix}${text(promptTokens, random)} ${String(number)}`, maxTokens };
        });
}

function sharedPrefixRound(
    { groups, prompts, prefixTokens, questionTokens, maxTokens }: SharedPrefixWorkload,
    random: Random,
): PlannedRequest[] {
    const requests = Array.from({ length: groups }, () => text(prefixTokens, random)).flatMap((prefix) =>
        Array.from({ length: prompts }, () => ({
            prompt: `${prefix} ${text(questionTokens, random)}`,
            maxTokens,
        })),
    );
    return shuffle(requests, random);
}

function multiTurnRound(
    { conversations, turns, questionTokens, maxTokens }: MultiTurnWorkload,
    random: Random,
): PlannedRequest[] {
    const history = Array.from({ length: conversations }, () => "");
    const round: PlannedRequest[] = [];
    for (let turn = 0; turn < turns; turn++) {
        for (let conversation = 0; conversation < conversations; conversation++) {
            const prompt = `${history[conversation]!}${text(questionTokens, random)}`;
            round.push({
                prompt,
                maxTokens,
                ...(turn > 0 && { after: (turn - 1) * conversations + conversation }),
            });
            // Not the server's own answer: every path is sent the same.
            history[conversation] = `${prompt} ${text(maxTokens, random)} `;
        }
    }
    return round;
}
