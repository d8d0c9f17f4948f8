import { strict as assert } from "assert";
import { eppMetricName as rule } from "../../../policy/rules/eppMetricName";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { configMap, picker, pickerConfig, pickerPool, poolArguments, simulator } from "./pickerFixtures";

const check = (
    fields: Parameters<typeof picker>[0],
    simulators: Manifest = simulator(),
    config = configMap(),
) => checkStack(rule, [picker(fields), config, pickerPool(), simulators]);
const before = simulator("llm-d-inference-sim:v0.6.1");
const old = { image: "llm-d-inference-scheduler:v0.4.0" };
const flag = "--kv-cache-usage-percentage-metric=vllm:kv_cache_usage_perc";
const configs = (kvUsageSpec: string) =>
    configMap({
        ...pickerConfig,
        plugins: [
            {
                type: "core-metrics-extractor",
                parameters: { engineConfigs: [{ name: "vllm", kvUsageSpec }] },
            },
        ],
    });

describe("epp-metric-name", () => {
    it("passes versions that agree", () => {
        assert.deepEqual(check({}), []);
        assert.deepEqual(check(old, before), []);
    });

    it("reports versions that do not", () => {
        assert.deepEqual(check({}, before), [
            "Deployment models/epp: Deployment models/epp reads vllm:kv_cache_usage_perc (EPP 0.8 (GIE 1.5)), but Deployment models/decode emits vllm:gpu_cache_usage_perc (simulator 0.6 at spec.template.spec.containers.0.image), so that KV cache usage counts as 0.",
        ]);
        assert.deepEqual(check(old), [
            "Deployment models/epp: Deployment models/epp reads vllm:gpu_cache_usage_perc (EPP 0.4 (GIE 1.2)), but Deployment models/decode emits vllm:kv_cache_usage_perc (simulator 0.10 at spec.template.spec.containers.0.image), so that KV cache usage counts as 0.",
        ]);
    });

    it("takes the name that the argument gives", () => {
        assert.deepEqual(check({ ...old, args: [...poolArguments, flag] }), []);
        assert.deepEqual(check({ ...old, args: [...poolArguments, flag] }, before), [
            "Deployment models/epp: Deployment models/epp reads vllm:kv_cache_usage_perc (--kv-cache-usage-percentage-metric at spec.template.spec.containers.0.args.3), but Deployment models/decode emits vllm:gpu_cache_usage_perc (simulator 0.6 at spec.template.spec.containers.0.image), so that KV cache usage counts as 0.",
        ]);
    });

    it("takes the name that the configuration gives, from GIE 1.5", () => {
        assert.deepEqual(check({}, before, configs("vllm:gpu_cache_usage_perc")), []);
        assert.deepEqual(check({}, simulator(), configs("vllm:gpu_cache_usage_perc")), [
            "Deployment models/epp: Deployment models/epp reads vllm:gpu_cache_usage_perc (kvUsageSpec of its EndpointPickerConfig), but Deployment models/decode emits vllm:kv_cache_usage_perc (simulator 0.10 at spec.template.spec.containers.0.image), so that KV cache usage counts as 0.",
        ]);
        assert.deepEqual(
            check(
                { image: "llm-d-inference-scheduler:v0.7.1" },
                simulator(),
                configs("vllm:gpu_cache_usage_perc"),
            ),
            [],
        );
        assert.deepEqual(check({}, simulator(), configMap("a: [")), []);
    });

    it("leaves unknown versions and other model servers alone", () => {
        assert.deepEqual(check({ image: "llm-d-router-endpoint-picker:v2.0.0" }, before), []);
        assert.deepEqual(check({}, simulator("llm-d-inference-sim:main")), []);
        assert.deepEqual(check(old, simulator("example.com/vllm:v0.9.0")), []);
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(checkStack(rule, [picker(), pickerPool(), { ...simulator(), spec: unknown }]), [
            "waits: Deployment models/epp: spec of Deployment models/decode is not known in preview",
        ]);
        assert.deepEqual(check({}, simulator(unknown)), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/decode is not known in preview",
        ]);
    });
});
