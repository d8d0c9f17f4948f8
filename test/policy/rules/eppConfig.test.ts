import { strict as assert } from "assert";
import { eppConfig as rule } from "../../../policy/rules/eppConfig";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { configMap, picker, pickerConfig, pickerPool, poolArguments, simulator } from "./pickerFixtures";
import { processorTime } from "../../support/processor";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const withConfig = (config: unknown) => check(picker(), configMap(config));
const [producer, scorer] = pickerConfig.plugins;
const sized = (parameters: object) =>
    configMap({ ...pickerConfig, plugins: [{ ...producer, parameters }, scorer] });
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
        assert.deepEqual(withConfig("kind: A"), [
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, apiVersion: Invalid input: expected string, received undefined.",
            "ConfigMap models/epp: data.epp.yaml of ConfigMap models/epp, plugins: Invalid input: expected array, received undefined.",
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

    it("reports names of profiles that are used twice", () => {
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
    });

    it("reports weights that are no numbers of the version", () => {
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
        const took = processorTime(() =>
            withConfig({
                ...pickerConfig,
                plugins: names.map((name) => ({ type: "a".repeat(100), name })),
                schedulingProfiles: [
                    { name: "a", plugins: names.map((name) => ({ pluginRef: `${name}-` })) },
                ],
            }),
        );
        assert.ok(took < 5000, `${String(took)} ms`);
    });
});
