import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { version } from "../../package.json";
import { EngineError } from "../../local/engine";
import { useControlPlane } from "../local/engineHarness";
import { Consumers, programOf } from "./support/consumer";

const root = path.resolve(__dirname, "../..");

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

    it("deploys the component package, as programs in other languages use it", async () => {
        const type = "llm-d-inference:index:InferenceStack";
        const release = { release: "packaged", readiness: { gateway: false } };
        const settings = { ...release, namespaces: { scheduler: "pkg-gateway", simulator: "pkg-models" } };
        // What an SDK generated from the package's schema does: the engine asks the plugin to construct it.
        class Remote extends pulumi.ComponentResource {
            declare readonly directAddresses: pulumi.Output<Record<string, string>>;
            constructor(provider: k8s.Provider) {
                const inputs = { settings, directAddresses: undefined };
                super(type, "inference", inputs, { providers: [provider], version }, true);
            }
        }
        const stack = await cluster.open("packaged", () => {
            const provider = new k8s.Provider("cluster", {
                enableConfigMapMutable: true,
                enableSecretMutable: true,
            });
            return Promise.resolve({ addresses: new Remote(provider).directAddresses });
        });
        installComponentPlugin(path.join(cluster.folder, "stacks", "packaged", "pulumi", "home"));
        await stack.up();
        assert.deepEqual((await stack.outputs()).addresses?.value, {
            packaged: "http://gaie-packaged-proxy.pkg-models.svc.cluster.local:8200",
        });
        assert.deepEqual(names("httproute", "pkg-gateway"), [
            "httproute.gateway.networking.k8s.io/llm-d-packaged",
        ]);
        await stack.destroy();
    });

    /** Makes this repository the plugin of its component package, as `pulumi package add` does of a folder. */
    function installComponentPlugin(home: string): void {
        const folder = path.join(home, "plugins", `resource-llm-d-inference-v${version}`);
        const runner = require.resolve("@pulumi/pulumi/cmd/run-plugin");
        fs.mkdirSync(folder);
        fs.writeFileSync(
            path.join(folder, "pulumi-resource-llm-d-inference"),
            `#!/bin/sh\nexec '${process.execPath}' '${runner}' --pwd '${root}' '${root}' "$@"\n`,
            { mode: 0o755 },
        );
    }

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
