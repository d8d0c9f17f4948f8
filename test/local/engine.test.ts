import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { parse } from "yaml";
import { adoptPendingCreates } from "../../local/engine/interruption";
import { engineLayout, stateFile } from "../../local/engine/layout";
import { chooseKubernetesPlugin, installPlugin } from "../../local/engine/kubernetesPlugin";
import { LineSplitter } from "../../commands/shared/lines";
import { EngineError, ResultCollector } from "../../local/engine/runResult";
import { readStackFiles } from "../../local/engine/stackFiles";
import { mayHavePendingOperations, plainOutputs, readState } from "../../local/engine/state";
import { temporaryFolder, writeScript } from "./temporary";

describe("stack files", () => {
    const folder = temporaryFolder();

    const write = (config: Record<string, unknown>, stackFile?: string) => {
        fs.writeFileSync(
            path.join(folder(), "Pulumi.yaml"),
            "name: demo\nruntime: nodejs\nmain: index.ts\nconfig: { size: { type: object, default: { a: 1, b: 2 } } }\n",
        );
        if (stackFile !== undefined) {
            fs.writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), stackFile);
        }
        const work = path.join(folder(), "work");
        fs.mkdirSync(work, { recursive: true });
        const forced = { "kubernetes:kubeconfig": "/kube", "kubernetes:context": undefined };
        const files = readStackFiles({ projectRoot: folder(), stack: "dev", config, forced });
        files.writeProject(work);
        files.writeStack(work);
        const read = (name: string) =>
            parse(fs.readFileSync(path.join(work, name), "utf8")) as Record<string, Record<string, unknown>>;
        return {
            project: files.projectName,
            settings: read("Pulumi.dev.yaml"),
            projectFile: read("Pulumi.yaml"),
            work,
        };
    };

    it("are copies with the overrides merged in, deeply", () => {
        const { project, settings, projectFile } = write(
            { deep: { x: { y: 2 } }, size: { b: 3 }, "other:key": [1] },
            "config: { demo:deep: { x: { y: 1, z: 1 } }, kubernetes:context: mine, plain: kept }\n",
        );
        assert.equal(project, "demo");
        assert.deepEqual(settings.config, {
            "demo:deep": { x: { y: 2, z: 1 } },
            "demo:plain": "kept",
            "demo:size": { a: 1, b: 3 },
            "other:key": [1],
            "kubernetes:kubeconfig": "/kube",
        });
        assert.equal(projectFile.main, undefined);
    });

    it("keep the salt that the CLI wrote into the copy, and drop the checkout's", () => {
        const { work } = write({});
        fs.appendFileSync(path.join(work, "Pulumi.dev.yaml"), "encryptionsalt: ours\n");
        assert.equal(write({}, "encryptionsalt: theirs\n").settings.encryptionsalt, "ours");
    });

    it("refuse values that are encrypted with the user's passphrase, unless overridden", () => {
        const file = "config: { demo:password: { secure: abc } }\n";
        assert.throws(() => write({}, file), /demo:password/);
        assert.equal(write({ password: "clear" }, file).settings.config?.["demo:password"], "clear");
    });

    it("refuse what is no mapping, and take for encrypted what Pulumi does", () => {
        assert.throws(
            () => write({}, "config: [a]\n"),
            /^UsageError: Pulumi\.dev\.yaml: config is no YAML mapping/,
        );
        const secret = { secure: "text", other: 1 };
        assert.deepEqual(write({ tls: secret }, "config: {}\n").settings.config?.["demo:tls"], secret);
    });

    it("need a project", () => {
        assert.throws(
            () => readStackFiles({ projectRoot: folder(), stack: "dev", config: {}, forced: {} }),
            /no Pulumi\.yaml/,
        );
    });
});

describe("choice of the Kubernetes provider", () => {
    const folder = temporaryFolder();
    const plugin = (...under: string[]): string => {
        const file = path.join(folder(), ...under, "pulumi-resource-kubernetes");
        writeScript(file, ["echo official"]);
        return file;
    };

    it("prefers one on PATH", () => {
        const file = plugin("bin");
        const chosen = chooseKubernetesPlugin("/built", { PATH: path.dirname(file), PULUMI_HOME: folder() });
        assert.equal(chosen.executable, undefined);
        assert.ok(chosen.description.includes(file));
    });

    it("takes the newest installed one that the SDK can use", () => {
        plugin("plugins", "resource-kubernetes-v4.2.0");
        plugin("plugins", "resource-kubernetes-v5.0.0");
        plugin("plugins", "resource-kubernetes-v4.99.0");
        const newest = plugin("plugins", "resource-kubernetes-v4.100.1");
        const chosen = chooseKubernetesPlugin("/built", { PATH: "", PULUMI_HOME: folder() });
        assert.deepEqual([chosen.executable, chosen.version], [newest, "4.100.1"]);
    });

    it("falls back to the built one, says of which day it is, and installs no other", () => {
        plugin("plugins", "resource-kubernetes-v4.2.0");
        const chosen = chooseKubernetesPlugin("/built", { PATH: "", PULUMI_HOME: folder() });
        assert.equal(chosen.executable, "/built");
        assert.match(
            chosen.description,
            /^Kubernetes provider: 4\.25\.0 of 2026-01-15, built from its Go module/,
        );
        const home = path.join(folder(), "home");
        fs.mkdirSync(path.join(home, "plugins", "resource-kubernetes-v4.1.0"), { recursive: true });
        installPlugin(chosen, home);
        assert.deepEqual(fs.readdirSync(path.join(home, "plugins")), [
            `resource-kubernetes-v${chosen.version}`,
        ]);
    });
});

describe("interrupted creates", () => {
    const inputs = { kind: "ConfigMap", metadata: { name: "map-1", namespace: "ns" } };
    const resource = { urn: "urn:map", type: "kubernetes:core/v1:ConfigMap", custom: true, inputs };

    const managers = new Map([
        [resource.urn, "pulumi-kubernetes-1"],
        ["urn:other", "pulumi-kubernetes-2"],
    ]);

    it("become resources of the name and field manager that made them, where they were made", () => {
        const state = adoptPendingCreates(
            {
                resources: [],
                pending_operations: [
                    { type: "creating", resource },
                    { type: "updating", resource: { ...resource, urn: "urn:other" } },
                    { type: "creating", resource: { ...resource, urn: "urn:not-made" } },
                ],
            },
            managers,
        );
        assert.equal(state.pending_operations, undefined);
        assert.deepEqual(state.resources, [
            {
                ...resource,
                id: "ns/map-1",
                outputs: { ...inputs, __inputs: inputs, __fieldManager: "pulumi-kubernetes-1" },
            },
        ]);
    });

    it("leave the predecessor of a replacement to be deleted", () => {
        const old = { ...resource, id: "ns/map-0" };
        const state = adoptPendingCreates(
            {
                resources: [old],
                pending_operations: [{ type: "creating", resource }],
            },
            managers,
        );
        assert.deepEqual(
            state.resources?.map(({ id, delete: leaving }) => [id, leaving]),
            [
                ["ns/map-0", true],
                ["ns/map-1", undefined],
            ],
        );
    });
});

describe("a state as it is on disk", () => {
    const folder = temporaryFolder();

    it("may have operations that were not finished, unless it tells that it has none", () => {
        const layout = engineLayout(folder(), "dev");
        const file = stateFile(layout, "demo", "dev");
        const mayHave = () => mayHavePendingOperations(readState(layout, "demo", "dev"));
        assert.equal(mayHave(), true);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        for (const [contents, expected] of [
            ["no JSON", true],
            [`{"version":3,"checkpoint":{"latest":{"resources":[]}}}`, false],
            [`{"version":3,"checkpoint":{"stack":"dev"}}`, false],
            [`{"version":3,"checkpoint":{"latest":{"pending_operations":[{"type":"creating"}]}}}`, true],
        ] as const) {
            fs.writeFileSync(file, contents);
            assert.equal(mayHave(), expected, contents);
        }
    });

    it("tells the stack's outputs, unless there is a secret in one", () => {
        const outputsOf = (outputs?: Record<string, unknown>) =>
            plainOutputs({
                resources: [
                    {
                        urn: "urn:a",
                        type: "kubernetes:core/v1:Service",
                        custom: true,
                        outputs: { kind: "Service" },
                    },
                    { urn: "urn:b", type: "pulumi:pulumi:Stack", custom: false, outputs },
                ],
            });
        assert.deepEqual(plainOutputs({}), {});
        assert.deepEqual(outputsOf(), {});
        assert.deepEqual(outputsOf({ path: "scoring", ports: { http: 80 } }), {
            path: { value: "scoring", secret: false },
            ports: { value: { http: 80 }, secret: false },
        });
        const secret = {
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            ciphertext: "x",
        };
        assert.equal(outputsOf({ path: "scoring", login: { user: "a", password: secret } }), undefined);
    });
});

describe("results", () => {
    const event = { sequence: 0, timestamp: 0 };

    it("are collected from the engine's events", () => {
        const collector = new ResultCollector();
        const metadata = { op: "replace" as const, urn: "urn:a", type: "t", provider: "p", keys: ["spec"] };
        collector.add({
            ...event,
            resourcePreEvent: {
                metadata: {
                    ...metadata,
                    detailedDiff: { spec: { diffKind: "update-replace" as never, inputDiff: true } },
                },
            },
        });
        collector.add({ ...event, resOpFailedEvent: { metadata, status: 1, steps: 1 } });
        const diagnostic = {
            message: "<{%reset%}>bad<{%reset%}>\n",
            color: "never",
            severity: "error" as const,
        };
        collector.add({ ...event, diagnosticEvent: { ...diagnostic, urn: "urn:a" } });
        collector.add({ ...event, diagnosticEvent: { ...diagnostic, ephemeral: true } });
        assert.deepEqual(collector.result.steps, [
            {
                op: "replace",
                urn: "urn:a",
                type: "t",
                replaceKeys: ["spec"],
                detailedDiff: { spec: "update-replace" },
                inputs: undefined,
                oldInputs: undefined,
                failed: true,
            },
        ]);
        assert.deepEqual(collector.result.diagnostics, [{ severity: "error", urn: "urn:a", message: "bad" }]);
        assert.equal(
            new EngineError("up", collector.result, "", undefined).message,
            "pulumi up failed:\nurn:a: bad",
        );
    });

    it("show the CLI's own words where the engine had none", () => {
        const { result } = new ResultCollector();
        assert.match(
            new EngineError("up", result, "the stack is locked", undefined).message,
            /the stack is locked/,
        );
    });

    it("are displayed by whole lines", () => {
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line));
        ["a", "b\nc\r\n", "d"].forEach((text) => splitter.add(text));
        splitter.end();
        assert.deepEqual(lines, ["ab", "c", "d"]);
    });
});
