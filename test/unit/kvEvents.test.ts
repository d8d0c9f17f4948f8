import { strict as assert } from "assert";
import { parse } from "yaml";
import type { PickerConfig } from "../../releases";
import {
    eppReleases,
    findEpp,
    incompatibilities,
    kvEventsRefusal,
    lintPickerConfig,
    presetConfig,
    presetsOf,
    simulatorReleases,
} from "../../releases";
import { containersOf } from "../support/containers";
import { deepMerge } from "../../objects/merge";
import { objectsOf, runSettings } from "../support/objects";

const precise = "precise-prefix-cache";

describe("precise prefix scores", () => {
    describe("and the table of releases", () => {
        const pairs = eppReleases.flatMap((picker) =>
            simulatorReleases.map((server) => ({ picker, server, refusal: kvEventsRefusal(picker, server) })),
        );

        it("are there for EPPs that ask a model server for tokens, and simulators that tell them", () => {
            const works = pairs.filter(({ refusal }) => refusal === undefined);
            assert.deepEqual([...new Set(works.map(({ picker }) => picker.minor))], ["0.9", "0.10"]);
            assert.deepEqual(
                [...new Set(works.map(({ server }) => server.since))],
                ["0.9.2", "0.10.0", "0.10.1"],
            );
        });

        it("are refused for any other pair, once, and only where they are asked for", () => {
            for (const { picker, server, refusal } of pairs) {
                const set = {
                    epp: picker.minor,
                    simulator: server.since,
                    backend: "InferencePool",
                    models: 1,
                } as const;
                const others = incompatibilities(set).map(({ reason }) => reason);
                assert.deepEqual(
                    incompatibilities({ ...set, kvEvents: true }).map(({ reason }) => reason),
                    [...others, ...(refusal === undefined ? [] : [refusal])],
                );
            }
        });

        it("have a preset where the EPP can, which is not made without what it needs", () => {
            for (const release of eppReleases) {
                assert.throws(
                    () => presetConfig(precise, release, { blockSize: 16 }),
                    presetsOf(release).includes(precise) ? /is not told/ : /cannot run/,
                );
            }
        });
    });

    describe("and the linter", () => {
        const release = findEpp("0.10")!;
        const lint = (change: (config: PickerConfig) => void): string[] => {
            const config = presetConfig(precise, release, {
                blockSize: 16,
                kvEvents: { model: "m", renderUrl: "http://a", port: 5557 },
            });
            change(config);
            return lintPickerConfig(config, release, 16).map(({ message }) => message);
        };
        const plugin = ({ plugins }: PickerConfig, type: string) =>
            plugins.find((candidate) => candidate.type === type)!;

        it("are told from estimated ones", () => {
            const estimated = [
                "Plugin precise-prefix-cache-producer: no token-producer asks a model server for tokens (vllm), so that EPP 0.10 estimates them, and finds none of them in any cache.",
            ];
            assert.deepEqual(
                lint((config) =>
                    config.plugins.splice(config.plugins.indexOf(plugin(config, "token-producer")), 1),
                ),
                estimated,
            );
            assert.deepEqual(
                lint((config) => (plugin(config, "token-producer").parameters = { estimate: {} })),
                estimated,
            );
        });

        it("are told from those that nobody reads", () => {
            const unread = [
                "Plugin precise-prefix-cache-producer: no plugin has it as prefixMatchInfoProducerName; a prefix-cache-scorer without one reads what EPP 0.10 remembers by itself.",
            ];
            assert.deepEqual(
                lint((config) => delete plugin(config, "prefix-cache-scorer").parameters),
                unread,
            );
            assert.deepEqual(
                lint((config) => config.plugins.push({ type: "precise-prefix-cache-scorer" })),
                [],
            );
        });

        it("have the model servers' block", () => {
            const [message = ""] = lint((config) => {
                plugin(config, "precise-prefix-cache-producer").parameters!.tokenProcessorConfig = {
                    blockSizeTokens: 64,
                };
            });
            assert.match(message, /blockSizeTokens is 64, but the model servers' block of 16 tokens/);
        });
    });

    describe("and what is deployed", () => {
        const settings = {
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
            epp: { plugins: precise },
            simulator: { model: "meta-llama/Llama-3.1-8B-Instruct", blockSize: 32 },
        } as const;

        interface Producer {
            type: string;
            parameters: {
                modelName: string;
                vllm: { url: string };
                tokenProcessorConfig: { blockSizeTokens: number; hashSeed: string };
                kvEventsConfig: { zmqEndpoint: string };
            };
        }

        /** What each side was told: the EPP's plugins, and the simulators' flags and environment. */
        async function bothSides(change: object) {
            const run = await runSettings(deepMerge(settings, change) as object);
            const of = (kind: string, suffix: string) =>
                objectsOf(run).find(
                    ({ inputs }) => inputs.kind === kind && inputs.metadata.name.endsWith(suffix),
                )!.inputs as unknown as {
                    metadata: { name: string; namespace: string };
                    data: Record<string, string>;
                    spec: { ports: { port: number }[] };
                };
            const { plugins } = parse(Object.values(of("ConfigMap", "-epp").data)[0]!) as {
                plugins: Producer[];
            };
            const parameters = (type: string) => plugins.find((entry) => entry.type === type)!.parameters;
            const [server] = containersOf(run, "-decode");
            const flag = (name: string) =>
                server!.args.find((argument) => argument.startsWith(`--${name}=`))!.slice(name.length + 3);
            return { of, parameters, flag, server: server! };
        }

        for (const [path, change] of Object.entries({
            "a pool": {},
            "a Service": { routing: { backend: "Service" } },
        })) {
            it(`tells both sides one block size, seed, model and address, with ${path}`, async () => {
                const { of, parameters, flag, server } = await bothSides(change);
                const { tokenProcessorConfig, kvEventsConfig } = parameters("precise-prefix-cache-producer");
                assert.deepEqual(
                    [flag("block-size"), flag("hash-seed"), flag("model")],
                    [
                        String(tokenProcessorConfig.blockSizeTokens),
                        tokenProcessorConfig.hashSeed,
                        parameters("token-producer").modelName,
                    ],
                );
                const service = of("Service", "-epp").metadata;
                assert.equal(
                    flag("zmq-endpoint"),
                    `tcp://${service.name}.${service.namespace}.svc.cluster.local:5557`,
                );
                assert.equal(kvEventsConfig.zmqEndpoint, "tcp://0.0.0.0:5557");
                const proxy = of("Service", "-proxy");
                assert.equal(
                    parameters("token-producer").vllm.url,
                    `http://${proxy.metadata.name}.${proxy.metadata.namespace}.svc.cluster.local:${String(proxy.spec.ports[0]!.port)}`,
                );
                assert.deepEqual(
                    server.env.filter(({ name }) => /^POD_(IP|ADDRESS)$/.test(name)).map(({ name }) => name),
                    // Kubernetes replaces what stands before it alone.
                    ["POD_ADDRESS", "POD_IP"],
                );
            });
        }

        it("has no port and no events with another preset", async () => {
            const { of, server } = await bothSides({ epp: { plugins: "prefix-cache" } });
            assert.ok(!of("Service", "-epp").spec.ports.some(({ port }) => port === 5557));
            assert.ok(!server.args.some((argument) => /^--(zmq-endpoint|hash-seed)/.test(argument)));
            assert.ok(!server.env.some(({ name }) => name === "POD_ADDRESS"));
        });
    });
});
