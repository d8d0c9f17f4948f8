import { ports } from "../contract";
import type { SimulatorRelease } from "../../releases";
import { kvEventFlags, kvHashSeed, latencyCalculatorFlag } from "../../releases";
import type { LatencyChoice } from "./latency";
import { hasCalculator, latencyArguments, latencyFlags, latencyInForce } from "./latency";

/** How a simulated model behaves. Durations have their unit, e.g. `20ms`. */
export interface ModelBehaviour extends LatencyChoice {
    /** The base model, which is what requests name unless {@link ModelBehaviour.servedModelNames} has others. */
    model: string;
    /** Names that requests may give in its place; the first is what answers and metrics say. Default: its own. */
    servedModelNames?: string[];
    /** LoRA adapters by name, which requests may name as they do a model. Default: none. */
    loraModules?: string[];
    mode: "echo" | "random";
    /** How long a pod is not Ready after its start. Default: not at all. */
    startupDelay?: string;
    /** How many requests in a hundred fail, and how; no types stand for all of them. Default: none fails. */
    failureInjection?: { rate: number; types: string[] };
    /** KV cache of one pod, in blocks. */
    kvCacheSize: number;
    /** Tokens in one KV cache block. */
    blockSize: number;
    /** Arguments besides; none sets a flag that the program writes. Default: none. */
    extraArgs?: string[];
}

/**
 * The setting that writes each flag of the program's own in a release; undefined where none does.
 *
 * @param publishes whether simulators tell an EPP what they cache.
 */
export function simulatorFlagOwners(
    release: SimulatorRelease,
    publishes: boolean,
): ReadonlyMap<string, string | undefined> {
    return new Map([
        ...flagOwners,
        ...(hasCalculator(release) ? latencyFlagOwners : []),
        ...(publishes
            ? Object.values(kvEventFlags).map((flag): [string, string] => [flag, "epp.plugins"])
            : []),
    ]);
}

const latencyFlagOwners: [string, string][] = [
    [latencyCalculatorFlag, "simulator.latency.calculator"],
    ...Object.entries(latencyFlags).map(([setting, { flag }]): [string, string] => [
        flag,
        `simulator.latency.${setting}`,
    ]),
];

const flagOwners: ReadonlyMap<string, string | undefined> = new Map([
    ["port", undefined],
    ["model", "simulator.model"],
    ["served-model-name", "simulator.servedModelNames"],
    ["lora-modules", "simulator.loraModules"],
    ["mode", "simulator.mode"],
    ["time-to-first-token", "simulator.timeToFirstToken"],
    ["inter-token-latency", "simulator.interTokenLatency"],
    ["startup-duration", "simulator.startupDelay"],
    ["failure-injection-rate", "simulator.failureInjection.rate"],
    ["failure-types", "simulator.failureInjection.types"],
    ["max-num-seqs", "simulator.maxNumSeqs"],
    ["enable-kvcache", undefined],
    ["kv-cache-size", "simulator.kvCacheSize"],
    ["block-size", "simulator.blockSize"],
    ["force-dummy-tokenizer", undefined],
]);

/** The variables that the program gives a simulator, which no setting changes. */
export const simulatorVariableOwners: ReadonlyMap<string, undefined> = new Map(
    ["POD_NAME", "POD_NAMESPACE", "POD_IP", "POD_ADDRESS"].map((name) => [name, undefined]),
);

/** The name that requests give: of a model with served names its own is none any more (vLLM, and sim's `validate`). */
export function requestedModel({ model, servedModelNames }: ModelBehaviour): string {
    return servedModelNames?.[0] ?? model;
}

/**
 * The simulator's command line.
 *
 * @param port default: that of inference.
 * @param reader in-cluster name of the EPP that is told what the simulator caches. Default: nobody is.
 */
export function simulatorArguments(
    model: ModelBehaviour,
    release: SimulatorRelease,
    port: number = ports.inference,
    reader?: string,
): string[] {
    const { rate, types } = model.failureInjection ?? { rate: 0, types: [] };
    return [
        `--port=${String(port)}`,
        `--model=${model.model}`,
        ...several("served-model-name", model.servedModelNames ?? []),
        ...several(
            "lora-modules",
            (model.loraModules ?? []).map((name) => JSON.stringify({ name })),
        ),
        `--mode=${model.mode}`,
        ...latencyArguments(model, release),
        ...(model.startupDelay === undefined ? [] : [`--startup-duration=${model.startupDelay}`]),
        ...(rate === 0 ? [] : [`--failure-injection-rate=${String(rate)}`]),
        ...several("failure-types", types),
        `--max-num-seqs=${String(latencyInForce(model).maxNumSeqs)}`,
        "--enable-kvcache=true",
        `--kv-cache-size=${String(model.kvCacheSize)}`,
        `--block-size=${String(model.blockSize)}`,
        ...(release.dummyTokenizerFlag === undefined ? [] : [`--${release.dummyTokenizerFlag}=true`]),
        ...(reader === undefined
            ? []
            : [
                  `--${kvEventFlags.endpoint}=tcp://${reader}:${String(ports.kvEvents)}`,
                  `--${kvEventFlags.hashSeed}=${kvHashSeed}`,
              ]),
        ...(model.extraArgs ?? []),
    ];
}

/** A flag of several values: those are the words up to the next flag (sim `getParamValueFromArgs`, 0.5.0 to 0.10.2). */
function several(flag: string, values: readonly string[]): string[] {
    return values.length === 0 ? [] : [`--${flag}`, ...values];
}
