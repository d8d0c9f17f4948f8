import { strict as assert } from "assert";
import type { ChildProcessByStdio } from "child_process";
import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import * as readline from "readline";
import type { Readable } from "stream";
import * as grpc from "@grpc/grpc-js";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { parse } from "yaml";
import { runUnderMocks } from "../../commands/render/programRun";
import { InferenceStack, SettingsError } from "../../components";

const root = path.resolve(__dirname, "../..");
const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { main: string };
const stack = { project: "user", stack: "test", config: {} };

interface PackageSchema {
    name: string;
    resources: Record<string, { isComponent: boolean; inputProperties: object; properties: object }>;
}

describe("the component package", function () {
    this.timeout(120_000);

    it("is one that Pulumi runs with Node", () => {
        const plugin: unknown = parse(fs.readFileSync(path.join(root, "PulumiPlugin.yaml"), "utf8"));
        assert.deepEqual(plugin, { runtime: "nodejs" });
    });

    describe("in a process of its own, as Pulumi starts it", () => {
        let child: ChildProcessByStdio<null, Readable, Readable>;
        let client: ResourceProviderClient;

        before(async () => {
            const program = require.resolve("@pulumi/pulumi/cmd/run-plugin");
            child = spawn(process.execPath, [program, root], {
                cwd: root,
                stdio: ["ignore", "pipe", "pipe"],
            });
            const errors: string[] = [];
            child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
            const [port] = (await Promise.race([
                once(readline.createInterface(child.stdout), "line"),
                once(child, "exit").then(() => Promise.reject(new Error(errors.join("")))),
            ])) as [string];
            client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
        });
        after(() => {
            client.close();
            child.kill();
        });

        it("offers one component, with settings in and addresses out", async () => {
            const text = await new Promise<string>((resolve, reject) => {
                client.getSchema(new messages.GetSchemaRequest(), (error, response) =>
                    error ? reject(error) : resolve(response.getSchema()),
                );
            });
            const schema = JSON.parse(text) as PackageSchema;
            assert.equal(schema.name, "llm-d-inference");
            assert.deepEqual(Object.keys(schema.resources), ["llm-d-inference:index:InferenceStack"]);
            const component = schema.resources["llm-d-inference:index:InferenceStack"]!;
            assert.equal(component.isComponent, true);
            assert.deepEqual(Object.keys(component.inputProperties), ["settings"]);
            assert.deepEqual(Object.keys(component.properties).sort(), [
                "directAddresses",
                "path",
                "schedulerAddresses",
            ]);
        });
    });

    it("constructs the whole stack from settings", async () => {
        const provider = new ComponentProvider({
            name: "llm-d-inference",
            dirname: root,
            components: [InferenceStack],
        });
        const settings = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
        const { registrations, outputs } = await runUnderMocks(async () => {
            const type = "llm-d-inference:index:InferenceStack";
            const { state } = await provider.construct("inference", type, { settings }, {});
            return state;
        }, stack);
        const kinds = new Set(registrations.map(({ inputs }) => inputs.kind));
        for (const kind of ["Namespace", "Gateway", "HTTPRoute", "ReferenceGrant", "InferencePool"]) {
            assert.ok(kinds.has(kind), kind);
        }
        assert.deepEqual(outputs.directAddresses, {
            "inference-scheduling": "http://gaie-inference-scheduling-proxy.llm-d-sim.svc.cluster.local:8200",
        });
        assert.match(String(outputs.path), /^scoring: /);
    });

    it("registers the same objects as the program of this repository", async () => {
        const { runProgram } = await import("../support/mocks");
        const objectsOf = ({ registrations }: Awaited<ReturnType<typeof runProgram>>) =>
            registrations
                .filter(({ type }) => type.startsWith("kubernetes:"))
                .map(({ inputs }) => JSON.stringify(inputs))
                .sort();
        const settings = { extProc: { enabled: true } };
        const own = await runUnderMocks(() => {
            new InferenceStack("inference", { settings });
            return Promise.resolve({});
        }, stack);
        assert.deepEqual(objectsOf(own), objectsOf(await runProgram(settings)));
    });

    it("lets a program have two of them, of different releases", async () => {
        const { registrations } = await runUnderMocks(() => {
            for (const release of ["blue", "green"]) {
                const namespaces = { scheduler: `${release}-gateway`, simulator: `${release}-models` };
                new InferenceStack(release, { settings: { release, namespaces } });
            }
            return Promise.resolve({});
        }, stack);
        const urns = registrations.map(({ urn }) => urn);
        assert.equal(new Set(urns).size, urns.length);
    });

    it("lets two of them find the same namespaces", async () => {
        const { registrations, reads } = await runUnderMocks(() => {
            for (const release of ["blue", "green"]) {
                const settings = { release, modelRelease: release, namespaces: { create: false } };
                new InferenceStack(release, { settings });
            }
            return Promise.resolve({});
        }, stack);
        const urns = [...registrations, ...reads].map(({ urn }) => urn);
        assert.equal(reads.length, 4);
        assert.equal(new Set(urns).size, urns.length);
    });

    const refused: Record<string, { settings: object; message: RegExp }> = {
        "a bad setting": { settings: { replicas: { decode: 0 } }, message: /^replicas\.decode: 0 / },
        "a setting of which cluster": {
            settings: { cluster: { context: "prod" } },
            message: /^cluster: not allowed here/,
        },
    };
    for (const [what, { settings, message }] of Object.entries(refused)) {
        it(`refuses ${what}, before anything is registered`, async () => {
            const run = runUnderMocks(() => {
                assert.throws(
                    () => new InferenceStack("bad", { settings }),
                    (error) => error instanceof SettingsError && message.test(error.message),
                );
                return Promise.resolve({});
            }, stack);
            assert.deepEqual((await run).registrations, []);
        });
    }

    // Unions, such as the kind of a backend, and nested objects without a name.
    const unfit: Record<string, RegExp> = {
        SimulatorStack: /Union types are not supported/,
        SchedulerStack: /Union types are not supported/,
        CrossNamespaceRoute: /Unsupported type/,
    };
    for (const [component, reason] of Object.entries(unfit)) {
        it(`leaves out ${component}, whose arguments Pulumi's analyzer does not take`, () => {
            const entry = { ...manifest, main: "components/index.ts" };
            const analyzer = new Analyzer(root, "llm-d-inference", entry, new Set([component]));
            assert.throws(() => analyzer.analyze(), reason);
        });
    }
});
