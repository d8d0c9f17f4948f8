import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as net from "net";
import * as os from "os";
import * as path from "path";
import type { ControlPlane, ControlPlaneStatus } from "../../local/controlplane";
import {
    ComponentError,
    controlPlaneStatus,
    startControlPlane,
    stopControlPlane,
} from "../../local/controlplane";
import { LoopbackClient } from "../../local/controlplane/https";
import type { Toolchain } from "../../local/toolchain";
import { ensureToolchain } from "../../local/toolchain";
import { versions } from "../../local/toolchain/versions";
import { eventually } from "../support/eventually";
import { processesWith } from "../support/processes";
import { runAndKill } from "./killed";
import { writeScript } from "./temporary";

describe("embedded control plane (end to end)", function () {
    // The first run on a machine builds the tools.
    this.timeout(30 * 60_000);

    let parent: string;
    let stateDir: string;
    let toolchain: Toolchain;

    before(async () => {
        parent = fs.mkdtempSync(path.join(os.tmpdir(), "llm-d-e2e-"));
        stateDir = path.join(parent, "state");
        toolchain = await ensureToolchain(() => undefined);
    });

    after(async () => {
        await stopControlPlane(stateDir);
        fs.rmSync(parent, { recursive: true, force: true });
    });

    const start = (tools = toolchain): Promise<ControlPlane> =>
        startControlPlane({ toolchain: tools, stateDir, report: () => undefined });

    function kubectl(...args: string[]): string {
        const own = [
            `--kubeconfig=${path.join(stateDir, "kubeconfig")}`,
            `--cache-dir=${path.join(parent, "cache")}`,
        ];
        return execFileSync(toolchain.kubectl, [...own, ...args], {
            encoding: "utf8",
            env: { HOME: parent },
        }).trim();
    }

    /** Runs kubectl with no credentials but those in `args`. */
    function kubectlWithout(server: string, ...args: string[]): string {
        const authority = path.join(stateDir, "certificates", "cluster-ca.crt");
        const own = ["--kubeconfig=/dev/null", `--server=${server}`, `--certificate-authority=${authority}`];
        return execFileSync(toolchain.kubectl, [...own, ...args], {
            encoding: "utf8",
            stdio: "pipe",
            env: { HOME: parent },
        });
    }

    async function pids(): Promise<Record<string, number | undefined>> {
        const { components } = await controlPlaneStatus(stateDir);
        return Object.fromEntries(components.map(({ name, pid }) => [name, pid]));
    }

    /** Kills a component, and waits until it is seen to be gone: its last thread holds its port. */
    async function killAndSee(victim: string): Promise<void> {
        process.kill((await pids())[victim] ?? NaN, "SIGKILL");
        await eventually(`the end of ${victim}`, async () => {
            const { components } = await controlPlaneStatus(stateDir);
            return components.find(({ name }) => name === victim)?.running === false;
        });
    }

    const processesOfTheFolder = () => processesWith(`${stateDir}/`);

    function assertHealthy(status: ControlPlaneStatus): void {
        assert.equal(status.state, "healthy", JSON.stringify(status.components));
    }

    it("starts, with everything ready", async () => {
        const { started, kubeconfig, server } = await start();
        assert.equal(started.length, 5);
        assert.equal(kubeconfig, path.join(stateDir, "kubeconfig"));
        assert.match(server, /^https:\/\/127\.0\.0\.1:\d+$/);
        const status = await controlPlaneStatus(stateDir);
        assertHealthy(status);
        for (const { name, memory, port } of status.components) {
            assert.ok(port !== undefined && port > 0, name);
            assert.ok((memory ?? 0) > 10_000_000, name);
        }
        assert.equal(kubectl("get", "serviceaccount", "default", "-o", "name"), "serviceaccount/default");
        const established = kubectl("wait", "--for=condition=Established", "crd", "--all").split("\n");
        assert.ok(established.length >= 20);
        for (const resource of ["httproutes", "inferencepools.inference.networking.k8s.io", "envoyfilters"]) {
            assert.equal(kubectl("get", resource, "-A", "-o", "name"), "");
        }
        assert.ok(kubectl("version").includes(`Server Version: ${versions.kubernetes}`));
    });

    it("begins with the data of a first start, and with its own authority alone", async () => {
        const another = path.join(parent, "another");
        const uid = ["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
        const first = kubectl(...uid);
        try {
            await startControlPlane({ toolchain, stateDir: another, report: () => undefined });
            const ofAnother = (...args: string[]) => kubectl(`--kubeconfig=${another}/kubeconfig`, ...args);
            assert.equal(ofAnother(...uid), first);
            const authority = path.join(another, "certificates", "cluster-ca.crt");
            const own = fs.readFileSync(authority, "utf8").trim();
            const trusted = [
                ...["get", "configmap", "extension-apiserver-authentication", "-n", "kube-system"],
                ...["-o", "jsonpath={.data.client-ca-file}", "--ignore-not-found"],
            ];
            await eventually("its own authority is the one trusted", () => ofAnother(...trusted) === own);
        } finally {
            await stopControlPlane(another);
        }
    });

    it("keeps credentials to the owner", () => {
        for (const entry of fs.readdirSync(stateDir, { recursive: true, withFileTypes: true })) {
            const file = path.join(entry.parentPath, entry.name);
            assert.equal(fs.statSync(file).mode & 0o077, 0, file);
        }
    });

    it("verifies who it talks to and who talks to it", async () => {
        const { server } = await start();
        await assert.rejects(fetch(`${server}/readyz`), "a client without its authority does not trust it");
        const authority = fs.readFileSync(path.join(stateDir, "certificates", "cluster-ca.crt"), "utf8");
        const anonymous = new LoopbackClient(Number(new URL(server).port), authority);
        assert.equal((await anonymous.request("GET", "/api")).status, 401);
        anonymous.close();
    });

    it("changes nothing when it is started again", async () => {
        const before = await pids();
        assert.deepEqual((await start()).started, []);
        assert.deepEqual(await pids(), before);
    });

    it("makes a Deployment Available, spread over zones, with addresses behind its Service", async () => {
        const manifest = path.join(parent, "web.json");
        const labels = { app: "web" };
        const spread = {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: labels },
        };
        fs.writeFileSync(
            manifest,
            JSON.stringify({
                apiVersion: "v1",
                kind: "List",
                items: [
                    {
                        apiVersion: "apps/v1",
                        kind: "Deployment",
                        metadata: { name: "web" },
                        spec: {
                            replicas: 3,
                            selector: { matchLabels: labels },
                            template: {
                                metadata: { labels },
                                spec: {
                                    topologySpreadConstraints: [spread],
                                    initContainers: [
                                        { name: "side", image: "none", restartPolicy: "Always" },
                                    ],
                                    containers: [{ name: "web", image: "none" }],
                                },
                            },
                        },
                    },
                    {
                        apiVersion: "v1",
                        kind: "Service",
                        metadata: { name: "web" },
                        spec: { selector: labels, ports: [{ port: 80 }] },
                    },
                ],
            }),
        );
        kubectl("apply", "-f", manifest);
        kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=120s");
        kubectl("rollout", "status", "deployment/web", "--timeout=120s");
        const nodes = kubectl(
            "get",
            "pods",
            "-l",
            "app=web",
            "-o",
            "jsonpath={.items[*].spec.nodeName}",
        ).split(" ");
        assert.equal(new Set(nodes).size, 3);
        const readyAddresses = "jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}";
        await eventually("three addresses behind the Service", () => {
            const addresses = kubectl(
                ...["get", "endpointslice", "-l", "kubernetes.io/service-name=web", "-o", readyAddresses],
            );
            return addresses.split(" ").length === 3;
        });
    });

    it("lets a service account do what RBAC allows, and nothing else", async () => {
        kubectl("create", "serviceaccount", "reader");
        kubectl("create", "role", "reader", "--verb=list", "--resource=pods");
        kubectl("create", "rolebinding", "reader", "--role=reader", "--serviceaccount=default:reader");
        const token = kubectl("create", "token", "reader");
        const { server } = await controlPlaneStatus(stateDir);
        const asReader = (...args: string[]) => kubectlWithout(server ?? "", `--token=${token}`, ...args);
        assert.match(asReader("get", "pods"), /web-/);
        assert.throws(() => asReader("get", "secrets"), /forbidden/);
    });

    it("deletes a namespace with what is in it", () => {
        kubectl("create", "namespace", "short-lived");
        kubectl("create", "configmap", "thing", "-n", "short-lived");
        kubectl("delete", "namespace", "short-lived", "--timeout=120s");
    });

    for (const victim of ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"]) {
        it(`recovers from the death of ${victim}, keeping the others and the data`, async () => {
            const before = await pids();
            await killAndSee(victim);
            assert.equal((await controlPlaneStatus(stateDir)).state, "degraded");
            assert.deepEqual((await start()).started, [victim]);
            assertHealthy(await controlPlaneStatus(stateDir));
            const after = await pids();
            assert.notEqual(after[victim], before[victim]);
            assert.deepEqual({ ...after, [victim]: 0 }, { ...before, [victim]: 0 });
            assert.equal(kubectl("get", "deployment", "web", "-o", "name"), "deployment.apps/web");
        });
    }

    it("restarts a component that runs but does not answer", async () => {
        const before = await pids();
        process.kill(before["kube-scheduler"] ?? NaN, "SIGSTOP");
        assert.deepEqual((await start()).started, ["kube-scheduler"]);
        assertHealthy(await controlPlaneStatus(stateDir));
    });

    it("keeps its ports when it is started right after a crash", async () => {
        const before = await controlPlaneStatus(stateDir);
        process.kill(before.components.find(({ name }) => name === "kube-apiserver")?.pid ?? NaN, "SIGKILL");
        assert.equal((await start()).server, before.server);
    });

    it("moves to other ports when a program took one after a crash", async () => {
        const before = await controlPlaneStatus(stateDir);
        const apiserver = before.components.find(({ name }) => name === "kube-apiserver");
        await killAndSee("kube-apiserver");
        const intruder = net.createServer().listen(apiserver?.port, "127.0.0.1");
        await once(intruder, "listening");
        try {
            const { server } = await start();
            assert.notEqual(server, before.server);
            assertHealthy(await controlPlaneStatus(stateDir));
            assert.equal(kubectl("get", "deployment", "web", "-o", "name"), "deployment.apps/web");
            // The controllers, the scheduler and kwok have followed.
            kubectl("create", "deployment", "moved", "--image=example.org/moved");
            kubectl("wait", "--for=condition=Available", "deployment/moved", "--timeout=120s");
        } finally {
            intruder.close();
        }
    });

    it("issues certificates anew when they are damaged", async () => {
        fs.truncateSync(path.join(stateDir, "certificates", "server.key"), 20);
        assert.equal((await start()).started.length, 5);
        assertHealthy(await controlPlaneStatus(stateDir));
        assert.equal(kubectl("get", "deployment", "web", "-o", "name"), "deployment.apps/web");
    });

    it("names the component that does not come up, with its last words", async () => {
        const broken = path.join(parent, "broken-scheduler");
        writeScript(broken, ["echo 'no such flag' >&2", "exit 1"]);
        await assert.rejects(start({ ...toolchain, kubeScheduler: broken }), (error: unknown) => {
            assert.ok(error instanceof ComponentError);
            assert.equal(error.component, "kube-scheduler");
            assert.match(error.message, /^kube-scheduler ended right after its start[^]*no such flag/);
            return true;
        });
        assert.deepEqual((await start()).started, ["kube-scheduler"]);
    });

    it("stops without a process or a file left", async () => {
        await stopControlPlane(stateDir);
        assert.deepEqual(processesOfTheFolder(), []);
        assert.equal(fs.existsSync(stateDir), false);
        assert.equal((await controlPlaneStatus(stateDir)).state, "absent");
        await stopControlPlane(stateDir);
    });

    it("can be interrupted at any point of its start and be started again", async () => {
        const script =
            `require("./local/controlplane").startControlPlane({ toolchain: ${JSON.stringify(toolchain)}, ` +
            `stateDir: ${JSON.stringify(stateDir)}, report: () => undefined });console.log("go");`;
        for (const delay of [10, 60, 120, 250, 500, 1500, 3000, 4000]) {
            await runAndKill(script, delay);
            if (delay === 1500) {
                await stopControlPlane(stateDir);
                assert.deepEqual(processesOfTheFolder(), []);
            }
        }
        await start();
        assertHealthy(await controlPlaneStatus(stateDir));
        assert.equal(processesOfTheFolder().length, 5);
        await stopControlPlane(stateDir);
        assert.deepEqual(processesOfTheFolder(), []);
        assert.deepEqual(fs.readdirSync(parent).includes("state"), false);
    });

    it("is started once by two who start it at the same time", async () => {
        const [one, two] = await Promise.all([start(), start()]);
        assert.deepEqual([one?.started.length, two?.started.length].sort(), [0, 5]);
        assert.equal(processesOfTheFolder().length, 5);
    });
});
