import { strict as assert } from "assert";
import { type ChildProcess, spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { shellWord } from "../../components/shell";
import { EngineError } from "../../local/engine";
import { projectRoot } from "../../local/paths";
import { eventually } from "../support/eventually";
import { npmRun } from "../../commands/shared/npmRun";
import { processesWith } from "../support/processes";
import { useControlPlane } from "./engineHarness";
import { writeJavaScriptPack } from "../policy/support/javaScriptPack";
import { writeScript } from "./temporary";
import { interruptedProgram } from "./engineInterrupted";

describe("embedded engine (end to end)", function () {
    this.timeout(30 * 60_000);
    const cluster = useControlPlane();

    it("says which engine and provider serve, and keeps the checkout clean", async () => {
        const project = path.join(cluster.folder, "own-project");
        fs.mkdirSync(project);
        fs.writeFileSync(
            path.join(project, "Pulumi.yaml"),
            "name: own\nruntime: nodejs\nconfig:\n  sizes: { type: object, default: { a: 1, b: { c: 2, d: 3 } } }\n",
        );
        fs.writeFileSync(
            path.join(project, "Pulumi.test.yaml"),
            "config:\n  own:plain: from-file\n  own:nested: { x: 1, y: { z: 2 } }\n",
        );
        const before = fs
            .readdirSync(project)
            .map((name) => fs.readFileSync(path.join(project, name), "utf8"));
        const stack = await cluster.open(
            "config",
            () => {
                const config = new pulumi.Config();
                return Promise.resolve({
                    plain: config.require<string>("plain"),
                    nested: config.requireObject<object>("nested"),
                    sizes: config.requireObject<object>("sizes"),
                    secret: pulumi.secret("hidden-value"),
                });
            },
            {
                projectRoot: project,
                stack: "test",
                config: { nested: { y: { z: 3 } }, sizes: { b: { c: 9 } } },
            },
        );
        const { workspace } = stack.stack;
        const readOutputs = workspace.stackOutputs.bind(workspace);
        let asked = 0;
        workspace.stackOutputs = (name) => {
            asked++;
            return readOutputs(name);
        };
        await stack.up();
        assert.equal(asked, 0);
        const outputs = await stack.outputs();
        assert.equal(asked, 1);
        assert.equal(outputs.plain?.value, "from-file");
        assert.deepEqual(outputs.nested?.value, { x: 1, y: { z: 3 } });
        assert.deepEqual(outputs.sizes?.value, { a: 1, b: { c: 9, d: 3 } });
        assert.deepEqual(outputs.secret, { value: "hidden-value", secret: true });
        assert.match(stack.lines[0] ?? "", /^Engine: pulumi 3\.\d+\.\d+ at /);
        assert.match(stack.lines[1] ?? "", /^Kubernetes provider: /);
        assert.deepEqual(
            fs.readdirSync(project).map((name) => fs.readFileSync(path.join(project, name), "utf8")),
            before,
        );
        const engineFolder = path.join(cluster.folder, "stacks", "config", "pulumi");
        assert.equal(fs.statSync(path.join(engineFolder, "passphrase")).mode & 0o777, 0o600);
        // The CLI has logged nothing.
        assert.equal(fs.readFileSync(path.join(engineFolder, "home", "logs"), "utf8"), "");

        // Opened again, the passphrase and the salt are the same ones.
        const again = await cluster.open("config", () => Promise.resolve({}), {
            projectRoot: project,
            stack: "test",
        });
        assert.equal((await again.outputs()).secret?.value, "hidden-value");
    });

    it("asks no CLI to find a stack that is there, nor for outputs of which none is a secret", async () => {
        const calls = path.join(cluster.folder, "calls");
        const cli = path.join(cluster.folder, "counted-pulumi");
        writeScript(cli, [
            `echo "$1 $2" >>${shellWord(calls)}`,
            `exec ${shellWord(cluster.toolchain.pulumi)} "$@"`,
        ]);
        const open = () => cluster.open("found", () => Promise.resolve({ found: true }), { pulumi: cli });
        await open();
        const made = fs.readFileSync(calls, "utf8");
        assert.match(made, /^stack init$/m);
        const again = await open();
        assert.equal(fs.readFileSync(calls, "utf8"), made);
        await again.up();
        assert.deepEqual(await again.outputs(), { found: { value: true, secret: false } });
        assert.doesNotMatch(fs.readFileSync(calls, "utf8"), /^stack output$/m);
    });

    it("rejects with the program's error, and goes on afterwards", async () => {
        let broken = true;
        const stack = await cluster.open("broken", () =>
            broken ? Promise.reject(new Error("the program cannot go on")) : Promise.resolve({ fine: true }),
        );
        await assert.rejects(stack.up(), (error: Error) => {
            assert.ok(error instanceof EngineError);
            assert.match(error.message, /the program cannot go on/);
            return true;
        });
        broken = false;
        await stack.up();
        assert.equal((await stack.outputs()).fine?.value, true);
    });

    it("rejects what a mandatory policy forbids, with the violation, and lets advice pass", async () => {
        const pack = path.join(cluster.folder, "pack");
        writeJavaScriptPack(
            pack,
            `const policy = require("@pulumi/policy");
             const rule = (name, enforcementLevel) => ({
                 name, description: name, enforcementLevel,
                 validateResource: (args, report) => {
                     if (args.type === "kubernetes:core/v1:ConfigMap" && args.props.data.level === enforcementLevel) {
                         report("found level " + enforcementLevel);
                     }
                 },
             });
             new policy.PolicyPack("fixture", { policies: [rule("no-bad", "mandatory"), rule("no-odd", "advisory")] });`,
        );
        let level = "mandatory";
        const stack = await cluster.open(
            "policy",
            () => {
                new k8s.core.v1.ConfigMap("map", { metadata: { namespace: "default" }, data: { level } });
                return Promise.resolve();
            },
            { policyPacks: [pack] },
        );
        for (const operation of ["preview", "up"] as const) {
            await assert.rejects(stack[operation](), (error: Error) => {
                assert.ok(error instanceof EngineError);
                assert.match(error.message, /\[fixture\] no-bad .*found level mandatory/s);
                assert.equal(error.result.violations[0]?.level, "mandatory");
                return true;
            });
        }
        assert.equal(
            cluster.kubectl("get", "cm", "-o", "name").includes("map-"),
            false,
            "nothing was created",
        );
        level = "advisory";
        const { violations } = await stack.up();
        assert.deepEqual(
            violations.map(({ policy, level: severity }) => [policy, severity]),
            [["no-odd", "advisory"]],
        );
        await stack.destroy();
    });

    it("ends an operation that is cancelled, and keeps what it made", async () => {
        const stack = await cluster.open("cancelled", () => {
            interruptedProgram("cancelled", "condition=Programmed");
            return Promise.resolve();
        });
        const abort = new AbortController();
        const up = stack.up({ signal: abort.signal });
        await eventually("the Gateway that is waited for", () => hasGateway("cancelled"));
        abort.abort();
        await assert.rejects(up, /context canceled/);
        assert.match(cluster.stateOf("cancelled"), /"id":\s*"cancelled\/gateway-/);
        await stack.destroy();
        assert.equal(cluster.kubectl("get", "ns", "cancelled", "--ignore-not-found"), "");
    });

    it("leaves a live run alone, whatever others are opened, run and refused meanwhile", async () => {
        const name = "alive";
        const child = startInterrupted(name);
        const ended = once(child, "exit");
        try {
            await eventually("the Gateway that is waited for", () => hasGateway(name));
            const engines = () => processesWith(path.join(cluster.folder, "stacks", name)).length;
            const before = engines();
            const nothing = () => Promise.resolve();
            const other = await cluster.open(name, nothing, { stack: "other" });
            await other.up();
            for (const operation of ["up", "preview"] as const) {
                const same = await cluster.open(name, nothing, { config: { "demo:given": operation } });
                await assert.rejects(
                    same[operation](),
                    new RegExp(`another run is changing the stack "dev" \\(process ${String(child.pid)}\\)`),
                );
            }
            await other.destroy();
            assert.equal(child.exitCode, null);
            assert.equal(engines(), before);
        } finally {
            child.kill("SIGKILL");
            await ended;
        }
        const stack = await cluster.open(name, () => Promise.resolve());
        await stack.destroy();
        assert.equal(cluster.kubectl("get", "ns", name, "--ignore-not-found"), "");
    });

    for (const [how, name] of [
        ["the whole run", "killed-group"],
        ["only the process that drives the engine", "killed-driver"],
    ] as const) {
        it(`takes up a run that was killed: ${how}`, async () => {
            const child = startInterrupted(name);
            let printed = "";
            child.stdout?.on("data", (text: Buffer) => (printed += text.toString()));
            child.stderr?.on("data", (text: Buffer) => (printed += text.toString()));
            await eventually("the Gateway that is waited for", () => hasGateway(name));
            const objects = () =>
                cluster.kubectl("get", "-n", name, "gateway,cm", "-o", "name").split("\n").sort();
            const before = objects();
            const home = path.join(cluster.folder, "stacks", name, "pulumi", "home");
            const engines = processesWith(path.join(home, "bin", "pulumi"));
            assert.ok(engines.length > 0);
            const ended = once(child, "exit");
            child.kill("SIGKILL");
            if (name === "killed-group") {
                engines.forEach(({ pid }) => process.kill(pid, "SIGKILL"));
            }
            await ended;

            // A provider that writes down whether it may create what exists, before it serves.
            const [provider, seen] = ["provider", "seen"].map((file) => path.join(home, file)) as [
                string,
                string,
            ];
            writeScript(provider, [
                `echo "\${PULUMI_K8S_UPSERT_EXISTING_OBJECTS:-unset}" >> '${seen}'`,
                `exec '${cluster.toolchain.kubernetesProvider}' "$@"`,
            ]);
            const mayTakeOver = () => {
                const values = new Set(fs.readFileSync(seen, "utf8").trim().split("\n"));
                fs.rmSync(seen);
                return [...values];
            };
            const stack = await cluster.open(
                name,
                () => {
                    interruptedProgram(name, "jsonpath={.metadata.uid}");
                    return Promise.resolve();
                },
                { kubernetesProvider: provider },
            );
            const result = await stack.up();
            assert.deepEqual(mayTakeOver(), ["true"], printed);
            assert.ok(
                stack.lines.some((line) => line.includes("interrupted run")),
                stack.lines.join("\n"),
            );
            assert.deepEqual(objects(), before, "nothing is made twice, nothing is lost");
            assert.equal(result.changes.create, undefined);
            assert.deepEqual((await stack.preview({ refresh: true })).changes, { same: 4 });
            assert.deepEqual(mayTakeOver(), ["unset"]);
            await stack.destroy();
            assert.equal(cluster.kubectl("get", "ns", name, "--ignore-not-found"), "");
            await eventually("the end of all processes", () => processesWith(home).length === 0);
        });
    }

    const hasGateway = (namespace: string) =>
        cluster.kubectl("get", "-n", namespace, "gateway", "-o", "name").includes("/gateway-");

    /** Starts a run whose last resource never becomes ready. */
    function startInterrupted(name: string): ChildProcess {
        const options = {
            pulumi: cluster.toolchain.pulumi,
            kubernetesProvider: cluster.toolchain.kubernetesProvider,
            projectRoot: path.join(cluster.folder, "project"),
            stateDir: path.join(cluster.folder, "stacks", name),
            kubeconfig: cluster.kubeconfig,
            namespace: name,
        };
        const script = npmRun("test/local/engineInterrupted.ts");
        return spawn(process.execPath, [...script, JSON.stringify(options)], {
            cwd: projectRoot,
            stdio: ["ignore", "pipe", "pipe"],
        });
    }
});
