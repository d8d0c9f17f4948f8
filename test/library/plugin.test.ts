import { strict as assert } from "assert";
import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import * as readline from "readline";
import * as grpc from "@grpc/grpc-js";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { runUnderMocks } from "../../commands/render/programRun";
import { SettingsError } from "../../components";
import { InferenceStack } from "../../components/plugin";
import { Consumers, readManifest } from "./support/consumer";

const root = path.resolve(__dirname, "../..");
const plugin = path.join(root, "plugin");
const components = path.join(root, "components");
const stack = { project: "user", stack: "test", config: {} };

interface PackageSchema {
    name: string;
    resources: Record<string, { isComponent: boolean; inputProperties: object; properties: object }>;
}

describe("the component package", function () {
    let consumers: Consumers;

    before(() => {
        consumers = new Consumers();
    });
    after(() => consumers.remove());

    it("has the name and the version of the library", () => {
        const { name, version } = readManifest(root);
        assert.deepEqual({ ...readManifest(plugin), name, version }, readManifest(plugin));
    });

    // It is started in the folder of the program that uses it, with whatever that has for a compiler.
    const uses: Record<string, { folder: () => string; program: Record<string, object> }> = {
        "a checkout, for a program in another language": { folder: () => plugin, program: {} },
        "the npm package, for one in TypeScript": {
            folder: () => path.join(consumers.library, "plugin"),
            program: { "tsconfig.json": { compilerOptions: { target: "es2018", strict: true, types: [] } } },
        },
    };
    for (const [where, { folder, program }] of Object.entries(uses)) {
        it(`offers one component from ${where}, with settings in and addresses out`, async () => {
            const schema = await schemaOf(folder(), program);
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
    }

    it("constructs the whole stack from settings", async () => {
        const provider = new ComponentProvider({
            name: "llm-d-inference",
            dirname: plugin,
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

    // Unions, such as the kind of a backend, and nested objects without a name: whichever the analyzer meets first.
    for (const component of ["SimulatorStack", "SchedulerStack", "CrossNamespaceRoute"]) {
        it(`leaves out ${component}, whose arguments Pulumi's analyzer does not take`, () => {
            const analyzer = new Analyzer(components, "llm-d-inference", {}, new Set([component]));
            assert.throws(() => analyzer.analyze(), /Union types are not supported|Unsupported type/);
        });
    }
});

/** Starts the package as Pulumi's language host does, in a folder with these files, and asks for its schema. */
async function schemaOf(folder: string, files: Record<string, object>): Promise<PackageSchema> {
    const cwd = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-program-"));
    for (const [name, contents] of Object.entries(files)) {
        fs.writeFileSync(path.join(cwd, name), JSON.stringify(contents));
    }
    const launcher = require.resolve("@pulumi/pulumi/cmd/run-plugin", { paths: [folder] });
    const child = spawn(process.execPath, [launcher, folder], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "exit");
    try {
        const errors: string[] = [];
        child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
        const [port] = (await Promise.race([
            once(readline.createInterface(child.stdout), "line"),
            ended.then(() => Promise.reject(new Error(`It ended. ${errors.join("")}`))),
        ])) as [string];
        const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
        const text = await new Promise<string>((resolve, reject) => {
            client.getSchema(new messages.GetSchemaRequest(), (error, response) =>
                error ? reject(error) : resolve(response.getSchema()),
            );
        });
        client.close();
        return JSON.parse(text) as PackageSchema;
    } finally {
        child.kill();
        await ended;
        fs.rmSync(cwd, { recursive: true });
    }
}
