import {
    createClusterProvider,
    Namespaces,
    SchedulerStack,
    schedulerStackArgs,
    settingsFrom,
    SimulatorStack,
    simulatorStackArgs,
    stackOutputs,
} from "llm-d-inference";

// The same settings as in Pulumi.<env>.yaml of llm-d-inference, checked and with their defaults.
const settings = settingsFrom({
    release: "shared",
    routing: { backend: "InferencePool" },
    extProc: { enabled: true },
    namespaces: { scheduler: "inference-gateway", simulator: "inference-models" },
    readiness: { gateway: process.env.WITHOUT_ISTIO === undefined },
    models: {
        llama: { simulator: { model: "meta-llama/Llama-3.1-8B-Instruct" }, match: { path: "/llama" } },
        qwen: {
            simulator: { model: "Qwen/Qwen3-8B" },
            match: { path: "/qwen" },
            replicas: { decode: 2, prefill: 0 },
        },
    },
});

const provider = createClusterProvider({});
const namespaces = new Namespaces(
    "namespaces",
    { ...settings.namespaces, instance: settings.release },
    { provider },
);

// What serves each model. A stack of your own that offers a `backend` could stand in its place.
const simulators = new Map(
    settings.models.map((model) => [
        model.release,
        new SimulatorStack(`${model.release}-simulator`, simulatorStackArgs(model, settings), {
            provider,
            dependsOn: namespaces.simulator,
        }),
    ]),
);

// The one Gateway in front of them, with a route and a grant for each.
const scheduler = new SchedulerStack(
    "scheduler",
    schedulerStackArgs(settings, ({ release }) => simulators.get(release)!.backend),
    { provider, dependsOn: namespaces.scheduler },
);

/** How to reach each model, by its name. */
export const { models } = stackOutputs(settings, scheduler, ({ release }) => simulators.get(release)!);
