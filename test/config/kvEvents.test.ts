import { strict as assert } from "assert";
import type { Settings } from "../../components/settings";
import { hasKvEvents, parseSettings } from "../../components/settings";
import { warningsOf } from "../../components/warnings";

describe("settings of an EPP that knows prompts by events", () => {
    const listening = (kvEventsConfig: object) => ({
        apiVersion: "llm-d.ai/v1alpha1",
        kind: "EndpointPickerConfig",
        plugins: [
            { type: "token-producer", parameters: { modelName: "random", vllm: { url: "http://a" } } },
            { type: "precise-prefix-cache-producer", parameters: { kvEventsConfig } },
            {
                type: "prefix-cache-scorer",
                parameters: { prefixMatchInfoProducerName: "precise-prefix-cache-producer" },
            },
        ],
        schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "prefix-cache-scorer", weight: 1 }] }],
    });
    const bound = { zmqEndpoint: "tcp://*:5557", discoverPods: false };
    const parsed = (customConfig: object, extraArgs: string[] = [], images: object = {}) =>
        parseSettings({
            extProc: '{"enabled":true}',
            routing: '{"backend":"InferencePool"}',
            epp: JSON.stringify({ plugins: "custom", customConfig }),
            simulator: JSON.stringify({ extraArgs }),
            images: JSON.stringify(images),
        });
    const publishes = (settings: Settings) => settings.models.map(hasKvEvents);

    it("have simulators publish where a configuration of the user's own listens", () => {
        assert.deepEqual(warningsOf(parsed(listening(bound))), []);
        assert.deepEqual(publishes(parsed(listening(bound))), [true]);
        assert.throws(
            () => parsed(listening(bound), ["--zmq-endpoint=tcp://a:5557"]),
            /epp\.plugins sets --zmq-endpoint/,
        );
    });

    it("warn of one that listens nowhere, or at a port that its Service does not have", () => {
        for (const kvEventsConfig of [{}, { zmqEndpoint: "tcp://*:5556" }]) {
            const settings = parsed(listening(kvEventsConfig));
            assert.deepEqual(warningsOf(settings), [
                "epp.customConfig: precise-prefix-cache-producer gives every pod 0: simulators publish to the EPP's port 5557, and listen nowhere; write kvEventsConfig.zmqEndpoint tcp://0.0.0.0:5557 and discoverPods false.",
            ]);
            assert.deepEqual(publishes(settings), [false]);
        }
        assert.deepEqual(warningsOf(parsed(listening({}), ["--zmq-endpoint=tcp://mine:5557"])), []);
    });

    it("warn of releases that never make the same tokens", () => {
        const settings = parsed(listening(bound), [], {
            simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.9.0",
        });
        assert.match(warningsOf(settings).join(), /gives every pod 0: simulator 0\.9 does not tell/);
        assert.deepEqual(publishes(settings), [false]);
    });
});
