import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { objectsOf, runSettings } from "../support/objects";

const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
const prometheusAddress = "http://prometheus.monitoring:9090";

describe("the autoscalers of model servers", () => {
    async function autoscalers(settings: SettingsInput) {
        const run = await runSettings({ ...scoring, ...settings });
        return objectsOf(run)
            .map(({ inputs }) => inputs)
            .filter(({ kind }) => kind === "HorizontalPodAutoscaler" || kind === "ScaledObject");
    }

    it("follows CPU use unless told otherwise", async () => {
        const found = await autoscalers({ autoscaling: { enabled: true } });
        assert.deepEqual(
            found.map(({ kind }) => kind),
            ["HorizontalPodAutoscaler"],
        );
    });

    it("follows the requests that the EPP has in flight, by KEDA", async () => {
        const [found, ...others] = await autoscalers({
            autoscaling: {
                enabled: true,
                minReplicas: 2,
                maxReplicas: 6,
                signal: "requests-running",
                prometheusAddress,
                cooldownSeconds: 60,
            },
        });
        assert.deepEqual(others, []);
        assert.equal(found!.apiVersion, "keda.sh/v1alpha1");
        assert.deepEqual(found!.spec, {
            scaleTargetRef: { name: "ms-sim-llm-d-modelservice-decode" },
            minReplicaCount: 2,
            maxReplicaCount: 6,
            advanced: {
                horizontalPodAutoscalerConfig: {
                    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
                },
            },
            triggers: [
                {
                    type: "prometheus",
                    metricType: "AverageValue",
                    metadata: {
                        serverAddress: prometheusAddress,
                        query: 'sum(llm_d_epp_request_running{namespace="llm-d-sim",pod=~"gaie-inference-scheduling-epp-[a-z0-9]+(-[a-z0-9]+)?"})',
                        threshold: "10",
                    },
                },
            ],
        });
    });

    it("follows the saturation that flow control tells, of its own model's EPP", async () => {
        const found = await autoscalers({
            epp: { flowControl: true },
            autoscaling: { enabled: true, signal: "pool-saturation", target: 0.7, prometheusAddress },
            models: { llama: { match: { path: "/llama" } }, qwen: { match: { path: "/qwen" } } },
        });
        const triggers = found.map(({ spec }) => (spec as { triggers: object[] }).triggers[0]);
        assert.deepEqual(
            triggers,
            ["llama", "qwen"].map((model) => ({
                type: "prometheus",
                metricType: "Value",
                metadata: {
                    serverAddress: prometheusAddress,
                    query: `max(llm_d_epp_flow_control_pool_saturation{namespace="llm-d-sim",pod=~"gaie-${model}-epp-[a-z0-9]+(-[a-z0-9]+)?"})`,
                    threshold: "0.7",
                },
            })),
        );
    });

    it("asks for the pods of its own EPP wherever that is, and however long its name", async () => {
        const asked = async (settings: SettingsInput) => {
            const run = await runSettings(settings);
            const { inputs } = objectsOf(run).find(({ inputs: { kind } }) => kind === "ScaledObject")!;
            const [trigger] = (inputs.spec as { triggers: { metadata: { query: string } }[] }).triggers;
            const [, namespace, pods] = /namespace="(.*?)",pod=~"(.*?)"/.exec(trigger!.metadata.query)!;
            return { query: trigger!.metadata.query, namespace, pods: new RegExp(`^(?:${pods!})$`) };
        };
        const demanding: SettingsInput = {
            extProc: { enabled: true },
            epp: { flowControl: true },
            autoscaling: { enabled: true, signal: "queue-size", prometheusAddress },
        };
        const service = await asked(demanding);
        assert.equal(service.namespace, "llm-d-inference-scheduler");
        // Of an EPP without a pool the label is empty.
        assert.doesNotMatch(service.query, /inference_pool/);
        const suffix = "-7c9d5f8b64-x2x7p";
        const longest = "s".repeat(33);
        for (const release of ["inference-scheduling", "a".repeat(30), longest]) {
            const { pods } = await asked({ ...demanding, release });
            const epp = `gaie-${release}-epp`;
            // As Kubernetes names a pod of a ReplicaSet.
            const pod = `${`${epp}-7c9d5f8b64-`.slice(0, 58)}x2x7p`;
            assert.match(pod, pods);
            assert.doesNotMatch(`${epp}-next-epp${suffix}`, pods);
            assert.doesNotMatch(`${epp}2${suffix}`, pods);
        }
    });

    it("takes all pods away where the EPP holds requests, and starts one for a request that waits", async () => {
        const settings: SettingsInput = {
            epp: { flowControl: true },
            autoscaling: {
                enabled: true,
                signal: "requests-running",
                minReplicas: 0,
                prometheusAddress,
                cooldownSeconds: 60,
            },
        };
        const objects = objectsOf(await runSettings({ ...scoring, ...settings })).map(({ inputs }) => inputs);
        const named = (kind: string, name: RegExp) =>
            objects.find((object) => object.kind === kind && name.test(object.metadata.name));
        const { triggers, ...spec } = named("ScaledObject", /-decode$/)!.spec as {
            triggers: { metadata: { query: string; threshold: string } }[];
        } & Record<string, unknown>;
        assert.deepEqual([spec.minReplicaCount, spec.pollingInterval, spec.cooldownPeriod], [0, 5, 60]);
        assert.deepEqual(
            triggers.map(({ metadata: { query, threshold } }) => [
                /llm_d_epp_\w+/.exec(query)![0],
                threshold,
            ]),
            [
                ["llm_d_epp_request_running", "10"],
                ["llm_d_epp_flow_control_queue_size", "5"],
            ],
        );
        // No ready pod is waited for, and no budget guards what may be none.
        assert.equal((named("Deployment", /-decode$/)!.spec as { replicas: number }).replicas, 0);
        assert.equal(named("PodDisruptionBudget", /-decode$/), undefined);
        // As long as a pod may take to be ready.
        assert.match(
            JSON.stringify(named("ConfigMap", /-epp$/)),
            /flowControl:\\n\s+defaultRequestTTL: 300s/,
        );
    });

    it("scales prefill pods apart, by the prefills that the EPP has them do", async () => {
        const found = await autoscalers({
            epp: { plugins: "pd-disaggregated" },
            autoscaling: {
                enabled: true,
                prometheusAddress,
                prefill: { enabled: true, signal: "prefills", target: 3, minReplicas: 2, maxReplicas: 4 },
            },
        });
        assert.deepEqual(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), [
            "HorizontalPodAutoscaler ms-sim-llm-d-modelservice-decode",
            "ScaledObject ms-sim-llm-d-modelservice-prefill",
        ]);
        const { minReplicaCount, maxReplicaCount, triggers } = found.find(
            ({ kind }) => kind === "ScaledObject",
        )!.spec as Record<string, unknown>;
        assert.deepEqual([minReplicaCount, maxReplicaCount], [2, 4]);
        assert.deepEqual(triggers, [
            {
                type: "prometheus",
                metricType: "AverageValue",
                metadata: {
                    serverAddress: prometheusAddress,
                    query: 'sum(rate(llm_d_epp_disagg_decision_total{namespace="llm-d-sim",pod=~"gaie-inference-scheduling-epp-[a-z0-9]+(-[a-z0-9]+)?",decision_type=~"(encode-)?prefill-decode"}[2m]))',
                    threshold: "3",
                },
            },
        ]);
    });

    it("has an EPP with flow control where the settings say so", async () => {
        const objects = objectsOf(await runSettings({ ...scoring, epp: { flowControl: true } }));
        const configs = objects.filter(({ inputs }) => inputs.kind === "ConfigMap");
        assert.match(
            JSON.stringify(configs.map(({ inputs }) => inputs.data)),
            /featureGates:\\n\s+- flowControl/,
        );
    });
});
