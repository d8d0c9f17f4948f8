import { strict as assert } from "assert";
import { eppConfig as rule } from "../../../policy/rules/eppConfig";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { configMap, picker, pickerConfig, pickerPool, poolArguments, simulator } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const withConfig = (config: unknown) => check(picker(), configMap(config));
const [producer, scorer] = pickerConfig.plugins;
const sized = (parameters: object) =>
    configMap({ ...pickerConfig, plugins: [{ ...producer, parameters }, scorer] });
const old = (parameters: object) =>
    configMap({ ...pickerConfig, plugins: [{ type: "prefix-cache-scorer", parameters }] });
const profile = (...plugins: unknown[]) =>
    withConfig({ ...pickerConfig, schedulingProfiles: [{ name: "a", plugins }] });
const image = (tag: string) => picker({ image: `llm-d-inference-scheduler:${tag}` });
const pods = [pickerPool(), simulator()];

describe("epp-config", () => {
    it("passes a configuration that loads", () => {
        assert.deepEqual(check(picker(), configMap(), ...pods), []);
        assert.deepEqual(check(picker({ args: ["--pool-name=pool"] })), []);
        assert.deepEqual(
            check(picker({ args: ["--pool-name=pool", `--config-text=${JSON.stringify(pickerConfig)}`] })),
            [],
        );
    });

    it("reports a file that is not mounted", () => {
        assert.deepEqual(check(picker({ container: { volumeMounts: [] } }), configMap()), [
            "Deployment models/epp: Deployment models/epp: --config-file=/config/epp.yaml (spec.template.spec.containers.0.args.2) is in no mounted volume (spec.template.spec.containers.0.volumeMounts).",
        ]);
        assert.deepEqual(check(picker({ volumes: [] }), configMap()), [
            "Deployment models/epp: Deployment models/epp: --config-file=/config/epp.yaml (spec.template.spec.containers.0.args.2) is mounted from volume config, which the pod does not have.",
        ]);
        assert.deepEqual(
            check(picker({ args: [...poolArguments, "--config-file=/config/other.yaml"] }), configMap()),
            [
                "Deployment models/epp: Deployment models/epp: --config-file=/config/other.yaml (spec.template.spec.containers.0.args.3) is not among the files of ConfigMap models/epp: epp.yaml.",
            ],
        );
        assert.deepEqual(check(picker()), [
            "Deployment models/epp: Deployment models/epp: --config-file=/config/epp.yaml (spec.template.spec.containers.0.args.2) is mounted from ConfigMap models/epp, which is not there.",
        ]);
        assert.deepEqual(
            check(picker(), { ...configMap(), metadata: { name: "epp", namespace: "elsewhere" } }),
            [
                "Deployment models/epp: Deployment models/epp: --config-file=/config/epp.yaml (spec.template.spec.containers.0.args.2) is mounted from ConfigMap models/epp, which is not there; there is ConfigMap elsewhere/epp.",
            ],
        );
    });

    it("follows renamed keys, single files and projected volumes", () => {
        assert.deepEqual(
            check(
                picker({
                    volumes: [
                        {
                            name: "config",
                            configMap: { name: "epp", items: [{ key: "epp.yaml", path: "other.yaml" }] },
                        },
                    ],
                }),
                configMap(),
            ),
            [
                "Deployment models/epp: Deployment models/epp: --config-file=/config/epp.yaml (spec.template.spec.containers.0.args.2) is not among the files of ConfigMap models/epp: epp.yaml.",
            ],
        );
        assert.deepEqual(
            check(
                picker({
                    args: ["--pool-name=pool", "--config-file=/config/other.yaml"],
                    volumes: [
                        {
                            name: "config",
                            configMap: { name: "epp", items: [{ key: "epp.yaml", path: "other.yaml" }] },
                        },
                    ],
                }),
                configMap(),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker({
                    args: ["--pool-name=pool", "--config-file=/etc/a.yaml"],
                    container: {
                        volumeMounts: [{ name: "config", mountPath: "/etc/a.yaml", subPath: "epp.yaml" }],
                    },
                }),
                configMap(),
            ),
            [],
        );
        assert.deepEqual(
            check(
                picker({
                    volumes: [
                        {
                            name: "config",
                            projected: {
                                sources: [{ secret: { name: "a" } }, { configMap: { name: "epp" } }],
                            },
                        },
                    ],
                }),
                configMap("kind: A"),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: Invalid input: expected string, received undefined.",
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins: Invalid input: expected array, received undefined.",
            ],
        );
    });

    it("leaves a Secret's content alone", () => {
        assert.deepEqual(check(picker({ volumes: [{ name: "config", secret: { secretName: "epp" } }] })), []);
    });

    it("reports what is no EndpointPickerConfig", () => {
        assert.deepEqual(withConfig("a: ["), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp: the EndpointPickerConfig is no YAML that an endpoint picker reads: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5:",
        ]);
        assert.deepEqual(withConfig("kind: A"), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: Invalid input: expected string, received undefined.",
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins: Invalid input: expected array, received undefined.",
        ]);
        assert.deepEqual(withConfig({ ...pickerConfig, kind: "A" }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, kind: kind A is not read by the EPP; write EndpointPickerConfig.",
        ]);
        assert.deepEqual(withConfig({ ...pickerConfig, apiVersion: "llm-d.ai/v1alpha1" }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: apiVersion llm-d.ai/v1alpha1 is not read by EPP 0.8; write inference.networking.x-k8s.io/v1alpha1.",
        ]);
        assert.deepEqual(
            check(image("v0.9.0"), configMap({ ...pickerConfig, apiVersion: "llm-d.ai/v1alpha1" })),
            [],
        );
    });

    it("reports plugins that the version does not have", () => {
        assert.deepEqual(
            withConfig({
                ...pickerConfig,
                plugins: [...pickerConfig.plugins, { type: "magic-scorer" }],
            }),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.2.type: Plugin magic-scorer: type magic-scorer is not known to EPP 0.8; the nearest is latency-scorer.",
            ],
        );
        assert.deepEqual(withConfig({ ...pickerConfig, plugins: [...pickerConfig.plugins, { name: "x" }] }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.2.type: Invalid input: expected string, received undefined.",
        ]);
        assert.deepEqual(
            check(
                image("v0.5.0"),
                configMap({ ...pickerConfig, plugins: [scorer, { type: "disagg-profile-handler" }] }),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.1.type: Plugin disagg-profile-handler: type disagg-profile-handler is not known to EPP 0.5; the nearest is single-profile-handler.",
            ],
        );
        assert.deepEqual(
            check(
                image("v0.9.0"),
                configMap({
                    ...pickerConfig,
                    apiVersion: "llm-d.ai/v1alpha1",
                    plugins: [scorer, { type: "magic-scorer" }],
                }),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.1.type: Plugin magic-scorer: type magic-scorer is not known to EPP 0.9; the nearest is latency-scorer.",
            ],
        );
    });

    it("reports what a strict version exits for, and experimental plugins without their flag", () => {
        const strict = configMap({
            ...pickerConfig,
            apiVersion: "llm-d.ai/v1alpha1",
            plugins: [
                { type: "prefix-cache-scorer", parameters: { blockSizeTokens: 64 } },
                { type: "session-affinity-scorer" },
            ],
            schedulingProfiles: [],
        });
        const newest = { image: "llm-d-router-endpoint-picker:v0.10.0" };
        const parameter =
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin prefix-cache-scorer: parameter blockSizeTokens is not known to EPP 0.10, which exits at start because of it; the nearest is matchLengthScaleTokens.";
        assert.deepEqual(check(picker(newest), strict), [
            parameter,
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.1.type: Plugin session-affinity-scorer: type session-affinity-scorer is experimental in EPP 0.10, which exits at start without --allow-experimental-plugins.",
        ]);
        const args = [...poolArguments, "--config-file=/config/epp.yaml", "--allow-experimental-plugins"];
        assert.deepEqual(check(picker({ ...newest, args }), strict), [parameter]);
    });

    it("accepts plugins that the config adds", () => {
        assert.deepEqual(
            checkStack(
                rule,
                [
                    picker(),
                    configMap({ ...pickerConfig, plugins: [...pickerConfig.plugins, { type: "ours" }] }),
                ],
                { config: { extraPlugins: ["ours"] } },
            ),
            [],
        );
    });

    it("reports names that are used twice or missing", () => {
        assert.deepEqual(
            withConfig({
                ...pickerConfig,
                plugins: [...pickerConfig.plugins, { type: "queue-scorer", name: "prefix-cache-scorer" }],
            }),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.2: The plugin name prefix-cache-scorer is used more than once.",
            ],
        );
        assert.deepEqual(
            withConfig({
                ...pickerConfig,
                plugins: [...pickerConfig.plugins, { type: "data-parallel-profile-handler" }],
                schedulingProfiles: [
                    { name: "a", plugins: [] },
                    { name: "a", plugins: [] },
                ],
            }),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.1: The scheduling profile name a is used more than once.",
            ],
        );
        assert.deepEqual(withConfig({ ...pickerConfig, schedulingProfiles: [{ plugins: [] }] }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.name: Invalid input: expected string, received undefined.",
        ]);
    });

    it("reports several profiles for a handler of one", () => {
        assert.deepEqual(
            withConfig({
                ...pickerConfig,
                plugins: [...pickerConfig.plugins, { type: "single-profile-handler" }],
                schedulingProfiles: [
                    { name: "a", plugins: [] },
                    { name: "b", plugins: [] },
                ],
            }),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles: single-profile-handler takes one scheduling profile, and there are several.",
            ],
        );
    });

    it("reports references to nothing", () => {
        assert.deepEqual(profile({ pluginRef: "queue-scorer" }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.pluginRef: Scheduling profile a: pluginRef queue-scorer is no entry of plugins; the nearest is prefix-cache-scorer.",
        ]);
        assert.deepEqual(profile({ weight: 1 }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.pluginRef: Invalid input: expected string, received undefined.",
        ]);
        assert.deepEqual(
            withConfig({ ...pickerConfig, saturationDetector: { pluginRef: "utilization-detector" } }),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, saturationDetector.pluginRef: saturationDetector: pluginRef utilization-detector is no entry of plugins; the nearest is prefix-cache-scorer.",
            ],
        );
    });

    it("reports weights that are not positive", () => {
        assert.deepEqual(
            profile(
                { pluginRef: "prefix-cache-scorer", weight: 0 },
                { pluginRef: "prefix-cache-scorer", weight: -1 },
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.weight: Scheduling profile a: weight of prefix-cache-scorer is 0; it must be positive.",
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.1.weight: Scheduling profile a: weight of prefix-cache-scorer is -1; it must be positive.",
            ],
        );
        assert.deepEqual(profile({ pluginRef: "prefix-cache-scorer", weight: "2" }), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.weight: Invalid input: expected number, received string.",
        ]);
        assert.deepEqual(profile({ pluginRef: "prefix-cache-scorer", weight: 0.5 }), []);
        assert.deepEqual(
            check(
                image("v0.4.0"),
                configMap({
                    ...pickerConfig,
                    plugins: [scorer],
                    schedulingProfiles: [
                        { name: "a", plugins: [{ pluginRef: "prefix-cache-scorer", weight: 0.5 }] },
                    ],
                }),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.weight: Scheduling profile a: weight of prefix-cache-scorer is 0.5; EPP 0.4 reads whole numbers only.",
            ],
        );
    });

    it("advises on what the version ignores", () => {
        assert.deepEqual(check(picker(), sized({ blocks: 16 }), ...pods), [
            "advisory: ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blocks: Plugin approx-prefix-cache-producer: parameter blocks is not known to EPP 0.8, which ignores it; the nearest is blockSize.",
        ]);
        assert.deepEqual(profile({ pluginRef: "approx-prefix-cache-producer", weight: 2 }), [
            "advisory: ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, schedulingProfiles.0.plugins.0.weight: Scheduling profile a: weight of approx-prefix-cache-producer is ignored, because that is a plugin, not a scorer.",
        ]);
    });

    it("advises on what is announced to go, and names what takes its place", () => {
        const ours = (tag: string) => picker({ image: `ghcr.io/llm-d/llm-d-router-endpoint-picker:${tag}` });
        const config = {
            ...pickerConfig,
            apiVersion: "inference.networking.x-k8s.io/v1alpha1",
            plugins: [{ type: "by-label", parameters: { label: "a", validValues: ["b"] } }],
            schedulingProfiles: [{ name: "a", plugins: [{ pluginRef: "by-label" }] }],
        };
        assert.deepEqual(check(ours("v0.10.0"), configMap(config)), [
            "advisory: ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: apiVersion inference.networking.x-k8s.io/v1alpha1 is announced to go in EPP 0.11; write llm-d.ai/v1alpha1 instead.",
            "advisory: ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.type: Plugin type by-label is announced to go in EPP 0.11; write label-selector-filter instead.",
        ]);
        assert.deepEqual(check(image("v0.8.0"), configMap(config)), []);
    });

    it("judges what all versions have in common where the version is not known", () => {
        const ours = picker({ image: "registry.example.com/epp:main" });
        assert.deepEqual(check(ours, configMap(), ...pods), []);
        assert.deepEqual(
            check(
                ours,
                configMap({
                    ...pickerConfig,
                    apiVersion: "v1",
                    plugins: [producer, scorer, { type: "ours" }],
                }),
                pickerPool(),
                simulator(undefined, ["--block-size=128"]),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: apiVersion v1 is not read by any EPP; write inference.networking.x-k8s.io/v1alpha1 or llm-d.ai/v1alpha1.",
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin approx-prefix-cache-producer: blockSizeTokens is 16, but the model servers' block of 128 tokens makes it 128 tokens. That is Deployment models/decode (--block-size at spec.template.spec.containers.0.args.0).",
            ],
        );
    });

    it("compares the block size with the simulator's", () => {
        assert.deepEqual(check(picker(), sized({ blockSizeTokens: 64 }), ...pods), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin approx-prefix-cache-producer: blockSizeTokens is 64, but the model servers' block of 16 tokens makes it 16 tokens. That is Deployment models/decode (the default of --block-size).",
        ]);
        assert.deepEqual(
            check(picker(), configMap(), pickerPool(), simulator(undefined, ["--block-size=32"])),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin approx-prefix-cache-producer: blockSizeTokens is 16, but the model servers' block of 32 tokens makes it 32 tokens. That is Deployment models/decode (--block-size at spec.template.spec.containers.0.args.0).",
            ],
        );
        assert.deepEqual(
            check(picker(), sized({}), pickerPool(), simulator(undefined, ["--block-size", "64"])),
            [],
        );
        assert.deepEqual(
            check(
                picker(),
                sized({ autoTune: false }),
                pickerPool(),
                simulator(undefined, ["--block-size", "64"]),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin approx-prefix-cache-producer: blockSizeTokens is 16 by default, but the model servers' block of 64 tokens makes it 64 tokens. That is Deployment models/decode (--block-size at spec.template.spec.containers.0.args.0).",
            ],
        );
    });

    it("counts characters up to GIE 1.3", () => {
        assert.deepEqual(check(image("v0.4.0"), old({ blockSize: 64 }), ...pods), []);
        assert.deepEqual(check(image("v0.5.0"), old({ blockSize: 16 }), ...pods), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSize: Plugin prefix-cache-scorer: blockSize is 16, but the model servers' block of 16 tokens makes it 64 characters. That is Deployment models/decode (the default of --block-size).",
        ]);
    });

    it("reports a size in characters alone, which is refused from GIE 1.4", () => {
        assert.deepEqual(check(image("v0.7.1"), old({ blockSize: 64 }), ...pods), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSize: Plugin prefix-cache-scorer: blockSize alone is refused by EPP 0.7; write blockSizeTokens.",
        ]);
        assert.deepEqual(check(image("v0.7.1"), old({ blockSize: 64, blockSizeTokens: 16 }), ...pods), []);
        assert.deepEqual(check(picker(), sized({ blockSize: 64 }), ...pods), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSize: Plugin approx-prefix-cache-producer: blockSize alone is refused by EPP 0.8; write blockSizeTokens.",
        ]);
    });

    it("compares the block size of the precise scorer", () => {
        assert.deepEqual(
            check(
                picker(),
                configMap({
                    ...pickerConfig,
                    plugins: [
                        ...pickerConfig.plugins,
                        {
                            type: "precise-prefix-cache-scorer",
                            parameters: { tokenProcessorConfig: { blockSize: 64 } },
                        },
                    ],
                }),
                ...pods,
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.2.parameters.tokenProcessorConfig.blockSize: Plugin precise-prefix-cache-scorer: tokenProcessorConfig.blockSize is 64, but the model servers' block of 16 tokens makes it 16 tokens. That is Deployment models/decode (the default of --block-size).",
            ],
        );
    });

    it("looks at the pods that a selector names", () => {
        assert.deepEqual(
            check(
                picker({
                    args: [
                        "--endpoint-selector=llm-d.ai/role=decode",
                        "--endpoint-target-ports=8200",
                        "--pool-namespace=models",
                        "--config-file=/config/epp.yaml",
                    ],
                }),
                sized({ blockSizeTokens: 8 }),
                simulator(),
            ),
            [
                "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins.0.parameters.blockSizeTokens: Plugin approx-prefix-cache-producer: blockSizeTokens is 8, but the model servers' block of 16 tokens makes it 16 tokens. That is Deployment models/decode (the default of --block-size).",
            ],
        );
        assert.deepEqual(
            check(
                picker({
                    args: [
                        "--endpoint-selector=llm-d.ai/role=prefill",
                        "--endpoint-target-ports=8200",
                        "--pool-namespace=models",
                        "--config-file=/config/epp.yaml",
                    ],
                }),
                sized({ blockSizeTokens: 8 }),
                simulator(),
            ),
            [],
        );
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(check(picker(), { ...configMap(), data: { "epp.yaml": unknown } }), [
            "waits: Deployment models/epp: data.epp.yaml of ConfigMap models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker({ args: ["--pool-name=pool", unknown] }), configMap()), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker(), configMap(), pickerPool(), simulator(undefined, [unknown])), [
            "waits: ConfigMap models/epp: spec.template.spec.containers.0.args.0 of Deployment models/decode is not known in preview",
        ]);
    });

    it("reports aliases that an endpoint picker's reader refuses, and no others", () => {
        const letters = "abcdefgh".split("");
        const bomb = [
            "a0: &a [x, x, x, x, x, x, x, x, x]",
            ...letters
                .slice(1)
                .map((name, at) => `${name}0: &${name} [${`*${letters[at] ?? ""}, `.repeat(9)}]`),
        ].join("\n");
        for (const text of [
            "plugins: [*missing]",
            bomb,
            "plugins: &p [*p]",
            "a: &a { b: { c: *a } }",
            "[".repeat(10_000),
        ]) {
            const said = withConfig(text);
            assert.equal(said.length, 1, text.slice(0, 40));
            assert.match(
                said[0] ?? "",
                /^ConfigMap models\/epp: .* is no YAML that an endpoint picker reads: /,
            );
        }
        const aliases = `
            apiVersion: inference.networking.x-k8s.io/v1alpha1
            kind: EndpointPickerConfig
            x-common: &common { type: queue-scorer }
            plugins: [{ <<: *common, name: a }, { <<: *common, name: b }]
            schedulingProfiles: [{ name: default, plugins: [{ pluginRef: a }, { pluginRef: b }] }]`;
        assert.deepEqual(withConfig(aliases), []);
    });

    it("does not read what is longer than any configuration, and says so", () => {
        assert.deepEqual(withConfig("[".repeat(1_000_000)), [
            "advisory: ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp: the EndpointPickerConfig is not judged: it has 1000000 characters, and no more than 131072 are read.",
        ]);
    });

    it("takes no longer for a large configuration", () => {
        const names = Array.from({ length: 1000 }, (_, at) => `plugin-${String(at)}`);
        const start = performance.now();
        withConfig({
            ...pickerConfig,
            plugins: names.map((name) => ({ type: "a".repeat(100), name })),
            schedulingProfiles: [{ name: "a", plugins: names.map((name) => ({ pluginRef: `${name}-` })) }],
        });
        assert.ok(performance.now() - start < 5000);
    });
});
