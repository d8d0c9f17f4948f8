import { strict as assert } from "assert";
import type { PickerConfig } from "../../../releases";
import { eppReleases, lintPickerConfig, presetConfig, presetsOf } from "../../../releases";
import { epp, simulator } from "./known";

describe("the table of releases", () => {
    describe("presets", () => {
        const kvEvents = { model: "m", renderUrl: "http://proxy:8200", port: 5557 };

        for (const release of eppReleases) {
            for (const preset of presetsOf(release)) {
                it(`${preset} is clean for EPP ${release.minor}, at every block size`, () => {
                    for (const blockSize of simulator("0.10").blockSizes) {
                        const config = presetConfig(preset, release, { blockSize, kvEvents });
                        assert.deepEqual(lintPickerConfig(config, release, blockSize), []);
                    }
                });
            }
        }

        it("default is the one of llm-d's guide, with the block in characters before EPP 0.7", () => {
            assert.deepEqual(presetConfig("default", epp("0.4"), { blockSize: 16 }), {
                apiVersion: "inference.networking.x-k8s.io/v1alpha1",
                kind: "EndpointPickerConfig",
                plugins: [
                    { type: "decode-filter" },
                    { type: "load-aware-scorer" },
                    { type: "prefix-cache-scorer", parameters: { autoTune: false, blockSize: 64 } },
                    { type: "kv-cache-utilization-scorer" },
                    { type: "max-score-picker" },
                    { type: "single-profile-handler" },
                ],
                schedulingProfiles: [
                    {
                        name: "default",
                        plugins: [
                            { pluginRef: "decode-filter" },
                            { pluginRef: "load-aware-scorer", weight: 1 },
                            { pluginRef: "prefix-cache-scorer", weight: 2 },
                            { pluginRef: "kv-cache-utilization-scorer", weight: 1 },
                            { pluginRef: "max-score-picker" },
                        ],
                    },
                ],
            });
        });

        it("optimized-baseline weighs as the guide does, and leaves out what a release cannot do", () => {
            const scorersOf = (version: string) =>
                presetConfig("optimized-baseline", epp(version), { blockSize: 64 }).schedulingProfiles.map(
                    ({ plugins }) =>
                        plugins.flatMap(({ pluginRef, weight }) =>
                            weight === undefined ? [] : [[pluginRef, weight]],
                        ),
                );
            const guide = [
                ["queue-scorer", 2],
                ["kv-cache-utilization-scorer", 2],
                ["prefix-cache-scorer", 3],
            ];
            const all = [...guide, ["no-hit-lru-scorer", 2]];
            assert.deepEqual(["0.8", "0.9", "0.10"].map(scorersOf), Array(3).fill([all]));
            assert.deepEqual(["0.4", "0.5", "0.6", "0.7"].map(scorersOf), Array(4).fill([guide]));
        });

        const blocks: [string, PickerConfig["plugins"]][] = [
            ["0.6", [{ type: "prefix-cache-scorer", parameters: { autoTune: false, blockSizeTokens: 32 } }]],
            ["0.7", [{ type: "prefix-cache-scorer", parameters: { autoTune: false, blockSizeTokens: 32 } }]],
            [
                "0.8",
                [
                    {
                        type: "approx-prefix-cache-producer",
                        parameters: { autoTune: false, blockSizeTokens: 32 },
                    },
                    { type: "prefix-cache-scorer" },
                ],
            ],
            [
                // What is in force there for any block up to 64.
                "0.9",
                [
                    {
                        type: "approx-prefix-cache-producer",
                        parameters: { autoTune: false, blockSizeTokens: 64 },
                    },
                    { type: "prefix-cache-scorer" },
                ],
            ],
        ];
        for (const [version, expected] of blocks) {
            it(`give EPP ${version} the block in tokens`, () => {
                const { plugins } = presetConfig("prefix-cache", epp(version), { blockSize: 32 });
                assert.deepEqual(
                    plugins.filter(({ type }) => type.includes("prefix-cache")),
                    expected,
                );
            });
        }

        const disaggregation: [string, string, string[] | undefined, PickerConfig["plugins"]][] = [
            [
                "0.5",
                "inference.networking.x-k8s.io/v1alpha1",
                undefined,
                [
                    { type: "prefill-header-handler" },
                    { type: "pd-profile-handler", parameters: { threshold: 64, hashBlockSize: 64 } },
                ],
            ],
            [
                "0.6",
                "inference.networking.x-k8s.io/v1alpha1",
                ["prepareDataPlugins"],
                [
                    { type: "prefill-header-handler" },
                    { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: 16 } },
                    {
                        type: "pd-profile-handler",
                        parameters: { deciderPluginName: "prefix-based-pd-decider" },
                    },
                ],
            ],
            [
                "0.7",
                "inference.networking.x-k8s.io/v1alpha1",
                ["prepareDataPlugins"],
                [
                    { type: "disagg-headers-handler" },
                    { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: 16 } },
                    {
                        type: "disagg-profile-handler",
                        parameters: { deciders: { prefill: "prefix-based-pd-decider" } },
                    },
                ],
            ],
            [
                "0.10",
                "llm-d.ai/v1alpha1",
                undefined,
                [
                    { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: 16 } },
                    {
                        type: "disagg-profile-handler",
                        parameters: { deciders: { prefill: "prefix-based-pd-decider" } },
                    },
                ],
            ],
        ];
        for (const [version, apiVersion, featureGates, expected] of disaggregation) {
            it(`disaggregate in the words of EPP ${version}`, () => {
                const config = presetConfig("pd-disaggregated", epp(version), { blockSize: 16 });
                assert.equal(config.apiVersion, apiVersion);
                assert.deepEqual(config.featureGates, featureGates);
                const types = config.plugins.map(({ type }) => type);
                assert.deepEqual(config.plugins.slice(types.indexOf("max-score-picker") + 1), expected);
                assert.deepEqual(
                    config.schedulingProfiles.map(({ name }) => name),
                    ["prefill", "decode"],
                );
            });
        }
    });
});
