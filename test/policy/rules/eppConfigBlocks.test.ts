import { strict as assert } from "assert";
import { eppConfig as rule } from "../../../policy/rules/eppConfig";
import type { Manifest } from "../support/resources";
import { checkStack } from "../support/resources";
import { configMap, picker, pickerConfig, pickerPool, simulator } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const [producer, scorer] = pickerConfig.plugins;
const sized = (parameters: object) =>
    configMap({ ...pickerConfig, plugins: [{ ...producer, parameters }, scorer] });
const old = (parameters: object) =>
    configMap({ ...pickerConfig, plugins: [{ type: "prefix-cache-scorer", parameters }] });
const image = (tag: string) => picker({ image: `llm-d-inference-scheduler:${tag}` });
const pods = [pickerPool(), simulator()];

describe("epp-config: the size of blocks", () => {
    it("compares the block size with the simulator's", () => {
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
});
