import { strict as assert } from "assert";
import type { EppRelease, Image, PickerConfig, SimulatorRelease, VersionSet } from "../../releases";
import {
    atRegistry,
    defaultEppImage,
    defaultVersions,
    eppReleases,
    eppRules,
    findEpp,
    findIstio,
    findSimulator,
    flagName,
    incompatibilities,
    kvCacheMetricSettings,
    lintPickerConfig,
    minorOf,
    parseImage,
    presetConfig,
    presetsOf,
    replacementOf,
    simulatorReleases,
} from "../../releases";

// Flags, plugin types and parameters are lists out of Go sources, which no test here can reach: releases/ names the file
// and version of each. These tests are of what is computed from them.

function epp(version: string): EppRelease {
    const release = findEpp(version);
    assert(release !== undefined, `EPP ${version}`);
    return release;
}

function simulator(version: string): SimulatorRelease {
    const release = findSimulator(version);
    assert(release !== undefined, `simulator ${version}`);
    return release;
}

describe("the table of releases", () => {
    describe("images", () => {
        const scheduler = "ghcr.io/llm-d/llm-d-inference-scheduler";
        const digest = `sha256:${"0".repeat(64)}`;
        const cases: [string, Partial<Image>][] = [
            [`${scheduler}:v0.8.0`, { name: "llm-d-inference-scheduler", version: "0.8.0", minor: "0.8" }],
            [`${scheduler}:0.7`, { version: "0.7", minor: "0.7" }],
            [
                "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0-rc.2",
                { version: "0.9.0-rc.2", minor: "0.9" },
            ],
            [
                `mirror:5000/a/b/llm-d-inference-sim:v0.10.2@${digest}`,
                { name: "llm-d-inference-sim", tag: "v0.10.2", digest, version: "0.10.2", minor: "0.10" },
            ],
            [`${scheduler}:latest`, { tag: "latest", version: undefined, minor: undefined }],
            [`${scheduler}@${digest}`, { tag: undefined, digest, version: undefined }],
            [scheduler, { name: "llm-d-inference-scheduler", tag: undefined, version: undefined }],
            ["mirror:5000/picker:v1.2.3", { name: "picker", version: "1.2.3", minor: "1.2" }],
            ["", { name: "", tag: undefined, version: undefined }],
            ["not an image", { name: "", tag: undefined, version: undefined }],
        ];
        for (const [reference, expected] of cases) {
            it(`reads ${reference === "" ? "no reference" : reference}`, () => {
                const image = parseImage(reference);
                assert.deepEqual({ ...image, ...expected }, image);
            });
        }
    });

    describe("registries", () => {
        const cases: [string, string][] = [
            ["ghcr.io/llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
            ["localhost/a:v1", "mirror.example.com:5000/ghcr/a:v1"],
            ["registry:5000/a:v1", "mirror.example.com:5000/ghcr/a:v1"],
            ["llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
            [
                `ghcr.io/llm-d/a@sha256:${"0".repeat(64)}`,
                `mirror.example.com:5000/ghcr/llm-d/a@sha256:${"0".repeat(64)}`,
            ],
            ["mirror.example.com:5000/ghcr/llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
        ];
        for (const [reference, expected] of cases) {
            it(`of ${reference} is replaced by a prefix`, () => {
                assert.equal(atRegistry(reference, "mirror.example.com:5000/ghcr"), expected);
                assert.equal(atRegistry(reference, undefined), reference);
            });
        }

        it("that is closed is told from a mirror of it", () => {
            const replacement = (reference: string) => replacementOf(parseImage(reference));
            assert.equal(replacement("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1"), defaultEppImage);
            assert.equal(replacement("quay.io/llm-d/llm-d-inference-scheduler:v0.7.1"), undefined);
            assert.equal(replacement(defaultEppImage), undefined);
        });
    });

    describe("releases", () => {
        it("resolves a patch version or a pre-release to its minor version", () => {
            assert.equal(minorOf("v0.10.2"), "0.10");
            assert.equal(findEpp("0.7.3")?.minor, "0.7");
            assert.equal(findEpp("0.9.0-rc.2")?.minor, "0.9");
            assert.equal(findSimulator("0.10.2")?.minor, "0.10");
        });

        it("knows no minor version that is not listed", () => {
            assert.equal(findEpp("0.11.0"), undefined);
            assert.equal(findSimulator("0.1"), undefined);
            assert.equal(findIstio("1.32.0"), undefined);
            assert.equal(findEpp("latest"), undefined);
        });

        it("takes the last entry of a simulator's minor version that is not newer", () => {
            const flagOf = (version: string) => findSimulator(version)?.dummyTokenizerFlag;
            assert.deepEqual(["0.8.2", "0.9.0", "0.9", "0.9.1"].map(flagOf), Array(4).fill(undefined));
            assert.deepEqual(["0.9.2", "0.10.0"].map(flagOf), Array(2).fill("force-dummy-tokenizer"));
            for (const release of simulatorReleases) {
                const { dummyTokenizerFlag, flags } = release;
                assert.equal(flags.includes("force-dummy-tokenizer"), dummyTokenizerFlag !== undefined);
            }
        });

        it("takes the last entry of Istio's minor version that is not newer", () => {
            assert.equal(findIstio("1.28.4")?.since, "1.28.0");
            assert.equal(findIstio("1.28.10")?.since, "1.28.5");
            assert.equal(findIstio("1.28")?.since, "1.28.0");
        });

        it("is coherent by default, for several models behind pools too", () => {
            assert.deepEqual(
                incompatibilities({ ...defaultVersions, backend: "InferencePool", models: 200 }),
                [],
            );
        });
    });

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

    describe("incompatibilities", () => {
        const base: VersionSet = {
            epp: "0.5.0",
            simulator: "0.10.2",
            istio: "1.28.5",
            backend: "Service",
            models: 1,
        };
        const cases: [string, Partial<VersionSet>, ReturnType<typeof incompatibilities>][] = [
            ["nothing about what works", {}, []],
            ["nothing about old Istio while no pool is used", { istio: "1.26.3", models: 3 }, []],
            [
                "nothing about Istio where it is not known",
                { istio: undefined, backend: "InferencePool", models: 9 },
                [],
            ],
            ["nothing about one pool before 1.28.5", { istio: "1.28.2", backend: "InferencePool" }, []],
            [
                "a metric that the EPP cannot be told",
                { epp: "0.7.1", simulator: "0.6.1", backend: "InferencePool" },
                [
                    {
                        reason: "EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.6 reports it as vllm:gpu_cache_usage_perc; every pod would score alike.",
                        nearest: "EPP 0.8 with simulator 0.6",
                    },
                ],
            ],
            [
                "a metric, where no simulator is as near as another EPP",
                { epp: "0.7.1", simulator: "0.5.0", backend: "InferencePool" },
                [
                    {
                        reason: "EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.5 reports it as vllm:gpu_cache_usage_perc; every pod would score alike.",
                        nearest: "EPP 0.8 with simulator 0.5",
                    },
                ],
            ],
            [
                "an EPP that cannot do without a pool, where the route goes to a Service",
                { epp: "0.8.0" },
                [
                    {
                        reason: "EPP 0.8 cannot find pods without an InferencePool (GIE#2858), and a route to a Service has none.",
                        nearest: "EPP 0.9",
                    },
                ],
            ],
            [
                "an Istio without pools",
                { epp: "0.8.0", istio: "1.26.3", backend: "InferencePool" },
                [
                    {
                        reason: "Istio 1.26.3 does not serve InferencePool v1, which the EPP reads; it serves none.",
                        nearest: "EPP 0.8 with Istio 1.28.0",
                    },
                ],
            ],
            [
                "an Istio with older pools, twice where models share the Gateway",
                { epp: "0.8.0", istio: "1.27.0", backend: "InferencePool", models: 2 },
                [
                    {
                        reason: "Istio 1.27.0 does not serve InferencePool v1, which the EPP reads; it serves v1alpha2.",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                    {
                        reason: "Istio 1.27.0 asks the EPP of one InferencePool only where 2 share a Gateway (istio#58392).",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                ],
            ],
            [
                "several pools before 1.28.5",
                { epp: "0.8.0", istio: "1.28.4", backend: "InferencePool", models: 200 },
                [
                    {
                        reason: "Istio 1.28.4 asks the EPP of one InferencePool only where 200 share a Gateway (istio#58392).",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                ],
            ],
            [
                "an unknown, newer EPP",
                { epp: "0.11.0", istio: undefined },
                [
                    {
                        reason: "EPP 0.11.0 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10",
                    },
                ],
            ],
            [
                "an EPP before all that are known",
                { epp: "0.3.2", simulator: "0.6.1" },
                [
                    {
                        reason: "EPP 0.3.2 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.4 with simulator 0.6 and Istio 1.28.5",
                    },
                ],
            ],
            [
                "unknown versions of everything",
                { epp: "latest", simulator: "0.12.0", istio: "1.32.1", backend: "InferencePool" },
                [
                    {
                        reason: "EPP latest is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                    {
                        reason: "simulator 0.12.0 is not known; known are 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                    {
                        reason: "Istio 1.32.1 is not known; known are 1.26.0, 1.27.0, 1.28.0, 1.28.5, 1.29.0, 1.30.0, 1.31.0.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                ],
            ],
        ];
        for (const [what, change, expected] of cases) {
            it(`reports ${what}`, () => {
                assert.deepEqual(incompatibilities({ ...base, ...change }), expected);
            });
        }
    });

    describe("RBAC", () => {
        const read = ["get", "list", "watch"];
        const pods = { apiGroups: [""], resources: ["pods"], verbs: read };
        const pools = {
            apiGroups: ["inference.networking.k8s.io"],
            resources: ["inferencepools"],
            verbs: read,
        };

        it("reads pods alone where no pool is", () => {
            for (const release of eppReleases) {
                assert.deepEqual(eppRules(release, { pool: false, leaderElection: false }), [pods]);
            }
        });

        it("reads what the release reads beside its pool", () => {
            const objectives = (version: string) =>
                eppRules(epp(version), { pool: true, leaderElection: false });
            assert.deepEqual(objectives("0.4"), [
                pods,
                pools,
                {
                    apiGroups: ["inference.networking.x-k8s.io"],
                    resources: ["inferenceobjectives"],
                    verbs: read,
                },
            ]);
            assert.deepEqual(objectives("0.9"), [
                pods,
                pools,
                {
                    apiGroups: ["inference.networking.x-k8s.io", "llm-d.ai"],
                    resources: ["inferenceobjectives", "inferencemodelrewrites"],
                    verbs: read,
                },
            ]);
        });

        it("writes a lease and events where a leader is elected", () => {
            assert.deepEqual(eppRules(epp("0.8"), { pool: false, leaderElection: true }).slice(1), [
                {
                    apiGroups: ["coordination.k8s.io"],
                    resources: ["leases"],
                    verbs: [...read, "create", "update", "patch", "delete"],
                },
                { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            ]);
        });
    });

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
