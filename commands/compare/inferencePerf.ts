import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";
import type { CompareOptions } from "./compare";
import type { Arrival } from "./load";
import type { PathName, PathTarget } from "./paths";
import { pathNames } from "./paths";
import type { Slo } from "./slo";
import type { TraceRow } from "./trace";
import type { Workload } from "./workloads";
import { requestsOf } from "./workloads";

/** The release of kubernetes-sigs/inference-perf whose configuration is written (PyPI `inference-perf`). */
export const inferencePerfVersion = "0.7.0";

/** Its part of a configuration (inference-perf 0.7.0 `inference_perf/config`), as far as it is written here. */
type Section = Record<string, unknown>;

/** What of a comparison it is told. */
type PerfOptions = Pick<
    CompareOptions,
    "model" | "workload" | "arrival" | "rounds" | "seed" | "timeoutSeconds"
>;

/**
 * Writes the workload as configuration of inference-perf, one file a path. That tool makes its own words of the same
 * lengths, counts and times: it is no repetition of the same requests.
 *
 * @returns the files.
 */
export function writeInferencePerf(
    folder: string,
    targets: Record<PathName, PathTarget>,
    options: PerfOptions,
    { slo, rates }: { slo?: Slo; rates?: readonly number[] },
): string[] {
    fs.mkdirSync(folder, { recursive: true });
    const trace = path.resolve(folder, "trace.csv");
    if (options.workload.kind === "trace") {
        fs.writeFileSync(trace, azureTrace(options.workload.rows));
    }
    return pathNames.map((name) => {
        const file = path.join(folder, `${name}.yaml`);
        const config = configOf(targets[name], path.join(folder, name), options, { slo, rates, trace });
        fs.writeFileSync(file, stringify(config));
        return file;
    });
}

function configOf(
    { url, headers }: PathTarget,
    reports: string,
    { model, workload, arrival, rounds, seed, timeoutSeconds }: PerfOptions,
    { slo, rates, trace }: { slo?: Slo; rates?: readonly number[]; trace: string },
): Section {
    const own = Object.entries(headers).filter(([name]) => name !== "Content-Type");
    return {
        api: {
            type: "completion",
            streaming: true,
            ...(own.length > 0 && { headers: Object.fromEntries(own) }),
        },
        data: dataOf(workload, rounds, seed, trace),
        load: {
            ...loadOf(workload, arrival, rounds, rates, trace),
            base_seed: seed,
            request_timeout: timeoutSeconds,
        },
        server: {
            type: "vllm",
            model_name: model,
            // It adds /v1/completions by itself.
            base_url: url.replace(/\/v1\/completions$/, ""),
            ignore_eos: true,
        },
        report: {
            request_lifecycle: { summary: true, per_stage: true, use_server_output_tokens: true },
            ...(slo && { goodput: { constraints: constraintsOf(slo) } }),
        },
        storage: { local_storage: { path: reports } },
    };
}

function dataOf(workload: Workload, rounds: number, seed: number, trace: string): Section {
    const fixed = (tokens: number, count?: number) => ({
        type: "fixed",
        min: tokens,
        max: tokens,
        mean: tokens,
        std_dev: 0,
        ...(count !== undefined && { total_count: count }),
    });
    switch (workload.kind) {
        case "uniform": {
            const { promptTokens, sharedPrefix, maxTokens, requests } = workload;
            return sharedPrefix === 0
                ? {
                      type: "random",
                      input_distribution: fixed(promptTokens, requests * rounds),
                      output_distribution: fixed(maxTokens, requests * rounds),
                  }
                : {
                      type: "shared_prefix",
                      shared_prefix: {
                          num_groups: 1,
                          num_prompts_per_group: requests * rounds,
                          system_prompt_len: sharedPrefix,
                          question_len: promptTokens,
                          output_len: maxTokens,
                          seed,
                      },
                  };
        }
        case "shared-prefix":
            return {
                type: "shared_prefix",
                shared_prefix: {
                    num_groups: workload.groups * rounds,
                    num_prompts_per_group: workload.prompts,
                    system_prompt_len: workload.prefixTokens,
                    question_len: workload.questionTokens,
                    output_len: workload.maxTokens,
                    seed,
                },
            };
        case "multi-turn":
            return {
                type: "conversation_replay",
                conversation_replay: {
                    seed,
                    num_conversations: workload.conversations * rounds,
                    shared_system_prompt_len: 0,
                    turns_per_conversation: fixed(workload.turns),
                    input_tokens_per_turn: fixed(workload.questionTokens),
                    output_tokens_per_turn: fixed(workload.maxTokens),
                },
            };
        case "trace":
            return { type: "random", trace: traceOf(trace) };
    }
}

function loadOf(
    workload: Workload,
    arrival: Arrival,
    rounds: number,
    rates: readonly number[] | undefined,
    trace: string,
): Section {
    const all = requestsOf(workload) * rounds;
    switch (arrival.kind) {
        case "closed":
            return {
                type: "concurrent",
                stages: [{ num_requests: all, concurrency_level: arrival.connections }],
            };
        case "open":
            return {
                type: "poisson",
                stages: (rates ?? [arrival.rate]).map((rate) => ({
                    rate,
                    duration: Math.max(1, Math.round(all / rate)),
                })),
            };
        case "trace":
            return { type: "trace_replay", trace: traceOf(trace) };
    }
}

function traceOf(file: string): Section {
    return { file, format: "AzurePublicDataset" };
}

/** The trace in the one form that inference-perf reads. */
function azureTrace(rows: readonly TraceRow[]): string {
    const lines = rows.map(({ at, inputTokens, outputTokens }) => {
        const time = new Date(at * 1000).toISOString().replace("T", " ").replace("Z", "000");
        return `${time},${String(inputTokens)},${String(outputTokens)}`;
    });
    return `${["TIMESTAMP,ContextTokens,GeneratedTokens", ...lines].join("\n")}\n`;
}

/** In seconds, by its own names. */
function constraintsOf({ ttft, tpot, e2e }: Slo): Record<string, number> {
    const named = { ttft, tpot, request_latency: e2e };
    return Object.fromEntries(
        Object.entries(named).flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit / 1000]])),
    );
}
