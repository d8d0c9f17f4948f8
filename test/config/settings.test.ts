import { strict as assert } from "assert";
import * as pulumi from "@pulumi/pulumi";
import * as fs from "fs";
import * as path from "path";
import { inspect } from "util";
import { parse } from "yaml";
import {
    imagesOf,
    parseSettings,
    SettingsError,
    settingsFrom,
    settingsSchema,
} from "../../components/settings";
import { warningsOf } from "../../components/warnings";
import { runProgram } from "../support/mocks";
import { badInputs } from "./badInputs";

/** Config as the engine hands it over: text as it is, everything else as JSON. */
function asPulumiConfig(config: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

function readYaml(file: string): { config: Record<string, { default?: unknown }> } {
    return parse(fs.readFileSync(path.resolve(__dirname, "../..", file), "utf8")) as {
        config: Record<string, { default?: unknown }>;
    };
}

describe("settings", () => {
    for (const { config, messages } of badInputs) {
        it(`refuses ${JSON.stringify(config).slice(0, 100)}`, () => {
            assert.throws(
                () => parseSettings(asPulumiConfig(config)),
                (error) => error instanceof SettingsError && error.message === messages.join("\n"),
            );
        });
    }

    const good: Record<string, Record<string, unknown>> = {
        "no limit of a request beside one of an attempt": {
            routing: { requestTimeout: "0s", backendRequestTimeout: "5m" },
        },
        "the same amount written in two ways": {
            resources: { decode: { requests: { cpu: "700m" }, limits: { cpu: "0.7" } } },
        },
        "a header of a model that every request must carry anyway": {
            routing: { headers: { "X-Tenant": "blue" } },
            models: { a: { match: { header: { name: "x-tenant", value: "blue" } } } },
        },
        "a model for what no other takes": {
            models: { a: { match: { path: "/a" } }, b: { match: { path: "/" } } },
        },
        "a model called as what every object has": {
            models: { constructor: { match: { path: "/a" } }, b: { match: { path: "/b" } } },
        },
        "an objective called as what every object has, beside another of the model": {
            ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            objectives: { constructor: 1 },
            models: { a: { objectives: { batch: 2 } } },
        },
        "labels and tolerations up to their limits": {
            placement: {
                decode: {
                    nodeSelector: { [`${"a".repeat(253)}/${"B".repeat(63)}`]: "", x: "7" },
                    tolerations: [{ operator: "Exists" }, { key: "gpu", value: "" }],
                    affinity: {
                        podAntiAffinity: {
                            requiredDuringSchedulingIgnoredDuringExecution: [
                                {
                                    topologyKey: "topology.kubernetes.io/zone",
                                    labelSelector: { matchExpressions: [{ key: "a", operator: "Exists" }] },
                                    matchLabelKeys: ["pod-template-hash"],
                                },
                            ],
                        },
                    },
                },
            },
        },
        "arguments that a release knows, and others may not": {
            epp: { extraArgs: ["--enable-pprof=true", "--grpc-max-recv-msg-size=8388608"] },
            simulator: { extraArgs: ["--zmq-endpoint=tcp://a:5557", "--no-omni=true", "--v=5"] },
        },
        "variables besides the program's own": {
            epp: { env: { GOGC: "200", OTEL_EXPORTER_OTLP_HEADERS: { secretName: "otel", key: "headers" } } },
            simulator: { env: { HF_TOKEN: { secretName: "hugging-face", key: "token" } } },
        },
        "an EPP without a limit of CPU, and one with it": {
            resources: { epp: { requests: { cpu: "4" } } },
            models: { a: { resources: { epp: { limits: { cpu: "4" } } } } },
        },
        "experimental plugins that are allowed": {
            epp: {
                allowExperimentalPlugins: true,
                plugins: "custom",
                customConfig: {
                    apiVersion: "llm-d.ai/v1alpha1",
                    kind: "EndpointPickerConfig",
                    plugins: [{ type: "topology-affinity-scorer" }, { type: "max-score-picker" }],
                    schedulingProfiles: [
                        { name: "default", plugins: [{ pluginRef: "topology-affinity-scorer" }] },
                    ],
                },
            },
        },
        "a match of a model by the one name that is served": {
            models: { a: { match: { modelName: true }, simulator: { servedModelNames: ["llama"] } } },
        },
        "a namespace that every cluster has, where it is there already": {
            namespaces: { simulator: "default", create: false },
        },
    };
    for (const [what, config] of Object.entries(good)) {
        it(`accepts ${what}`, () => {
            assert.doesNotThrow(() => parseSettings(asPulumiConfig(config)));
        });
    }

    it("refuses objectives of two models that are called alike, and no others", () => {
        const both = (one: string, other: string) =>
            asPulumiConfig({
                ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
                models: {
                    a: { match: { path: "/a" }, objectives: { [one]: 1 } },
                    b: { match: { path: "/b" }, objectives: { [other]: 1 } },
                },
            });
        assert.doesNotThrow(() => parseSettings(both("batch", "constructor")));
        assert.throws(
            () => parseSettings(both("constructor", "constructor")),
            /models\.b\.objectives\.constructor/,
        );
    });

    it("refuses a name without a value, which Pulumi hands over as the text null", () => {
        assert.throws(() => parseSettings({ release: "null" }), /^Error: release: null is not allowed/);
    });

    const foreign: Record<string, { values: object; message: string }> = {
        "an Output": {
            values: { replicas: { decode: pulumi.output(3) } },
            message:
                "replicas.decode: an Output, whose value is not known yet, is not allowed; allowed: a whole number from 1 to 1000.",
        },
        "a secret Output of a model's": {
            values: { models: { chat: { match: { path: pulumi.secret("/chat") } } } },
            message:
                "models.chat.match.path: an Output, whose value is not known yet, is not allowed; allowed: an absolute path of at most 1024 characters without . and .. as segments, e.g. /llama.",
        },
        "an Output in place of many settings": {
            values: { pods: pulumi.output({ fixedUser: false }) },
            message:
                "pods: an Output, whose value is not known yet, is not allowed; allowed: an object with any of fixedUser.",
        },
        "a Promise": {
            values: { release: Promise.resolve("a") },
            message:
                "release: a Promise, whose value is not known yet, is not allowed; allowed: a DNS-1123 label (at most 63 of a-z, 0-9 and '-', no '-' at either end).",
        },
        "a function": {
            values: { epp: { customConfig: { plugins: [() => 1] } } },
            message:
                "epp.customConfig.plugins.0: a value that is no JSON is not allowed; allowed: an EndpointPickerConfig object.",
        },
        "a bigint": {
            values: { replicas: { decode: 3n } },
            message:
                "replicas.decode: a value that is no JSON is not allowed; allowed: a whole number from 1 to 1000.",
        },
        "a text where JSON of a config would be read": {
            values: { protect: "true" },
            message: 'protect: "true" is not allowed; allowed: true or false.',
        },
    };
    for (const [what, { values, message }] of Object.entries(foreign)) {
        it(`refuses ${what}, in a program's own settings`, () => {
            assert.throws(
                () => settingsFrom(values),
                (error) => {
                    assert.ok(error instanceof SettingsError, String(error));
                    assert.equal(error.message, message);
                    return true;
                },
            );
        });
    }

    it("refuses a value that holds itself, in a program's own settings", () => {
        const itself: Record<string, unknown> = {};
        itself.itself = itself;
        assert.throws(
            () => settingsFrom({ epp: { customConfig: itself } }),
            /^Error: epp\.customConfig\.itself: a value nested more than 64 levels deep is not allowed/,
        );
    });

    it("takes a key without a value for none, in a program's own settings", () => {
        const without = { replicas: { decode: undefined }, protect: undefined, none: undefined };
        assert.deepEqual(settingsFrom(without), settingsFrom({}));
    });

    it("reads a program's own texts as they are", () => {
        assert.equal(settingsFrom({ release: "null" }).release, "null");
    });

    it("names the first of many problems, and counts the others", () => {
        const tolerations = Array.from({ length: 100 }, () => ({}));
        assert.throws(
            () => parseSettings(asPulumiConfig({ placement: { epp: { tolerations } } })),
            (error) =>
                error instanceof SettingsError && /^(.*\n){30}\.\.\. and 70 more\.$/.test(error.message),
        );
    });

    it("has at least 40 bad inputs to refuse", () => {
        assert.ok(badInputs.length >= 40);
    });

    it("registers nothing when a setting is bad", async () => {
        await assert.rejects(runProgram({ replicas: { decode: -1 } }), SettingsError);
    });

    it("fills in every default", () => {
        const settings = parseSettings({});
        assert.equal(settings.release, "inference-scheduling");
        assert.deepEqual(settings.namespaces, {
            scheduler: "llm-d-inference-scheduler",
            simulator: "llm-d-sim",
            labels: {},
            create: true,
        });
        assert.deepEqual(settings.replicas, { decode: 3, prefill: 1, epp: 1 });
        assert.equal(settings.extProc.enabled, false);
    });

    it("keeps the other defaults of an object when one of its settings is given", () => {
        const settings = parseSettings({ replicas: '{"decode":5}' });
        assert.deepEqual(settings.replicas, { decode: 5, prefill: 1, epp: 1 });
    });

    it("reads text settings as text", () => {
        assert.equal(parseSettings({ release: "123" }).release, "123");
    });

    it("accepts a digest when the version is given beside it", () => {
        const digest = `ghcr.io/llm-d/llm-d-inference-sim@sha256:${"0".repeat(64)}`;
        const settings = parseSettings({
            images: JSON.stringify({ simulator: digest, simulatorVersion: "0.10" }),
        });
        assert.equal(settings.images.simulator, digest);
    });

    it("take every image of every model from the registry that is set, and keep the rest of its path", () => {
        const settings = parseSettings({
            images: JSON.stringify({ registry: "mirror.example.com:5000/ghcr" }),
            models: JSON.stringify({
                a: { match: { path: "/a" } },
                b: {
                    match: { path: "/b" },
                    images: { registry: "other.example.com", epp: "ghcr.io/team/picker:v0.9.0" },
                },
            }),
        });
        assert.deepEqual(settings.models.map(imagesOf), [
            {
                epp: "mirror.example.com:5000/ghcr/llm-d/llm-d-router-endpoint-picker:v0.10.0",
                sidecar: "mirror.example.com:5000/ghcr/llm-d/llm-d-router-disagg-sidecar:v0.10.0",
                simulator: "mirror.example.com:5000/ghcr/llm-d/llm-d-inference-sim:v0.10.2",
            },
            {
                epp: "other.example.com/team/picker:v0.9.0",
                sidecar: "other.example.com/llm-d/llm-d-router-disagg-sidecar:v0.9.0",
                simulator: "other.example.com/llm-d/llm-d-inference-sim:v0.10.2",
            },
        ]);
    });

    it("warn once of an image of the closed package, however many models run it, and of no mirror", () => {
        const epp = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.5.1";
        const warned = (images: object, models: object = {}) =>
            warningsOf(parseSettings({ images: JSON.stringify(images), models: JSON.stringify(models) }));
        const models = { a: { match: { path: "/a" } }, b: { match: { path: "/b" } } };
        assert.deepEqual(warned({ epp }, models), [
            `images.epp: ${epp} is of a package that is closed to anonymous pulls; use ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0, or a mirror (images.registry).`,
        ]);
        assert.deepEqual(warned({ epp, registry: "mirror.example.com" }, models), []);
        assert.deepEqual(warned({}), []);
    });

    it("warn once of what a configuration says in words that are to go, and of nothing that its EPP alone has", () => {
        const customConfig = {
            apiVersion: "inference.networking.x-k8s.io/v1alpha1",
            kind: "EndpointPickerConfig",
            plugins: [{ type: "by-label-selector", name: "roles" }, { type: "decode-filter" }],
            schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "roles" }] }],
        };
        const warned = (images: object, models: object = {}) =>
            warningsOf(
                parseSettings({
                    extProc: '{"enabled":true}',
                    routing: '{"backend":"InferencePool"}',
                    epp: JSON.stringify({ plugins: "custom", customConfig }),
                    images: JSON.stringify(images),
                    models: JSON.stringify(models),
                }),
            );
        const told = [
            "epp.customConfig: apiVersion inference.networking.x-k8s.io/v1alpha1 is announced to go in EPP 0.11; write llm-d.ai/v1alpha1 instead. Plugin type by-label-selector is announced to go in EPP 0.11; write label-selector-filter instead. `npm run epp-config -- migrate` rewrites what it can.",
        ];
        assert.deepEqual(warned({}), told);
        assert.deepEqual(warned({}, { a: { match: { path: "/a" } }, b: { match: { path: "/b" } } }), told);
        assert.deepEqual(warned({ epp: "registry.example.com/llm-d-inference-scheduler:v0.8.0" }), []);
    });

    it("are the same in Pulumi.yaml as in the schema, with the same defaults", () => {
        const { config } = readYaml("Pulumi.yaml");
        assert.deepEqual(Object.keys(config).sort(), Object.keys(settingsSchema.shape).sort());
        const defaults = Object.fromEntries(
            Object.entries(config).map(([key, declaration]) => [key, declaration.default]),
        );
        assert.deepEqual(parseSettings(asPulumiConfig(defaults)), parseSettings({}));
    });

    it("of every environment are valid", () => {
        const files = fs
            .readdirSync(path.resolve(__dirname, "../.."))
            .filter((file) => /^Pulumi\..+\.yaml$/.test(file));
        assert.ok(files.includes("Pulumi.dev.yaml"));
        for (const file of files) {
            const config = Object.fromEntries(
                Object.entries(readYaml(file).config).map(([key, value]) => [
                    key.replace(/^llm-d-inference:/, ""),
                    value,
                ]),
            );
            assert.doesNotThrow(() => parseSettings(asPulumiConfig(config)), file);
        }
    });

    it("are refused with an error that is printed without its stack, which Node 20 cannot colour where a frame is of Pulumi's SDK", () => {
        const error = new SettingsError([{ setting: "a", message: "a: 1 is not allowed; allowed: 2." }]);
        error.stack = `${String(error)}\n    at async Stack.initialize (/node_modules/@pulumi/resource.ts:1598:22)`;
        assert.equal(inspect(error, { colors: true }), "a: 1 is not allowed; allowed: 2.");
    });
});
