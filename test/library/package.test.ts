import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { runUnderMocks } from "../../commands/render/programRun";
import { rules } from "../../policy/rules";
import { Pack } from "../policy/support/pack";
import { Consumers, programOf, readManifest } from "./support/consumer";

const root = path.resolve(__dirname, "../..");

describe("the library, as another program has it", function () {
    let consumers: Consumers;

    before(() => {
        consumers = new Consumers();
    });
    after(() => consumers.remove());

    it("has what its users need, and nothing of the tests and the tools", () => {
        for (const file of [
            "bin/components/index.js",
            "bin/components/index.d.ts",
            "plugin/PulumiPlugin.yaml",
            "policy/PulumiPolicy.yaml",
            "schema/pulumi-stack.schema.json",
        ]) {
            assert.ok(consumers.files.includes(file), file);
        }
        const others = consumers.files.filter((file) => /^(test|local|commands|examples)\//.test(file));
        assert.deepEqual(others, []);
    });

    for (const name of ["two-models", "policy-user"]) {
        it(`compiles the example ${name} with Pulumi's own options`, () => {
            assert.equal(consumers.typeErrors(consumers.example(name)), "");
        });

        it(`has in the example ${name} the versions that the library is tested with`, () => {
            const { dependencies } = readManifest(path.join(root, "examples", name));
            const tested = readManifest(root).dependencies;
            for (const [dependency, version] of Object.entries(dependencies)) {
                assert.equal(
                    version,
                    dependency === "llm-d-inference" ? "file:../.." : tested[dependency],
                    dependency,
                );
            }
        });
    }

    it("compiles and runs what docs/library.md shows", async () => {
        const document = fs.readFileSync(path.join(root, "docs/library.md"), "utf8");
        const [, program] = /^```ts\n(.*?)^```$/ms.exec(document)!;
        const folder = consumers.program(program!);
        assert.equal(consumers.typeErrors(folder), "");
        const stack = { project: "shown", stack: "test", config: {} };
        const { outputs, registrations } = await runUnderMocks(programOf(folder), stack);
        assert.match(String(outputs.path), /^scoring: /);
        const providers = registrations
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ provider }) => provider);
        assert.deepEqual([...new Set(providers)], ["pulumi:providers:kubernetes::cluster"]);
    });

    it("gives its users types that catch a misspelt setting", () => {
        const folder = consumers.example("two-models", (text) => text.replace("replicas:", "replcas:"));
        assert.match(consumers.typeErrors(folder), /'replcas' does not exist in type/);
    });

    it("gives users of InferenceStack types that catch what settings cannot be", () => {
        const errors = consumers.typeErrors(
            consumers.program(`
                import * as pulumi from "@pulumi/pulumi";
                import { InferenceStack } from "llm-d-inference";
                new InferenceStack("misspelt", { settings: { extPorc: {} } });
                new InferenceStack("of which cluster", { settings: { cluster: {} } });
                new InferenceStack("not known yet", { settings: { protect: pulumi.output(true) } });
            `),
        );
        for (const error of [
            /'extPorc' does not exist/,
            /'cluster' does not exist/,
            /'boolean \| undefined'/,
        ]) {
            assert.match(errors, error);
        }
    });

    it("deploys two models behind one Gateway from the example two-models", async () => {
        const stack = { project: "two-models", stack: "test", config: {} };
        const { registrations, outputs } = await runUnderMocks(
            programOf(consumers.example("two-models")),
            stack,
        );
        const named = (kind: string) =>
            registrations
                .filter(({ inputs }) => inputs.kind === kind)
                .map(({ inputs }) => (inputs.metadata as { name: string }).name)
                .sort();
        assert.deepEqual(named("Gateway"), ["infra-shared-inference-gateway"]);
        assert.deepEqual(named("HTTPRoute"), ["llm-d-llama-pool", "llm-d-qwen-pool"]);
        assert.deepEqual(named("InferencePool"), ["gaie-llama", "gaie-qwen"]);
        assert.deepEqual(named("ReferenceGrant"), [
            "llm-d-llama-to-inferencepool",
            "llm-d-qwen-to-inferencepool",
        ]);
        assert.deepEqual(Object.keys(outputs.models as object), ["llama", "qwen"]);
    });

    it("has the policy pack, which serves where npm has installed it", async () => {
        const pack = await Pack.start(path.join(consumers.library, "policy"));
        try {
            const served = await pack.policies();
            assert.deepEqual(
                served.map((policy) => policy.getName()),
                rules.map(({ name }) => name),
            );
        } finally {
            pack.stop();
        }
    });

    it("makes the policies' example of another team's resources alone", async () => {
        const stack = { project: "policy-user", stack: "test", config: {} };
        const { registrations } = await runUnderMocks(programOf(consumers.example("policy-user")), stack);
        assert.ok(registrations.length >= 7, String(registrations.length));
        const ours = registrations.filter(({ type }) => type.startsWith("llm-d-inference:"));
        assert.deepEqual(ours, []);
    });
});
