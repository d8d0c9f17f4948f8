import { z } from "zod";
import { latency } from "./latencySchema";
import { extraArguments, variables } from "./passThroughSchema";
import { distinct, duration, oneOf, setting, wholeNumber } from "./values";

const modelName = z
    .string()
    .max(200, { abort: true })
    .regex(/^[\w][\w.:/-]*$/)
    .meta({
        allowed:
            "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct",
    });

/** Names of models, each once. */
function modelNames(description: string): z.ZodArray<typeof modelName> {
    return setting(distinct(z.array(modelName).max(100)), description, "a list of model names, each once");
}

const failureTypes = [
    "rate_limit",
    "invalid_api_key",
    "context_length",
    "server_error",
    "invalid_request",
    "model_not_found",
] as const;

const failureInjection = z
    .strictObject({
        rate: setting(wholeNumber(0, 100), "Requests of a hundred that fail.").default(0),
        types: setting(
            distinct(z.array(oneOf(failureTypes))),
            "How requests fail. None means in every way.",
            `a list of ${failureTypes.join(", ")}, each once`,
        ).default([]),
    })
    .prefault({});

/** What the simulator serves, and how. */
export const simulator = z
    .strictObject({
        model: setting(
            modelName,
            "Model that the simulator serves, which requests name unless simulator.servedModelNames has other names.",
        ).default("random"),
        servedModelNames: modelNames(
            "Names that requests give in place of simulator.model. None means its own.",
        ).default([]),
        loraModules: modelNames(
            "LoRA adapters of the model, which requests name as they do a model.",
        ).default([]),
        mode: setting(
            oneOf(["echo", "random"]),
            "Whether answers repeat the prompt or are random sentences.",
        ).default("random"),
        timeToFirstToken: setting(
            duration,
            "Simulated time to the first token, whatever is cached. None means that it depends on what of the prompt is not (simulator.latency); 20ms of simulators before 0.7.",
        ).optional(),
        interTokenLatency: setting(
            duration,
            "Simulated time between two tokens. None means 5ms, or the profile's.",
        ).optional(),
        latency,
        startupDelay: setting(
            duration,
            "How long a pod takes until it is Ready, as if it loaded a model; less than readiness.timeoutSeconds.",
        ).optional(),
        failureInjection,
        maxNumSeqs: setting(
            wholeNumber(1, 4096),
            "Requests that one pod serves at once; the rest wait. None means 5, or the profile's.",
        ).optional(),
        kvCacheSize: setting(wholeNumber(1, 1_000_000), "KV cache of one pod, in blocks.").default(1024),
        blockSize: setting(
            z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64), z.literal(128)]),
            "Tokens in one KV cache block. The EPP's prefix scorer is given the same.",
            "one of 8, 16, 32, 64, 128",
        ).default(16),
        extraArgs: extraArguments("simulator").default([]),
        env: variables("simulator").default({}),
    })
    .prefault({});
