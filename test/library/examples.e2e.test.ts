import { strict as assert } from "assert";
import * as path from "path";
import { EngineError } from "../../local/engine";
import { useControlPlane } from "../local/engineHarness";
import { Consumers, programOf } from "./support/consumer";

describe("the examples on the real engine and API server", function () {
    // The first file to run builds the tools, which takes minutes.
    this.timeout(30 * 60_000);
    let consumers: Consumers;

    before(() => {
        consumers = new Consumers();
    });
    const cluster = useControlPlane();
    after(() => consumers.remove());

    function open(name: string, folder: string) {
        return cluster.open(name, programOf(folder), {
            projectRoot: folder,
            policyPacks: [path.join(consumers.library, "policy")],
        });
    }

    /** Names of the objects of a kind in a namespace. */
    const names = (kind: string, namespace: string) =>
        cluster.kubectl("--namespace", namespace, "get", kind, "--output", "name").split("\n");

    it("deploys two models behind one Gateway, and its policies agree", async () => {
        process.env.WITHOUT_ISTIO = "1";
        try {
            const stack = await open("two-models", consumers.example("two-models"));
            const { violations } = await stack.up();
            assert.deepEqual(
                violations.filter(({ level }) => level === "mandatory"),
                [],
            );
            assert.equal(names("gateway", "inference-gateway").length, 1);
            assert.deepEqual(names("inferencepool", "inference-models"), [
                "inferencepool.inference.networking.k8s.io/gaie-llama",
                "inferencepool.inference.networking.k8s.io/gaie-qwen",
            ]);
            const { models } = await stack.outputs();
            assert.deepEqual(Object.keys(models!.value as object), ["llama", "qwen"]);
            const again = await stack.up();
            assert.deepEqual(
                again.steps.filter(({ op }) => op !== "same"),
                [],
            );
            await stack.destroy();
        } finally {
            delete process.env.WITHOUT_ISTIO;
        }
    });

    it("deploys another team's program, judged by the policies alone", async () => {
        const stack = await open("policy-user", consumers.example("policy-user"));
        await stack.up();
        assert.equal(names("referencegrant", "team-models").length, 1);
        await stack.destroy();
    });

    const broken: Record<string, { change: (text: string) => string; rule: RegExp }> = {
        "without the grant": {
            change: (text) => text.slice(0, text.indexOf("// Without it the pack refuses")),
            rule: /reference-grant-presence/,
        },
        "with another port in the Service": {
            change: (text) => text.replace("port: 8200, targetPort", "port: 8000, targetPort"),
            rule: /inference-port/,
        },
    };
    for (const [what, { change, rule }] of Object.entries(broken)) {
        it(`refuses another team's program ${what}`, async () => {
            const folder = consumers.example("policy-user", (text) => {
                const changed = change(text);
                assert.notEqual(changed, text);
                return changed;
            });
            const stack = await open(path.basename(folder), folder);
            await assert.rejects(
                stack.preview(),
                (error) => error instanceof EngineError && rule.test(error.message),
            );
        });
    }
});
