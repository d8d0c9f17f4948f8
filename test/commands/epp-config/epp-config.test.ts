import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { migrate } from "../../../commands/epp-config/migrate";
import { PickerDocument } from "../../../commands/epp-config/pickerDocument";
import { npmRun } from "../../../commands/shared/npmRun";
import type { EppRelease, PickerConfig, Preset } from "../../../releases";
import { eppReleases, findEpp, lintPickerConfig, presetConfig, presets, presetsOf } from "../../../releases";
import { temporaryFolder } from "../../local/temporary";

describe("epp-config migrate", () => {
    function migrated(text: string, from: string, to: string) {
        const document = PickerDocument.parse(text, "epp.yaml");
        const migration = migrate(document, findEpp(from)!, findEpp(to)!);
        return { ...migration, text: document.toString(), config: document.toJS() };
    }

    const config = (...plugins: string[]): string =>
        [
            "apiVersion: inference.networking.x-k8s.io/v1alpha1",
            "kind: EndpointPickerConfig",
            "plugins:",
            ...plugins.map((plugin) => `- ${plugin}`),
            "",
        ].join("\n");

    const options = {
        blockSize: 64,
        kvEvents: { model: "m", renderUrl: "http://proxy:8200", port: 5557 },
    };

    const scorersOf = (preset: Preset, release: EppRelease): string[] =>
        presetConfig(preset, release, options).schedulingProfiles.flatMap(({ plugins }) =>
            plugins.filter(({ weight }) => weight !== undefined).map(({ pluginRef }) => pluginRef),
        );

    const without = (types: readonly string[], given: PickerConfig): PickerConfig => ({
        ...given,
        plugins: given.plugins.filter(({ type }) => !types.includes(type)),
        schedulingProfiles: given.schedulingProfiles.map((profile) => ({
            ...profile,
            plugins: profile.plugins.filter(({ pluginRef }) => !types.includes(pluginRef)),
        })),
    });

    for (const preset of presets) {
        const releases = eppReleases.filter((release) => presetsOf(release).includes(preset));
        for (const [index, from] of releases.entries()) {
            for (const to of releases.slice(index)) {
                it(`makes of the preset ${preset} of ${from.minor} that of ${to.minor}`, () => {
                    const text = stringify(presetConfig(preset, from, options));
                    const result = migrated(text, from.minor, to.minor);
                    // A scorer that a preset has from some release on was not the author's.
                    const added = scorersOf(preset, to).filter(
                        (type) => !scorersOf(preset, from).includes(type),
                    );
                    assert.deepEqual(result.config, without(added, presetConfig(preset, to, options)));
                    assert.deepEqual(result.undecided, []);
                    assert.equal(result.changes.length === 0, result.text === text);
                });
            }
        }
    }

    it("leaves comments and order where they are", () => {
        const text = [
            "# ours",
            "apiVersion: inference.networking.x-k8s.io/v1alpha1",
            "kind: EndpointPickerConfig",
            "featureGates:",
            "- prepareDataPlugins # for the decider",
            "- flowControl # slow start",
            "plugins:",
            "# by label",
            "- type: by-label-selector # decode only",
            "  parameters:",
            "    matchLabels: { role: decode } # as the chart",
            "- type: prefix-cache-scorer",
            "  parameters:",
            "    # in characters",
            "    blockSize: 256 # 64 tokens",
            "schedulingProfiles:",
            "- name: default",
            "  plugins:",
            "  - pluginRef: by-label-selector # first",
            "  - pluginRef: prefix-cache-scorer",
            "    weight: 2 # twice",
            "",
        ].join("\n");
        const { text: result } = migrated(text, "0.5", "0.10");
        for (const comment of text.match(/#.*/g)!.filter((line) => line !== "# for the decider")) {
            assert.ok(result.includes(comment), comment);
        }
        assert.match(result, /type: label-selector-filter # decode only/);
        assert.match(result, /pluginRef: label-selector-filter # first/);
        assert.match(result, /blockSizeTokens: 64 # 64 tokens/);
        assert.doesNotMatch(result, /prepareDataPlugins/);
    });

    it("moves what an engine's metrics are called into its engineConfigs", () => {
        const text = config(
            "{ type: model-server-protocol-metrics, parameters: { kvUsageSpec: mine:kv, queueRequestsSpec: mine:queue } }",
        );
        const { config: result, undecided } = migrated(text, "0.6", "0.9");
        assert.deepEqual((result as { plugins: unknown[] }).plugins, [
            {
                type: "core-metrics-extractor",
                parameters: {
                    engineConfigs: [
                        {
                            name: "vllm",
                            queuedRequestsSpec: "mine:queue",
                            runningRequestsSpec: "vllm:num_requests_running",
                            kvUsageSpec: "mine:kv",
                            loraSpec: "vllm:lora_requests_info",
                            cacheInfoSpec: "vllm:cache_config_info",
                        },
                    ],
                },
            },
        ]);
        assert.deepEqual(undecided, []);
    });

    it("makes expressions of a label and its values", () => {
        const pluginsOf = (parameters: string) =>
            migrated(config(`{ type: by-label, name: mine, parameters: ${parameters} }`), "0.4", "0.9");
        const filter = (expression: object) => [
            { type: "label-selector-filter", name: "mine", parameters: { matchExpressions: [expression] } },
        ];
        assert.deepEqual(
            (pluginsOf("{ label: role, validValues: [a, b] }").config as { plugins: unknown }).plugins,
            filter({ key: "role", operator: "In", values: ["a", "b"] }),
        );
        assert.deepEqual(
            (pluginsOf("{ label: role, allowsNoLabel: true }").config as { plugins: unknown }).plugins,
            filter({ key: "role", operator: "DoesNotExist" }),
        );
        const both = pluginsOf("{ label: role, validValues: [a], allowsNoLabel: true }");
        assert.match(both.undecided.join(), /mine: by-label that allows role to be missing/);
    });

    it("moves nested parameters, and says what it cannot decide", () => {
        const nested =
            "{ indexerConfig: { tokenProcessorConfig: { blockSize: 64 } }, kvEventsConfig: { topicFilter: kv } }";
        const { config: result } = migrated(
            config(`{ type: precise-prefix-cache-scorer, parameters: ${nested} }`),
            "0.4",
            "0.7",
        );
        assert.deepEqual((result as { plugins: unknown[] }).plugins, [
            {
                type: "precise-prefix-cache-scorer",
                parameters: {
                    kvEventsConfig: { topicFilter: "kv" },
                    tokenProcessorConfig: { blockSize: 64 },
                },
            },
        ]);
        const gone = migrated(config("{ type: predicted-latency-scorer }"), "0.6", "0.9");
        assert.match(gone.undecided.join(), /type predicted-latency-scorer is not known to EPP 0\.9/);
    });

    it("takes out what the older release ignored and a strict one refuses", () => {
        const text = config("{ type: queue-scorer, parameters: { treshold: 3 } }");
        assert.deepEqual(
            lintPickerConfig(parse(text), findEpp("0.6")).map(({ id }) => id),
            ["parameter"],
        );
        const { config: result, changes, undecided } = migrated(text, "0.6", "0.10");
        assert.deepEqual((result as { plugins: unknown[] }).plugins, [{ type: "queue-scorer" }]);
        assert.match(changes.join("\n"), /queue-scorer: parameter treshold is taken out/);
        assert.deepEqual(undecided, []);
    });

    describe("as a command", () => {
        const folder = temporaryFolder();
        const run = (...args: string[]) => {
            return execa(process.execPath, [...npmRun("commands/epp-config/main.ts"), "migrate", ...args], {
                cwd: path.resolve(__dirname, "../../.."),
                reject: false,
            });
        };

        it("writes the configuration, tells changes apart from it, and exits with 1 while something is open", async () => {
            const file = path.join(folder(), "epp.yaml");
            fs.writeFileSync(file, config("{ type: decode-filter }", "{ type: predicted-latency-scorer }"));
            const { stdout, stderr, exitCode } = await run("--from", "0.6.1", "--to", "v0.10.0", file);
            assert.equal((parse(stdout) as { apiVersion: string }).apiVersion, "llm-d.ai/v1alpha1");
            assert.match(stderr, /^apiVersion: .*\n[^]*Left to decide: .*predicted-latency-scorer/);
            assert.equal(exitCode, 1);

            const out = path.join(folder(), "new.yaml");
            fs.writeFileSync(file, config("{ type: decode-filter }"));
            const written = await run("--from", "0.6", "--to", "0.10", "--out", out, file);
            assert.deepEqual([written.exitCode, written.stdout], [0, ""]);
            assert.match(fs.readFileSync(out, "utf8"), /llm-d\.ai\/v1alpha1/);
        });

        it("refuses what it cannot use in one line", async () => {
            const file = path.join(folder(), "list.yaml");
            fs.writeFileSync(file, "- a\n");
            for (const [args, expected] of [
                [
                    ["--from", "0.6", "--to", "0.4", file],
                    /^epp-config: --to: 0\.4 is older than 0\.6; allowed/,
                ],
                [
                    ["--from", "9", "--to", "0.10", file],
                    /^epp-config: --from: "9" is not allowed; allowed: 0\.4, /,
                ],
                [
                    ["--from", "0.6", "--to", "0.10", file],
                    /no EndpointPickerConfig; allowed: one YAML mapping/,
                ],
                [["--from", "0.6", "--to", "0.10", "missing.yaml"], /missing\.yaml cannot be read/],
                [["--from", "0.6", file], /required option '--to <version>' not specified/],
            ] as const) {
                const { stderr, exitCode } = await run(...args);
                assert.equal(exitCode, 2);
                assert.match(stderr, expected);
                assert.equal(stderr.split("\n").length, 1, stderr);
            }
        });
    });
});
