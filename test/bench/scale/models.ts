/** The environment that models are added to. */
export const environment = "dev";

/** Settings over the {@link environment}'s own: so many models, each with one decode pod and one EPP. */
export function modelsConfig(count: number): Record<string, unknown> {
    const names = Array.from({ length: count }, (_, index) => `model-${String(index + 1).padStart(3, "0")}`);
    return {
        routing: { backend: "InferencePool" },
        extProc: { enabled: true },
        replicas: { decode: 1, prefill: 0 },
        // No Istio runs on the embedded control plane.
        readiness: { gateway: false, timeoutSeconds: 1800 },
        models: Object.fromEntries(names.map((name) => [name, { match: { path: `/${name}` } }])),
    };
}
