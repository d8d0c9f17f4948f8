import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { parse } from "yaml";
import { writeFolder } from "../../../commands/render/folder";
import { clusterFolder, manifestsOf, yamlOf } from "../../../commands/render/manifests";
import type { Registration } from "../../../commands/render/programRun";
import { renderStack } from "../../../commands/render/render";
import { UsageError } from "../../../commands/shared/errors";
import { modes } from "../../support/modes";
import { npmRun } from "../../../commands/shared/npmRun";

const root = path.resolve(__dirname, "../../..");

/** Every file below a folder, with its text. */
function contents(folder: string): Record<string, string> {
    const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
    return Object.fromEntries(
        files
            .filter((file) => fs.statSync(path.join(folder, file)).isFile())
            .sort()
            .map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]),
    );
}

describe("render", function () {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-render-"));
    let count = 0;
    const folder = () => path.join(scratch, String(++count));
    after(() => fs.rmSync(scratch, { recursive: true }));

    const render = (overrides: Record<string, unknown> = {}) =>
        renderStack({ root, stack: "dev", overrides });

    for (const [mode, overrides] of Object.entries(modes)) {
        it(`writes the same bytes twice: ${mode}`, async () => {
            const [first, second] = [folder(), folder()];
            writeFolder(first, await render(overrides));
            writeFolder(second, await render(overrides));
            assert.ok(Object.keys(contents(first)).length > 10);
            assert.deepEqual(contents(first), contents(second));
        });
    }

    it("gives each object a file of its own, by namespace, kind and name, and lists namespaces first", async () => {
        const out = folder();
        const manifests = await render();
        writeFolder(out, manifests);
        const files = contents(out);
        assert.ok("llm-d-sim/service-gaie-inference-scheduling-proxy.yaml" in files);
        assert.ok(`${clusterFolder}/namespace-llm-d-sim.yaml` in files);
        const { resources } = parse(files["kustomization.yaml"]!) as { resources: string[] };
        assert.deepEqual(resources.slice(0, 2), [
            `${clusterFolder}/namespace-llm-d-inference-scheduler.yaml`,
            `${clusterFolder}/namespace-llm-d-sim.yaml`,
        ]);
        assert.deepEqual(
            [...resources, "kustomization.yaml"].sort(),
            Object.keys(files),
            "the kustomization lists every file",
        );
        for (const { file, object } of manifests) {
            assert.deepEqual(parse(files[file]!), object);
        }
    });

    it("leaves namespaces out that the stack finds", async () => {
        const manifests = await render({ namespaces: { create: false } });
        const written = (await render()).map(({ file }) => file);
        assert.deepEqual(
            manifests.map(({ file }) => file),
            written.filter((file) => !file.startsWith(`${clusterFolder}/namespace-`)),
        );
    });

    it("leaves Pulumi's own annotations out, and keeps the others", async () => {
        const objects = (await render({ readiness: { gateway: true } })).map(({ object }) => object);
        assert.ok(!JSON.stringify(objects).includes("pulumi.com/"));
        const gateway = objects.find(({ kind }) => kind === "Gateway");
        assert.deepEqual(gateway?.metadata.annotations, {
            "networking.istio.io/service-type": "NodePort",
        });
    });

    it("leaves to an autoscaler the number of pods", async () => {
        const replicas = async (overrides: Record<string, unknown>) =>
            (await render(overrides))
                .filter(({ file }) => file.endsWith("-decode.yaml") && file.includes("/deployment-"))
                .map(({ object }) => (object.spec as { replicas?: number }).replicas);
        assert.deepEqual(await replicas({ autoscaling: { enabled: true } }), [undefined]);
        assert.deepEqual(await replicas({}), [3]);
    });

    it("removes what it rendered before and renders no more, and leaves other files alone", async () => {
        const out = folder();
        writeFolder(out, await render({ extProc: { enabled: true }, routing: { backend: "InferencePool" } }));
        const pool = path.join(out, "llm-d-sim/inferencepool-gaie-inference-scheduling.yaml");
        const notes = path.join(out, "llm-d-sim/notes.yaml");
        assert.ok(fs.existsSync(pool));
        fs.writeFileSync(notes, "mine");
        const { removed } = writeFolder(out, await render());
        assert.ok(removed.includes("llm-d-sim/inferencepool-gaie-inference-scheduling.yaml"));
        assert.ok(!fs.existsSync(pool));
        assert.equal(fs.readFileSync(notes, "utf8"), "mine");
    });

    it("takes away a namespace's folder with its last file", async () => {
        const out = folder();
        writeFolder(out, await render({ namespaces: { simulator: "blue" } }));
        writeFolder(out, await render());
        assert.ok(!fs.existsSync(path.join(out, "blue")));
    });

    for (const [what, prepare] of Object.entries({
        "a folder with files of somebody else's": (out: string) => {
            fs.mkdirSync(out);
            fs.writeFileSync(path.join(out, "mine.txt"), "mine");
        },
        "a folder with somebody else's kustomization": (out: string) => {
            fs.mkdirSync(out);
            fs.writeFileSync(path.join(out, "kustomization.yaml"), "kind: Kustomization\n");
        },
        "a file": (out: string) => fs.writeFileSync(out, "mine"),
    })) {
        it(`refuses ${what}, and changes nothing there`, async () => {
            const out = folder();
            prepare(out);
            const before = fs.statSync(out).isFile() ? fs.readFileSync(out, "utf8") : contents(out);
            const manifests = await render();
            assert.throws(() => writeFolder(out, manifests), UsageError);
            const after = fs.statSync(out).isFile() ? fs.readFileSync(out, "utf8") : contents(out);
            assert.deepEqual(after, before);
        });
    }

    it("refuses to write over a file that it did not render, even in its own folder", async () => {
        const out = folder();
        writeFolder(out, await render());
        fs.mkdirSync(path.join(out, "blue"));
        fs.writeFileSync(path.join(out, "blue/service-gaie-inference-scheduling-proxy.yaml"), "mine");
        const before = contents(out);
        const manifests = await render({ namespaces: { simulator: "blue" } });
        assert.throws(() => writeFolder(out, manifests), /service-gaie-inference-scheduling-proxy\.yaml/);
        assert.deepEqual(contents(out), before);
    });

    for (const place of [
        "kustomization.yaml",
        "llm-d-sim",
        "llm-d-sim/service-gaie-inference-scheduling-proxy.yaml",
    ]) {
        it(`writes nothing through a symbolic link in its folder: ${place}`, async () => {
            const [out, elsewhere] = [folder(), folder()];
            const manifests = await render();
            writeFolder(out, manifests);
            fs.cpSync(path.join(out, place), elsewhere, { recursive: true });
            fs.rmSync(path.join(out, place), { recursive: true });
            fs.symlinkSync(elsewhere, path.join(out, place));
            const before = fs.lstatSync(elsewhere).isDirectory()
                ? contents(elsewhere)
                : fs.readFileSync(elsewhere, "utf8");
            assert.throws(
                () => writeFolder(out, []),
                (error) => error instanceof UsageError && error.message.includes("it is a symbolic link"),
            );
            assert.deepEqual(
                fs.lstatSync(elsewhere).isDirectory()
                    ? contents(elsewhere)
                    : fs.readFileSync(elsewhere, "utf8"),
                before,
            );
            fs.rmSync(elsewhere, { recursive: true });
            assert.throws(() => writeFolder(out, manifests), UsageError);
            assert.ok(!fs.existsSync(elsewhere));
        });
    }

    it("removes nothing outside its folder, whatever the kustomization lists", async () => {
        const out = folder();
        const outside = path.join(scratch, "outside.yaml");
        fs.writeFileSync(outside, "mine");
        writeFolder(out, await render());
        const file = path.join(out, "kustomization.yaml");
        fs.appendFileSync(file, "  - ../outside.yaml\n  - ../../outside.yaml\n");
        assert.deepEqual(writeFolder(out, await render()).removed, []);
        assert.equal(fs.readFileSync(outside, "utf8"), "mine");
    });

    it("quotes text that YAML 1.1 would read as something else", () => {
        const text = yamlOf({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "x" },
            data: { a: "on", b: "yes", c: "1e3", d: "0123", e: "12:30", f: "null", g: "1_000" },
        });
        const bare = /^ {2}\w: [^"'\n]*$/m.exec(text);
        assert.equal(bare, null, text);
    });

    describe("of a secret", () => {
        const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" };
        const registration: Registration = {
            type: "kubernetes:core/v1:ConfigMap",
            name: "settings",
            inputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: secret },
            urn: "",
            aliases: [],
            dependencies: [],
            parent: "",
            provider: "",
        };

        it("refuses an object that holds one", () => {
            assert.throws(
                () => manifestsOf([registration]),
                (error) =>
                    error instanceof UsageError && error.message.startsWith("settings: data is a secret"),
            );
        });

        /** A project folder with this `Pulumi.prod.yaml`. */
        function project(stackFile: string): string {
            const own = folder();
            fs.mkdirSync(own);
            fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(own, "Pulumi.yaml"));
            fs.writeFileSync(path.join(own, "Pulumi.prod.yaml"), stackFile);
            return own;
        }

        it("refuses a setting that is encrypted, by its name, and takes another value for it", async () => {
            const own = project(
                "config:\n  llm-d-inference:images:\n    pullSecrets:\n      - secure: AAABAxyz\n",
            );
            await assert.rejects(renderStack({ root: own, stack: "prod" }), (error) => {
                assert.ok(error instanceof UsageError);
                assert.match(error.message, /^images\.pullSecrets\.0: a secret of Pulumi\.prod\.yaml/);
                assert.ok(!error.message.includes("AAABAxyz"));
                return true;
            });
            const overrides = { images: { pullSecrets: ["registry"] } };
            assert.ok((await renderStack({ root: own, stack: "prod", overrides })).length > 10);
        });

        for (const [where, stackFile] of Object.entries({
            "encrypted kubeconfig":
                "config:\n  llm-d-inference:cluster:\n    kubeconfig:\n      secure: AAABAxyz\n",
            "cluster that is encrypted as a whole":
                "config:\n  llm-d-inference:cluster:\n    secure: AAABAxyz\n",
            "encrypted config of another namespace":
                "config:\n  kubernetes:kubeconfig:\n    secure: AAABAxyz\n",
            "kubeconfig in clear": "config:\n  llm-d-inference:cluster:\n    kubeconfig: AAABAxyz\n",
        })) {
            it(`needs no ${where}, and never writes it`, async () => {
                const out = folder();
                writeFolder(out, await renderStack({ root: project(stackFile), stack: "prod" }));
                const written = JSON.stringify(contents(out));
                assert.ok(!written.includes("AAABAxyz") && !written.includes("[secret]"));
            });
        }

        it("refuses an environment of Pulumi ESC, which may hold settings", async () => {
            const own = project("environment:\n  - team/prod\n");
            await assert.rejects(
                renderStack({ root: own, stack: "prod" }),
                /^UsageError: Pulumi\.prod\.yaml: environment is not allowed/,
            );
        });

        it("reads settings with and without the project's name", async () => {
            const own = project("config:\n  replicas:\n    decode: 7\n  llm-d-inference:release: blue\n");
            const files = (await renderStack({ root: own, stack: "prod" })).map(({ file }) => file);
            assert.ok(files.includes("llm-d-sim/service-gaie-blue-proxy.yaml"));
        });

        it("refuses a stack file that is no YAML", async () => {
            await assert.rejects(
                renderStack({ root: project("config: [a"), stack: "prod" }),
                (error) => error instanceof UsageError && error.message.startsWith("Pulumi.prod.yaml: "),
            );
        });
    });

    describe("on the command line", () => {
        function command(...args: string[]) {
            const result = spawnSync(
                process.execPath,
                [...npmRun("commands/render/main.ts"), ...args],
                // Nothing to reach a cluster, an account or the CLI with.
                { cwd: root, encoding: "utf8", env: { PATH: "", HOME: scratch } },
            );
            return { code: result.status, out: result.stdout, error: result.stderr };
        }

        it("writes the stack with settings over its own", () => {
            const out = folder();
            const result = command("--stack", "dev", "--out", out, "--config", "replicas.decode=9");
            assert.equal(result.code, 0, result.error);
            const file = path.join(out, "llm-d-sim/deployment-ms-sim-llm-d-modelservice-decode.yaml");
            const { spec } = parse(fs.readFileSync(file, "utf8")) as { spec: { replicas: number } };
            assert.equal(spec.replicas, 9);
        });

        const refused: Record<string, { args: string[]; message: RegExp }> = {
            "no stack": { args: [], message: /--stack <name>/ },
            "an unknown stack": {
                args: ["--stack", "nowhere"],
                message: /^render: --stack: "nowhere" is not allowed, .*; allowed: .*dev/,
            },
            "a stack that is a path": {
                args: ["--stack", "../dev"],
                message: /^render: --stack: "\.\.\/dev" is not allowed/,
            },
            "a bad setting": {
                args: ["--stack", "dev", "--config", "replicas.decode=0"],
                message:
                    /^render: replicas\.decode: 0 is not allowed; allowed: a whole number from 1 to 1000\.\n$/,
            },
            "no path=value": {
                args: ["--stack", "dev", "--config", "replicas"],
                message: /^render: --config: "replicas" is not allowed; allowed: path=value/,
            },
            "an unknown flag": { args: ["--stack", "dev", "--force"], message: /--force/ },
        };
        for (const [what, { args, message }] of Object.entries(refused)) {
            it(`refuses ${what} with exit code 2, and writes nothing`, () => {
                const out = folder();
                const result = command("--out", out, ...args);
                assert.equal(result.code, 2);
                assert.match(result.error, message);
                assert.ok(!fs.existsSync(out));
            });
        }
    });
});
