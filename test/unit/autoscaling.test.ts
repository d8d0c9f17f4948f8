import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { objectsOf, runSettings } from "../support/objects";

const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
const prometheusAddress = "http://prometheus.monitoring:9090";

describe("the autoscaler of decode pods", () => {
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
                        query: 'sum(llm_d_epp_request_running{namespace="llm-d-sim",pod=~"gaie-inference-scheduling-epp-.+"})',
                        threshold: "10",
                    },
                },
            ],
        });
    });

    it("follows the saturation that flow control tells, of its own model's pool", async () => {
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
                    query: `max(llm_d_epp_flow_control_pool_saturation{namespace="llm-d-sim",pod=~"gaie-${model}-epp-.+",inference_pool="gaie-${model}"})`,
                    threshold: "0.7",
                },
            })),
        );
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
