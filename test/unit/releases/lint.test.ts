import { strict as assert } from "assert";
import type { PickerConfig } from "../../../releases";
import { lintPickerConfig, presetConfig } from "../../../releases";
import { epp } from "./known";

describe("the table of releases", () => {
    describe("the linter", () => {
        /** The default preset after a change. */
        function lint(version: string, change: (config: PickerConfig) => void, blockSize = 16): string[] {
            const config = presetConfig("default", epp(version), { blockSize: 16 });
            change(config);
            return lintPickerConfig(config, epp(version), blockSize).map(({ message }) => message);
        }

        function setParameters(
            config: PickerConfig,
            type: string,
            parameters: Record<string, unknown>,
        ): void {
            const plugin = config.plugins.find((candidate) => candidate.type === type);
            assert(plugin !== undefined);
            plugin.parameters = parameters;
        }

        function setWeight(config: PickerConfig, pluginRef: string, weight: number): void {
            const plugin = config.schedulingProfiles[0]?.plugins.find(
                (entry) => entry.pluginRef === pluginRef,
            );
            assert(plugin !== undefined);
            plugin.weight = weight;
        }

        const cases: [string, string, (config: PickerConfig) => void, string[]][] = [
            [
                "an apiVersion of a later release",
                "0.8",
                (config) => (config.apiVersion = "llm-d.ai/v1alpha1"),
                [
                    "apiVersion llm-d.ai/v1alpha1 is not read by EPP 0.8; write inference.networking.x-k8s.io/v1alpha1.",
                ],
            ],
            [
                "nothing of a deprecated apiVersion",
                "0.9",
                (config) => (config.apiVersion = "inference.networking.x-k8s.io/v1alpha1"),
                [],
            ],
            [
                "another kind",
                "0.8",
                (config) => Object.assign(config, { kind: "PickerConfig" }),
                ["kind PickerConfig is not read by the EPP; write EndpointPickerConfig."],
            ],
            [
                "a feature gate that is gone",
                "0.8",
                (config) => (config.featureGates = ["prepareDataPlugins", "flowControl"]),
                [
                    "featureGates: prepareDataPlugins is not known to EPP 0.8; known are dataLayer, enableLegacyMetrics, flowControl.",
                ],
            ],
            [
                "an unknown plugin type, with the nearest",
                "0.4",
                (config) => config.plugins.push({ name: "odd", type: "load-awere-scorer" }),
                [
                    "Plugin odd: type load-awere-scorer is not known to EPP 0.4; the nearest is load-aware-scorer.",
                ],
            ],
            [
                "a plugin type of a later release",
                "0.7",
                (config) => config.plugins.push({ type: "core-metrics-extractor" }),
                [
                    "Plugin core-metrics-extractor: type core-metrics-extractor is not known to EPP 0.7; the nearest is metrics-data-source.",
                ],
            ],
            [
                "an experimental plugin, where that needs a flag",
                "0.10",
                (config) => config.plugins.push({ type: "session-affinity-scorer" }),
                [
                    "Plugin session-affinity-scorer: type session-affinity-scorer is experimental in EPP 0.10, which exits at start without --allow-experimental-plugins.",
                ],
            ],
            [
                "nothing of the same plugin before",
                "0.9",
                (config) => config.plugins.push({ type: "session-affinity-scorer" }),
                [],
            ],
            [
                "nothing of a gate that is given a value",
                "0.10",
                (config) =>
                    (config.featureGates = ["haPopulateNonLeaderDatastore=false", "flowControl=True"]),
                [],
            ],
            [
                "a gate whose value is neither yes nor no, and one that is gone",
                "0.10",
                (config) => (config.featureGates = ["flowControl=off", "dataLayer"]),
                [
                    "featureGates: flowControl=off has no value that EPP 0.10 reads; write flowControl=true or flowControl=false.",
                    "featureGates: dataLayer is not known to EPP 0.10; known are flowControl, haPopulateNonLeaderDatastore.",
                ],
            ],
            [
                "a gate with a value, where gates have none",
                "0.9",
                (config) => (config.featureGates = ["flowControl=true"]),
                ["featureGates: flowControl=true is not known to EPP 0.9; known are dataLayer, flowControl."],
            ],
            [
                "a parameter of the producer at the scorer, where that is fatal",
                "0.9",
                (config) => setParameters(config, "prefix-cache-scorer", { blockSizeTokens: 64 }),
                [
                    "Plugin prefix-cache-scorer: parameter blockSizeTokens is not known to EPP 0.9, which exits at start because of it; the nearest is prefixMatchInfoProducerName.",
                ],
            ],
            [
                "the parameters that 0.5 has and 0.4 has not",
                "0.4",
                (config) =>
                    config.plugins.push({
                        type: "precise-prefix-cache-scorer",
                        parameters: { tokenProcessorConfig: {} },
                    }),
                [
                    "Plugin precise-prefix-cache-scorer: parameter tokenProcessorConfig is not known to EPP 0.4, which ignores it; the nearest is indexerConfig.",
                ],
            ],
            [
                "a block of 0.5 that differs, at the top",
                "0.5",
                (config) =>
                    config.plugins.push({
                        type: "precise-prefix-cache-scorer",
                        parameters: { tokenProcessorConfig: { blockSize: 5 } },
                    }),
                [
                    "Plugin precise-prefix-cache-scorer: tokenProcessorConfig.blockSize is 5, but the model servers' block of 16 tokens makes it 16 tokens.",
                ],
            ],
            [
                "a block by its older name, where it counts again",
                "0.10",
                (config) =>
                    setParameters(config, "approx-prefix-cache-producer", {
                        autoTune: false,
                        blockSize: 128,
                    }),
                [
                    "Plugin approx-prefix-cache-producer: blockSize is 128, but the model servers' block of 16 tokens makes it 64 tokens, the least that EPP 0.10 takes.",
                ],
            ],
            [
                "a name that is used twice",
                "0.8",
                (config) => config.plugins.push({ type: "decode-filter" }),
                ["The plugin name decode-filter is used more than once."],
            ],
            [
                "an unknown parameter",
                "0.8",
                (config) => setParameters(config, "load-aware-scorer", { treshold: 5 }),
                [
                    "Plugin load-aware-scorer: parameter treshold is not known to EPP 0.8, which ignores it; the nearest is threshold.",
                ],
            ],
            [
                "a parameter of a plugin that has none",
                "0.4",
                (config) => setParameters(config, "decode-filter", { label: "a" }),
                [
                    "Plugin decode-filter: parameter label is not known to EPP 0.4, which ignores it; it has none.",
                ],
            ],
            [
                "a pluginRef that resolves to nothing",
                "0.8",
                (config) => config.schedulingProfiles[0]?.plugins.push({ pluginRef: "queue-scorer" }),
                [
                    "Scheduling profile default: pluginRef queue-scorer is no entry of plugins; the nearest is decode-filter.",
                ],
            ],
            [
                "a weight that is not positive",
                "0.8",
                (config) => setWeight(config, "prefix-cache-scorer", 0),
                ["Scheduling profile default: weight of prefix-cache-scorer is 0; it must be positive."],
            ],
            [
                "a weight of a filter",
                "0.8",
                (config) => setWeight(config, "decode-filter", 2),
                [
                    "Scheduling profile default: weight of decode-filter is ignored, because that is a filter, not a scorer.",
                ],
            ],
            [
                "a fraction where weights are whole numbers",
                "0.5",
                (config) => setWeight(config, "load-aware-scorer", 0.5),
                [
                    "Scheduling profile default: weight of load-aware-scorer is 0.5; EPP 0.5 reads whole numbers only.",
                ],
            ],
            [
                "nothing of a fraction later on",
                "0.7",
                (config) => setWeight(config, "load-aware-scorer", 0.5),
                [],
            ],
            [
                "two pickers in one profile",
                "0.8",
                (config) => {
                    config.plugins.push({ type: "random-picker" });
                    config.schedulingProfiles[0]?.plugins.push({ pluginRef: "random-picker" });
                },
                ["Scheduling profile default: it has more than one picker."],
            ],
            [
                "nothing of a missing picker and profile handler, which the EPP adds",
                "0.4",
                (config) => {
                    config.plugins = config.plugins.filter(
                        ({ type }) => !["max-score-picker", "single-profile-handler"].includes(type),
                    );
                    config.schedulingProfiles[0]?.plugins.pop();
                },
                [],
            ],
            [
                "several profiles without a profile handler",
                "0.8",
                (config) => {
                    config.plugins = config.plugins.filter(({ type }) => type !== "single-profile-handler");
                    config.schedulingProfiles.push({ name: "second", plugins: [] });
                },
                ["Several scheduling profiles need a profile handler, and plugins has none."],
            ],
            [
                "several profiles for the single-profile-handler",
                "0.8",
                (config) => config.schedulingProfiles.push({ name: "second", plugins: [] }),
                ["single-profile-handler takes one scheduling profile, and there are several."],
            ],
            [
                "two profile handlers",
                "0.7",
                (config) => config.plugins.push({ type: "disagg-profile-handler" }),
                [
                    "Only one profile handler is allowed; there are single-profile-handler, disagg-profile-handler.",
                ],
            ],
            [
                "a block in characters that refuses to start where it counts tokens",
                "0.7",
                (config) => setParameters(config, "prefix-cache-scorer", { autoTune: false, blockSize: 64 }),
                ["Plugin prefix-cache-scorer: blockSize alone is refused by EPP 0.7; write blockSizeTokens."],
            ],
            [
                "a nested block that differs",
                "0.4",
                (config) =>
                    config.plugins.push({
                        type: "precise-prefix-cache-scorer",
                        parameters: { indexerConfig: { tokenProcessorConfig: { blockSize: 5 } } },
                    }),
                [
                    "Plugin precise-prefix-cache-scorer: indexerConfig.tokenProcessorConfig.blockSize is 5, but the model servers' block of 16 tokens makes it 16 tokens.",
                ],
            ],
        ];
        for (const [what, version, change, expected] of cases) {
            it(`reports ${what} (EPP ${version})`, () => {
                assert.deepEqual(lint(version, change), expected);
            });
        }

        it("reports a block that differs from the model servers', in the unit of the release", () => {
            assert.deepEqual(
                lint("0.4", () => undefined, 32),
                [
                    "Plugin prefix-cache-scorer: blockSize is 64, but the model servers' block of 32 tokens makes it 128 characters.",
                ],
            );
            assert.deepEqual(
                lint("0.8", () => undefined, 32),
                [
                    "Plugin approx-prefix-cache-producer: blockSizeTokens is 16, but the model servers' block of 32 tokens makes it 32 tokens.",
                ],
            );
        });

        it("takes a block that is raised to the least for what it becomes", () => {
            const set = (blockSizeTokens: number) => (config: PickerConfig) =>
                setParameters(config, "approx-prefix-cache-producer", { autoTune: false, blockSizeTokens });
            assert.deepEqual(lint("0.9", set(16), 32), []);
            assert.deepEqual(lint("0.9", set(64), 16), []);
            assert.deepEqual(lint("0.9", set(16), 128), [
                "Plugin approx-prefix-cache-producer: blockSizeTokens is 16, but the model servers' block of 128 tokens makes it 128 tokens.",
            ]);
        });

        it("lets an experimental plugin be where the flag is given", () => {
            const config = presetConfig("default", epp("0.10"), { blockSize: 16 });
            config.plugins.push({ type: "session-affinity-scorer" });
            assert.deepEqual(lintPickerConfig(config, epp("0.10"), 16, [], true), []);
        });

        it("counts a block that is not set, unless it is tuned", () => {
            const clear = (parameters: Record<string, unknown>) => (config: PickerConfig) =>
                setParameters(config, "prefix-cache-scorer", parameters);
            assert.deepEqual(lint("0.7", clear({ autoTune: false }), 32), [
                "Plugin prefix-cache-scorer: blockSizeTokens is 16 by default, but the model servers' block of 32 tokens makes it 32 tokens.",
            ]);
            assert.deepEqual(lint("0.7", clear({}), 32), []);
        });

        it("says where the shape is wrong, and does not throw", () => {
            assert.deepEqual(lintPickerConfig("text", epp("0.8")), [
                { id: "shape", path: "", message: "Invalid input: expected object, received string." },
            ]);
            assert.deepEqual(
                lintPickerConfig({ apiVersion: "a", kind: "b", plugins: [{ name: "x" }] }, epp("0.8")),
                [
                    {
                        id: "shape",
                        path: "plugins.0.type",
                        message: "Invalid input: expected string, received undefined.",
                    },
                ],
            );
        });
    });
});
