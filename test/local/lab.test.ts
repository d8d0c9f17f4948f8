import { strict as assert } from "assert";
import type { CoreV1Api, V1Container, V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import * as fs from "fs";
import * as net from "net";
import * as path from "path";
import { text } from "stream/consumers";
import { resolver, resolverConfig } from "../../local/lab/agent/dns";
import { invocationOf } from "../../local/lab/agent/environment";
import { LogTimes } from "../../local/lab/agent/logTimes";
import type { ContainerStanding } from "../../local/lab/agent/podStatus";
import { podStatus } from "../../local/lab/agent/podStatus";
import { connectThrough, relayFromSocket, serveEgress } from "../../local/lab/agent/relay";
import { ServiceProxy } from "../../local/lab/agent/serviceProxy";
import { writeVolumes } from "../../local/lab/agent/volumes";
import { programOf } from "../../local/lab/images";
import { freePorts } from "../../local/controlplane/ports";
import type { LabTools } from "../../local/toolchain/lab";
import { temporaryFolder } from "./temporary";

const container: V1Container = {
    name: "server",
    image: "example.com/server:v1",
    args: ["--port=8200", "--name=$(POD_NAME)", "--unknown=$(NOBODY)"],
    env: [
        { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "FULL", value: "$(POD_NAME).example" },
        { name: "CORES", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
        { name: "BYTES", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
        { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    ],
    resources: { limits: { cpu: "1500m", memory: "1Gi" } },
};

const pod: V1Pod = {
    metadata: {
        name: "server-1",
        namespace: "sim",
        uid: "a1",
        labels: { role: 'de"code' },
    },
    spec: { containers: [container], nodeName: "lab", serviceAccountName: "reader" },
};

/** A server that says its name to whoever connects, and then hangs up. */
async function greeter(name: string, host: string, port: number): Promise<net.Server> {
    const server = net.createServer((client) => client.end(name));
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return server;
}

function portOf(server: net.Server): number {
    return (server.address() as net.AddressInfo).port;
}

describe("the lab's parts", () => {
    const folder = temporaryFolder();
    const servers: net.Server[] = [];
    after(() => servers.forEach((server) => server.close()));

    describe("a container's environment", () => {
        it("has the pod's fields, limits and references, and leaves unknown references alone", () => {
            const { args, env } = invocationOf(pod, container, "10.247.0.9");
            assert.deepEqual(args, ["--port=8200", "--name=server-1", "--unknown=$(NOBODY)"]);
            assert.equal(env.FULL, "server-1.example");
            assert.equal(env.CORES, "2", "cores are rounded up");
            assert.equal(env.BYTES, String(2 ** 30));
            assert.equal(env.IP, "10.247.0.9");
        });

        it("names the variable whose source it cannot read", () => {
            const secret = { name: "KEY", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
            assert.throws(() => invocationOf(pod, { ...container, env: [secret] }, ""), /variable KEY/);
        });
    });

    describe("images", () => {
        const tools = { simulator: "/sim", llmdEpp: "/epp" } as LabTools;

        it("are told by name and tag, whatever registry they are from", () => {
            for (const image of [
                "ghcr.io/llm-d/llm-d-inference-sim:v0.10.2",
                "registry.example.com:5000/mirror/llm-d-inference-sim:v0.10.2",
                `ghcr.io/llm-d/llm-d-inference-sim:v0.10.2@sha256:${"0".repeat(64)}`,
            ]) {
                assert.deepEqual(programOf(image, tools).command, ["/sim"], image);
            }
        });

        it("that are not known are refused with those that are", () => {
            assert.throws(
                () => programOf("ghcr.io/llm-d/llm-d-inference-sim:v0.9.0", tools),
                /v0\.9\.0; there are: llm-d-inference-sim:v0\.10\.2, llm-d-inference-scheduler:v0\.7\.1, llm-d-inference-scheduler:v0\.4\.0/,
            );
        });
    });

    describe("a pod's status", () => {
        const running = { is: "running", startedAt: new Date(0), pid: 7 } as const;
        const standing = {
            name: "server",
            state: running,
            ready: true,
            restarts: 0,
            lastExit: undefined,
        };
        const statusOf = (of: V1Pod, ...changes: Partial<ContainerStanding>[]) =>
            podStatus(of, {
                podIP: "10.247.0.9",
                containers: changes.map((change) => ({ ...standing, ...change })),
            });
        const readyOf = (status: V1Pod["status"]) => status?.conditions?.find(({ type }) => type === "Ready");

        it("is Ready only while its container runs and is ready", () => {
            assert.equal(readyOf(statusOf(pod, {}))?.status, "True");
            const waiting = { is: "waiting", reason: "CrashLoopBackOff", message: "" } as const;
            const status = statusOf(pod, { state: waiting });
            assert.equal(readyOf(status)?.status, "False");
            assert.equal(status.containerStatuses?.[0]?.state?.waiting?.reason, "CrashLoopBackOff");
        });

        it("is Ready only while all of its containers are", () => {
            const two = { ...pod, spec: { containers: [container, { ...container, name: "other" }] } };
            const status = statusOf(two, {}, { name: "other", ready: false });
            assert.equal(readyOf(status)?.status, "False");
            assert.deepEqual(
                status.containerStatuses?.map(({ name, ready }) => [name, ready]),
                [
                    ["server", true],
                    ["other", false],
                ],
            );
            assert.equal(readyOf(statusOf(two, {}, { name: "other" }))?.status, "True");
        });

        it("keeps the time of a condition that does not change", () => {
            const lastTransitionTime = new Date(1000);
            const before = { conditions: [{ type: "Ready", status: "True", lastTransitionTime }] };
            const known = { ...pod, status: before };
            assert.equal(readyOf(statusOf(known, {}))?.lastTransitionTime, lastTransitionTime);
            const other = statusOf(known, { ready: false });
            assert.notEqual(readyOf(other)?.lastTransitionTime, lastTransitionTime);
        });
    });

    describe("volumes", () => {
        const core = {
            readNamespacedConfigMap: ({ name }: { name: string }) =>
                name === "there"
                    ? Promise.resolve({ data: { a: "1", b: "2" } })
                    : Promise.reject(new Error("404")),
            createNamespacedServiceAccountToken: ({ name, body }: { name: string; body: object }) =>
                Promise.resolve({ status: { token: `${name} ${JSON.stringify(body)}` } }),
        } as unknown as CoreV1Api;
        const write = (volumes: NonNullable<V1Pod["spec"]>["volumes"]) =>
            writeVolumes(core, { ...pod, spec: { ...pod.spec!, volumes } }, "10.247.0.9", folder());

        it("hold what a kubelet would write", async () => {
            const folders = await write([
                { name: "config", configMap: { name: "there", items: [{ key: "b", path: "x/b" }] } },
                { name: "scratch", emptyDir: {} },
                {
                    name: "identity",
                    projected: {
                        sources: [
                            { serviceAccountToken: { path: "token", audience: "istio-ca" } },
                            {
                                downwardAPI: {
                                    items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }],
                                },
                            },
                        ],
                    },
                },
            ]);
            const read = (...parts: string[]) => fs.readFileSync(path.join(...parts), "utf8");
            assert.equal(read(folders.config!, "x", "b"), "2");
            assert.ok(!fs.existsSync(path.join(folders.config!, "a")), "only the items that are named");
            assert.deepEqual(fs.readdirSync(folders.scratch!), []);
            assert.match(read(folders.identity!, "token"), /^reader .*"audiences":\["istio-ca"\]/);
            assert.equal(read(folders.identity!, "labels"), 'role="de\\"code"');
        });

        it("are brought up to date, and keep what the pod has put into an emptyDir", async () => {
            const target = folder();
            const volumes = (items: { key: string; path: string }[]) => [
                { name: "config", configMap: { name: "there", items } },
                { name: "scratch", emptyDir: {} },
            ];
            const at = (...items: { key: string; path: string }[]) =>
                writeVolumes(
                    core,
                    { ...pod, spec: { ...pod.spec!, volumes: volumes(items) } },
                    "10.247.0.9",
                    target,
                );
            const { config, scratch } = await at({ key: "a", path: "a" }, { key: "b", path: "b" });
            fs.writeFileSync(path.join(scratch!, "own"), "");
            await at({ key: "b", path: "b" });
            assert.deepEqual(fs.readdirSync(config!), ["b"]);
            assert.deepEqual(fs.readdirSync(scratch!), ["own"]);
        });

        it("that cannot be had are named", async () => {
            await assert.rejects(
                write([{ name: "config", configMap: { name: "gone" } }]),
                /ConfigMap sim\/gone cannot be read/,
            );
            await assert.rejects(
                write([{ name: "disk", persistentVolumeClaim: { claimName: "c" } }]),
                /volume disk/,
            );
        });
    });

    describe("the times of logs", () => {
        it("tell what was said since, of logs that were there and of those that come", () => {
            const logs = folder();
            const [old, fresh] = [path.join(logs, "old.log"), path.join(logs, "fresh.log")];
            const times = new LogTimes(logs);
            fs.writeFileSync(old, "before\n");
            times.look(1_000);
            fs.writeFileSync(fresh, "one\n");
            times.look(2_000);
            fs.appendFileSync(fresh, "two\n");
            fs.appendFileSync(old, "after\n");
            times.look(3_000);
            assert.equal(times.offsetSince(fresh, 1_500), 0);
            assert.equal(times.offsetSince(fresh, 2_500), "one\n".length);
            assert.equal(times.offsetSince(fresh, 3_500), "one\ntwo\n".length);
            assert.equal(times.offsetSince(old, 2_500), "before\n".length);
            assert.equal(times.offsetSince(old, 500), undefined, "nobody looked then");
        });
    });

    it("names: Services by their full name, nothing else", () => {
        const service: V1Service = { spec: { clusterIP: "10.96.0.9" } };
        const headless: V1Service = { spec: { clusterIP: "None" } };
        const resolve = resolver((name, namespace) =>
            namespace === "sim" ? { proxy: service, headless }[name] : undefined,
        );
        assert.equal(resolve("Proxy.sim.svc.cluster.local"), "10.96.0.9");
        for (const unknown of ["proxy.other.svc.cluster.local", "headless.sim.svc.cluster.local", "sim"]) {
            assert.equal(resolve(unknown), undefined, unknown);
        }
        assert.match(resolverConfig("10.246.0.10", "sim"), /^search sim\.svc\.cluster\.local /m);
    });

    describe("the ways in and out", () => {
        it("lead to an address, or a name, behind the socket", async () => {
            const server = await greeter("inside", "127.0.0.1", 0);
            servers.push(server);
            const socket = path.join(folder(), "egress");
            const resolve = (host: string) => (host === "server.sim" ? "127.0.0.1" : undefined);
            servers.push(await serveEgress(socket, resolve));
            for (const host of ["127.0.0.1", "server.sim"]) {
                const stream = await connectThrough(socket, `${host}:${String(portOf(server))}`);
                assert.equal(await text(stream), "inside");
            }
            await assert.rejects(connectThrough(socket, "nobody.sim:80"), /nobody\.sim is not known/);
            const [closed] = await freePorts(1);
            await assert.rejects(connectThrough(socket, `127.0.0.1:${String(closed)}`), /ECONNREFUSED/);
        });

        it("say nothing of their own once they lead somewhere", async () => {
            const server = net.createServer((client) => {
                client.once("data", () => client.resetAndDestroy());
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const socket = path.join(folder(), "egress");
            servers.push(server, await serveEgress(socket, () => undefined));
            const stream = await connectThrough(socket, `127.0.0.1:${String(portOf(server))}`);
            const heard = text(stream).catch(() => "");
            stream.write("hello");
            assert.equal(await heard, "", "the other side hung up");
        });

        it("lead from a socket to the API server's port", async () => {
            const server = await greeter("api", "127.0.0.1", 0);
            const socket = path.join(folder(), "apiserver");
            servers.push(server, await relayFromSocket(socket, portOf(server)));
            assert.equal(await text(net.connect(socket)), "api");
        });
    });

    describe("the proxy of Services", () => {
        const slice = (...endpoints: [string, boolean][]): V1EndpointSlice => ({
            metadata: {
                name: "proxy-1",
                namespace: "sim",
                labels: { "kubernetes.io/service-name": "proxy" },
            },
            addressType: "IPv4",
            ports: [{ name: "http", port: target }],
            endpoints: endpoints.map(([address, ready]) => ({
                addresses: [address],
                conditions: { ready },
            })),
        });
        let port: number;
        let target: number;
        let proxy: ServiceProxy;

        before(async () => {
            [port, target] = (await freePorts(2)) as [number, number];
            servers.push(await greeter("one", "127.0.0.3", target));
            servers.push(await greeter("two", "127.0.0.4", target));
            proxy = new ServiceProxy({ host: "127.0.0.1", port: 1 });
            const service: V1Service = {
                metadata: { name: "proxy", namespace: "sim" },
                spec: { clusterIP: "127.0.0.2", ports: [{ name: "http", port }] },
            };
            proxy.serviceChanged(service, false);
        });
        after(() => {
            proxy.serviceChanged({ metadata: { name: "proxy", namespace: "sim" } }, true);
        });

        async function answers(count: number): Promise<string[]> {
            const all: string[] = [];
            for (let asked = 0; asked < count; asked++) {
                all.push(await text(net.connect(port, "127.0.0.2")));
            }
            return all;
        }

        it("takes its ready endpoints in turn", async () => {
            proxy.sliceChanged(slice(["127.0.0.3", true], ["127.0.0.4", true]), false);
            const [first, second, third] = await answers(3);
            assert.deepEqual([first, second].sort(), ["one", "two"]);
            assert.equal(third, first);
        });

        it("passes by those that are not ready, or do not answer", async () => {
            proxy.sliceChanged(slice(["127.0.0.3", false], ["127.0.0.4", true], ["127.0.0.5", true]), false);
            assert.deepEqual(await answers(3), ["two", "two", "two"]);
        });

        it("hangs up when there are none", async () => {
            proxy.sliceChanged(slice(["127.0.0.3", false]), false);
            await assert.rejects(answers(1), /ECONNRESET/);
        });
    });
});
