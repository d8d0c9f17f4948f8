import { strict as assert } from "assert";
import type { VersionSet } from "../../../releases";
import {
    eppReleases,
    flagName,
    incompatibilities,
    kvCacheMetricSettings,
    lintPickerConfig,
    presetConfig,
    simulatorReleases,
} from "../../../releases";
import { epp, simulator } from "./known";

describe("the table of releases", () => {
    describe("the KV cache metric", () => {
        const cases: [string, string, ReturnType<typeof kvCacheMetricSettings>][] = [
            ["0.4", "0.6", { arguments: [] }],
            ["0.4", "0.10", { arguments: ["--kv-cache-usage-percentage-metric=vllm:kv_cache_usage_perc"] }],
            ["0.5", "0.5", { arguments: ["--kv-cache-usage-percentage-metric=vllm:gpu_cache_usage_perc"] }],
            ["0.7", "0.7", { arguments: [] }],
            ["0.8", "0.6", { arguments: [], engineMetric: "vllm:gpu_cache_usage_perc" }],
            ["0.10", "0.10", { arguments: [] }],
        ];
        for (const [picker, server, expected] of cases) {
            it(`is set up for EPP ${picker} and simulator ${server}`, () => {
                assert.deepEqual(kvCacheMetricSettings(epp(picker), simulator(server)), expected);
            });
        }

        it("is given by no argument that the EPP refuses, for any pair that works", () => {
            for (const picker of eppReleases) {
                for (const server of simulatorReleases) {
                    const set: VersionSet = {
                        epp: picker.minor,
                        simulator: server.minor,
                        backend: "InferencePool",
                        models: 1,
                    };
                    if (incompatibilities(set).length > 0) {
                        assert.throws(() => kvCacheMetricSettings(picker, server), /cannot read/);
                        continue;
                    }
                    const settings = kvCacheMetricSettings(picker, server);
                    const refused = settings.arguments
                        .map((argument) => flagName(argument)!)
                        .filter((flag) => picker.refusedFlags.includes(flag) || !picker.flags.includes(flag));
                    assert.deepEqual(refused, []);
                    const config = presetConfig("default", picker, { blockSize: 16, ...settings });
                    assert.deepEqual(lintPickerConfig(config, picker, 16), []);
                }
            }
        });

        it("replaces the whole engine, not only the one metric", () => {
            const { plugins } = presetConfig("default", epp("0.8"), {
                blockSize: 16,
                engineMetric: "vllm:gpu_cache_usage_perc",
            });
            assert.deepEqual(
                plugins.filter(({ type }) => type === "core-metrics-extractor"),
                [
                    {
                        type: "core-metrics-extractor",
                        parameters: {
                            engineConfigs: [
                                {
                                    name: "vllm",
                                    queuedRequestsSpec: "vllm:num_requests_waiting",
                                    runningRequestsSpec: "vllm:num_requests_running",
                                    kvUsageSpec: "vllm:gpu_cache_usage_perc",
                                    loraSpec: "vllm:lora_requests_info",
                                    cacheInfoSpec: "vllm:cache_config_info",
                                },
                            ],
                        },
                    },
                ],
            );
        });
    });
});
