import * as fc from "fast-check";
import { SettingsError, settingsFrom } from "../../components/settings";
import type { SettingsInput } from "../../components/settings";
import { selfSigned } from "./certificate";

/** Few names, so that two settings often have one in common, each for another thing. */
const releases = ["blue", "green", "blue-pool", "sim"];
const namespaceNames = ["one", "two", "three"];

const certificate = selfSigned("llm.example.com");

/** One of these, whose type is no narrower than settings need. */
const either = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** An object with any of these keys, or with none. */
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model, { requiredKeys: [] });

const release = fc.constantFrom(...releases);
const text: fc.Arbitrary<string> = fc.constantFrom("a", "b");
const texts = fc.dictionary(text, text, { maxKeys: 2 });

const placement = some({
    nodeSelector: texts,
    tolerations: either([], [{ key: "gpu", operator: "Exists" as const }]),
    affinity: either({}, { nodeAffinity: {} }),
    priorityClassName: fc.constant("serving"),
});

/** What a model has of its own. */
const modelSettings = {
    replicas: some({
        decode: fc.integer({ min: 1, max: 2 }),
        prefill: fc.integer({ min: 0, max: 2 }),
        epp: fc.integer({ min: 1, max: 2 }),
    }),
    images: some({ pullSecrets: either([], ["registry"]) }),
    epp: some({
        metricsAuth: fc.boolean(),
        objectiveGroup: either("inference.networking.x-k8s.io" as const, "llm-d.ai" as const),
        tls: fc.record({ secretName: text, caSecretName: text }),
        env: texts,
    }),
    placement: some({ decode: placement, epp: placement }),
    autoscaling: some({ enabled: fc.boolean() }),
    podDisruptionBudget: some({ enabled: fc.boolean() }),
};

const models = fc.uniqueArray(release, { maxLength: 3 }).chain((names) =>
    fc.record(
        Object.fromEntries(
            names.map((name) => [
                name,
                some({ ...modelSettings, modelRelease: release }).map((own) => ({
                    ...own,
                    ...(names.length > 1 && { match: { path: `/${name}` } }),
                })),
            ]),
        ),
    ),
);

const path = fc.constantFrom(
    { extProc: { enabled: false }, backend: "Service" as const },
    { extProc: { enabled: true }, backend: "Service" as const },
    { extProc: { enabled: true }, backend: "InferencePool" as const },
);

const topLevel = some({
    ...modelSettings,
    release,
    modelRelease: release,
    namespaces: some({
        scheduler: fc.constantFrom(...namespaceNames),
        simulator: fc.constantFrom(...namespaceNames),
        create: fc.boolean(),
    }),
    gateway: fc.oneof(
        some({ serviceAnnotations: texts, tlsSecretName: fc.constant("gateway-tls") }),
        fc.constant({ tls: certificate }),
    ),
    registry: fc.constant({ server: "ghcr.io", username: "robot", password: "secret" }),
    models,
    objectives: fc.dictionary(text, fc.constant(1), { maxKeys: 2 }),
    monitoring: fc.oneof(
        some({ monitors: fc.boolean() }),
        fc.record({ monitors: fc.constant(true), labels: texts }),
    ),
    pods: some({ fixedUser: fc.boolean() }),
    networkPolicies: some({ enabled: fc.boolean(), directClientLabels: texts }),
    protect: fc.boolean(),
    readiness: some({ gateway: fc.boolean() }),
});

const routing = some({
    hostnames: either([], ["llm.example.com"]),
    headers: texts,
    requestTimeout: fc.constant("30s"),
});

/** Settings that are legal, with much that is empty. */
export const legalSettings: fc.Arbitrary<SettingsInput> = fc
    .tuple(path, routing, topLevel)
    .map(([{ extProc, backend }, route, settings]) => ({
        ...settings,
        extProc,
        routing: { ...route, backend },
    }))
    .filter(isLegal);

/** Whether the settings' own rules take them. */
export function isLegal(settings: SettingsInput): boolean {
    try {
        settingsFrom(settings);
        return true;
    } catch (error) {
        if (error instanceof SettingsError) {
            return false;
        }
        throw error;
    }
}
