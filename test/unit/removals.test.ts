import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import type { SettingsInput } from "../../components/settings";
import { selfSigned } from "../support/certificate";
import { objectsOf, runSettings } from "../support/objects";

/** A change of settings, and the objects that it takes away. */
interface Removal {
    /** As the first column of the table in docs/operations.md has it. */
    setting: string;
    before?: SettingsInput;
    after: SettingsInput;
    /** `Kind name`, sorted. */
    removed: string[];
}

const scored: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
const twoModels: SettingsInput = {
    ...scored,
    models: { llama: { match: { path: "/llama" } }, qwen: { match: { path: "/qwen" } } },
};

/** The EPP of a model, where it is neither of a pool, nor watched. */
const picker = (name: string, reader: string) => [
    `ConfigMap ${name}`,
    `Deployment ${name}`,
    `DestinationRule ${name}`,
    `Role ${name}-${reader}`,
    `RoleBinding ${name}-${reader}`,
    `Service ${name}`,
    `ServiceAccount ${name}`,
];
const proxy = (name: string) => [`DestinationRule ${name}`, `Service ${name}`];
const servers = (release: string) => [
    `Deployment ms-${release}-llm-d-modelservice-decode`,
    `Deployment ms-${release}-llm-d-modelservice-prefill`,
    `PodDisruptionBudget ms-${release}-llm-d-modelservice-decode`,
];
const usual = "gaie-inference-scheduling";
const everythingOf = {
    scheduler: [
        "ConfigMap infra-inference-scheduling-inference-gateway",
        "Gateway infra-inference-scheduling-inference-gateway",
        "HTTPRoute llm-d-inference-scheduling",
        ...picker(`${usual}-epp`, "").filter((object) => !object.startsWith("Role")),
    ],
    simulator: [
        "ReferenceGrant llm-d-inference-scheduling-to-service",
        ...picker(`${usual}-epp`, "pod-reader").filter((object) => object.startsWith("Role")),
        ...proxy(`${usual}-proxy`),
        ...servers("sim"),
    ],
};

const eppPair = selfSigned("gaie-inference-scheduling-epp.llm-d-inference-scheduler.svc");

const removals: Removal[] = [
    { setting: "namespaces.create", after: { namespaces: { create: false } }, removed: [] },
    {
        setting: "namespaces.scheduler",
        after: { namespaces: { scheduler: "other" } },
        removed: ["Namespace llm-d-inference-scheduler", ...everythingOf.scheduler],
    },
    {
        setting: "namespaces.simulator",
        after: { namespaces: { simulator: "other" } },
        removed: ["Namespace llm-d-sim", ...everythingOf.simulator],
    },
    {
        setting: "release",
        after: { release: "blue" },
        removed: [
            ...everythingOf.scheduler,
            ...everythingOf.simulator.filter((object) => !servers("sim").includes(object)),
        ],
    },
    { setting: "modelRelease", after: { modelRelease: "other" }, removed: servers("sim") },
    {
        setting: "models",
        before: twoModels,
        after: { ...scored, models: { llama: { match: { path: "/llama" } } } },
        removed: [
            "HTTPRoute llm-d-qwen-pool",
            "InferencePool gaie-qwen",
            "ReferenceGrant llm-d-qwen-to-inferencepool",
            ...picker("gaie-qwen-epp", "pool-reader"),
            ...proxy("gaie-qwen-proxy"),
            ...servers("qwen"),
        ],
    },
    {
        setting: "routing.backend",
        after: scored,
        removed: [
            "HTTPRoute llm-d-inference-scheduling",
            "ReferenceGrant llm-d-inference-scheduling-to-service",
            ...picker(`${usual}-epp`, "pod-reader"),
        ],
    },
    {
        setting: "extProc.enabled",
        before: { extProc: { enabled: true } },
        after: {},
        removed: [`EnvoyFilter ${usual}-epp-ext-proc`],
    },
    {
        setting: "objectives",
        before: { ...scored, objectives: { batch: -1, interactive: 1 } },
        after: { ...scored, objectives: { batch: -1 } },
        removed: ["InferenceObjective interactive"],
    },
    {
        setting: "replicas.decode",
        after: { replicas: { decode: 1 } },
        removed: ["PodDisruptionBudget ms-sim-llm-d-modelservice-decode"],
    },
    { setting: "replicas.prefill", after: { replicas: { prefill: 0 } }, removed: [] },
    {
        setting: "autoscaling.enabled",
        before: { autoscaling: { enabled: true, minReplicas: 2 } },
        after: {},
        removed: ["HorizontalPodAutoscaler ms-sim-llm-d-modelservice-decode"],
    },
    {
        setting: "autoscaling.prefill.enabled",
        before: {
            ...scored,
            epp: { plugins: "pd-disaggregated" },
            autoscaling: { prefill: { enabled: true } },
        },
        after: { ...scored, epp: { plugins: "pd-disaggregated" } },
        removed: ["HorizontalPodAutoscaler ms-sim-llm-d-modelservice-prefill"],
    },
    {
        setting: "autoscaling.signal",
        before: { ...scored, autoscaling: { enabled: true } },
        after: {
            ...scored,
            autoscaling: {
                enabled: true,
                signal: "requests-running",
                prometheusAddress: "http://prometheus:9090",
            },
        },
        removed: ["HorizontalPodAutoscaler ms-sim-llm-d-modelservice-decode"],
    },
    {
        setting: "gateway.tls",
        before: { gateway: { tls: selfSigned("llm.example.com") } },
        after: {},
        removed: [
            "HTTPRoute infra-inference-scheduling-inference-gateway-redirect",
            "Secret infra-inference-scheduling-inference-gateway-tls",
        ],
    },
    {
        setting: "epp.tls",
        before: { epp: { tls: { ...eppPair, ca: eppPair.certificate } } },
        after: {},
        removed: [`Secret ${usual}-epp-ca`, `Secret ${usual}-epp-tls`],
    },
    {
        setting: "epp.objectiveGroup",
        before: { ...scored, objectives: { batch: -1 } },
        after: {
            ...scored,
            objectives: { batch: -1 },
            epp: { objectiveGroup: "inference.networking.x-k8s.io" },
        },
        removed: ["InferenceObjective batch"],
    },
    {
        setting: "registry",
        before: { registry: { server: "ghcr.io", username: "robot", password: "secret" } },
        after: {},
        removed: ["Secret infra-inference-scheduling-registry", "Secret infra-inference-scheduling-registry"],
    },
    {
        setting: "networkPolicies.enabled",
        before: { networkPolicies: { enabled: true } },
        after: {},
        removed: [
            `NetworkPolicy ${usual}-epp`,
            "NetworkPolicy ms-sim-llm-d-modelservice-decode",
            "NetworkPolicy ms-sim-llm-d-modelservice-prefill",
        ],
    },
];

/** Settings of which cluster: the objects are the same, on another one. */
const ofTheCluster = ["cluster"];

const document = fs.readFileSync(path.resolve(__dirname, "../../docs/operations.md"), "utf8");

describe("a change of settings", () => {
    for (const { setting, before = {}, after, removed } of removals) {
        it(`of ${setting} removes what docs/operations.md tells of, and nothing else`, async () => {
            const [was, is] = [await runSettings(before), await runSettings(after)];
            const left = new Set([...objectsOf(is), ...is.reads].map(({ urn }) => urn));
            const gone = objectsOf(was)
                .filter(({ urn }) => !left.has(urn))
                .map(({ inputs: { kind, metadata } }) => `${kind} ${metadata.name}`);
            assert.deepEqual(gone.sort(), [...removed].sort());
        });
    }

    it("is told of in docs/operations.md if it removes something", () => {
        const [, table] = /^## What a change of settings removes$(.*?)(?=^## |$(?![^]))/ms.exec(document)!;
        const told = [...table!.matchAll(/^\| `([\w.]+)`/gm)].map(([, setting]) => setting);
        assert.deepEqual(
            [...new Set(told)].sort(),
            [...removals.map(({ setting }) => setting), ...ofTheCluster].sort(),
        );
    });

    it("gives a namespace up by reading it, by its name, under the URN that it was created under", async () => {
        const owned = objectsOf(await runSettings({})).filter(({ inputs }) => inputs.kind === "Namespace");
        const { reads } = await runSettings({ namespaces: { create: false } });
        const identity = (urn: string, id: string) => `${urn} ${id}`;
        assert.deepEqual(
            reads.map(({ urn, id }) => identity(urn, id)).sort(),
            owned.map(({ urn, inputs }) => identity(urn, inputs.metadata.name)).sort(),
        );
    });
});
