import { strict as assert } from "assert";
import type { CoreV1Api, V1Container, V1Pod } from "@kubernetes/client-node";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import { shellWord } from "../../components/shell";
import type { WorkerContext } from "../../local/lab/agent/podWorker";
import { PodWorker } from "../../local/lab/agent/podWorker";
import type { LabTools } from "../../local/toolchain/lab";
import { versions } from "../../local/toolchain/versions";
import { eventually } from "../support/eventually";
import { temporaryFolder } from "./temporary";

const image = `example.com/llm-d-inference-sim:${versions.simulator}`;

/** A pod that needs a request to the API server for each of its volumes. */
function podOf(container: Partial<V1Container> = {}, spec: Partial<V1Pod["spec"]> = {}): V1Pod {
    return {
        metadata: { name: "server-1", namespace: "sim", uid: "a1" },
        spec: {
            containers: [{ name: "server", image, ...container }],
            volumes: [
                { name: "one", configMap: { name: "one" } },
                { name: "two", configMap: { name: "two" } },
            ],
            terminationGracePeriodSeconds: 30,
            ...spec,
        },
    };
}

/** As a client asks: the pod's next version says that it is to end. */
function deleted(pod: V1Pod): V1Pod {
    return {
        ...pod,
        metadata: {
            ...pod.metadata,
            deletionTimestamp: new Date(),
            deletionGracePeriodSeconds: pod.spec!.terminationGracePeriodSeconds,
        },
    };
}

/** A node of its own for each test: an API server that answers everything, and a program in place of containers. */
class Node {
    /** Requests to the API server, in order. */
    readonly requests: string[] = [];
    readonly context: WorkerContext;
    private readonly pids: string;
    private readonly networks: string;
    /** Told of each request before it is answered. */
    onRequest: (number: number) => void = () => undefined;

    /** @param program what a container does, as a shell script. */
    constructor(
        parent: string,
        program = "exec sleep 60",
        private readonly answer: (request: string) => unknown = () => ({}),
    ) {
        const folder = fs.mkdtempSync(path.join(parent, "node-"));
        this.pids = path.join(folder, "pids");
        this.networks = path.join(folder, "networks");
        const labnet = path.join(folder, "labnet");
        const network = `echo $$ >> ${shellWord(this.networks)}; echo ready; exec sleep 60`;
        const script = `[ "$1" = network ] && { ${network}; }\necho $$ >> ${shellWord(this.pids)}\n${program}`;
        fs.writeFileSync(labnet, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
        const request = (name: string) => async () => {
            this.requests.push(name);
            this.onRequest(this.requests.length);
            // The answer comes later, as from a network.
            await sleep(2);
            return this.answer(name);
        };
        this.context = {
            core: {
                readNamespacedConfigMap: request("volume"),
                patchNamespacedPodStatus: request("status"),
                deleteNamespacedPod: request("delete"),
            } as unknown as CoreV1Api,
            tools: { simulator: "/bin/true", labnet } as LabTools,
            podsFolder: folder,
            logsFolder: folder,
        };
    }

    /** How many containers were started so far. */
    get started(): number {
        return processesOf(this.pids).length;
    }

    /** How many networks were made so far. */
    get networksMade(): number {
        return processesOf(this.networks).length;
    }

    /** Whether a container that was started still runs. */
    get runs(): boolean {
        return processesOf(this.pids).some(isThere);
    }

    /** Whether a network that was made is still there. */
    get hasNetwork(): boolean {
        return processesOf(this.networks).some(isThere);
    }
}

function isThere(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}

function processesOf(file: string): number[] {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    return text.split("\n").filter(Boolean).map(Number);
}

describe("the lab's worker of a pod", () => {
    const folder = temporaryFolder();
    const workerOf = (node: Node, pod: V1Pod) => new PodWorker(pod, "127.0.0.1", node.context);

    async function end(worker: PodWorker, pod: V1Pod): Promise<void> {
        worker.update(deleted(pod));
        await worker.gone;
    }

    function ended(node: Node, where: string): void {
        assert.equal(node.requests.at(-1), "delete", where);
        assert.ok(!node.runs, `a container runs on after the end of its pod: ${where}`);
        assert.ok(!node.hasNetwork, `the network of a pod outlives it: ${where}`);
    }

    it("ends a pod at every request that is under way when it is deleted", async () => {
        for (let point = 1; ; point++) {
            const node = new Node(folder());
            const pod = podOf();
            let worker: PodWorker | undefined = undefined;
            let reached = false;
            node.onRequest = (number) => {
                // The first request is sent while the worker is made.
                if (number === point) {
                    reached = true;
                    setImmediate(() => worker!.update(deleted(pod)));
                }
            };
            worker = workerOf(node, pod);
            // Two volumes and a status are asked for at least.
            await eventually("the request", () => reached || (point > 3 && node.started === 1));
            if (!reached) {
                // What else it asks for once its container runs comes soon.
                await Promise.race([worker.gone, sleep(1_000)]);
            }
            if (!reached) {
                assert.equal(node.started, 1);
                await end(worker, pod);
                return;
            }
            await worker.gone;
            ended(node, `request ${String(point)} (${node.requests.join(", ")})`);
        }
    });

    it("ends a pod at any moment of its start", async () => {
        for (let wait = 0; wait < 40; wait += 1) {
            const node = new Node(folder());
            const pod = podOf();
            const worker = workerOf(node, pod);
            await sleep(wait);
            await end(worker, pod);
            ended(node, `after ${String(wait)} ms`);
        }
    });

    it("ends a pod between the death of its container and the next one", async () => {
        for (const wait of [0, 5, 20, 100]) {
            const node = new Node(folder(), "exit 3");
            const pod = podOf();
            const worker = workerOf(node, pod);
            await eventually("the container's death", () =>
                Promise.resolve(node.started === 1 && !node.runs),
            );
            await sleep(wait);
            await end(worker, pod);
            ended(node, `${String(wait)} ms after the death`);
            assert.ok(node.started <= 2);
        }
    });

    it("starts nothing for a pod that was deleted before the node heard of it, and lets it go", async () => {
        const node = new Node(folder());
        await workerOf(node, deleted(podOf())).gone;
        assert.deepEqual([node.requests, node.started], [["delete"], 0]);
    });

    it("runs all containers of a pod, in one network that ends with it", async () => {
        const node = new Node(folder());
        const pod = podOf();
        pod.spec!.containers.push({ ...pod.spec!.containers[0]!, name: "sidecar" });
        const worker = workerOf(node, pod);
        await eventually("two containers", () => node.started === 2);
        assert.equal(node.networksMade, 1);
        await end(worker, pod);
        ended(node, "two containers");
    });

    it("starts native sidecars before the containers, and ends them after", async () => {
        const journal = path.join(folder(), "journal");
        const program = `say() { echo "$WHO $1" >> ${shellWord(journal)}; }; trap 'say ends; exit' TERM; say starts; while :; do sleep 0.05; done`;
        const named = (name: string) => ({ name, image, env: [{ name: "WHO", value: name }] });
        const node = new Node(folder(), program);
        const sidecar = { ...named("sidecar"), restartPolicy: "Always" };
        const pod = podOf(named("server"), { initContainers: [sidecar] });
        const worker = workerOf(node, pod);
        const lines = () =>
            fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").trim().split("\n") : [];
        await eventually("both", () => lines().length === 2);
        await end(worker, pod);
        ended(node, "a sidecar");
        assert.deepEqual(lines(), ["sidecar starts", "server starts", "server ends", "sidecar ends"]);
    });

    it("starts no container before its pod's sidecar, and lets go of a pod whose sidecar never started", async () => {
        const node = new Node(folder());
        const sidecar = { name: "sidecar", image: "example.com/unknown:v1", restartPolicy: "Always" };
        const pod = podOf({}, { initContainers: [sidecar] });
        const worker = workerOf(node, pod);
        await eventually("a report", () => node.requests.includes("status"));
        await sleep(300);
        assert.equal(node.started, 0);
        await end(worker, pod);
        assert.equal(node.requests.at(-1), "delete");
    });

    it("keeps the network of a pod while its container is started again", async () => {
        const node = new Node(folder(), "sleep 0.2; exit 3");
        const pod = podOf();
        const worker = workerOf(node, pod);
        await eventually("a second container", () => node.started === 2);
        assert.equal(node.networksMade, 1);
        await end(worker, pod);
        ended(node, "started again");
    });

    it("ends a pod that waits for an image", async () => {
        const node = new Node(folder());
        const pod = podOf({ image: "example.com/unknown:v1" });
        const worker = workerOf(node, pod);
        await eventually("a status", () => Promise.resolve(node.requests.includes("status")));
        await end(worker, pod);
        assert.equal(node.started, 0);
    });

    it("lets a pod go until the API server has heard", async () => {
        let refused = 0;
        const node = new Node(folder(), undefined, (request) => {
            if (request === "delete" && refused++ < 1) {
                throw Object.assign(new Error("not now"), { code: 500 });
            }
            return {};
        });
        await workerOf(node, deleted(podOf())).gone;
        assert.deepEqual(node.requests, ["delete", "delete"]);
    });

    describe("a running container", () => {
        /** Programs that say by a file that they can be asked to end. */
        const deaf = (begun: string) => `trap '' TERM; : > ${shellWord(begun)}; while :; do sleep 0.1; done`;
        const obedient = (begun: string) => `: > ${shellWord(begun)}; exec sleep 600`;

        async function timeToEnd(
            program: (begun: string) => string,
            container: Partial<V1Container>,
            grace: number,
            kill = false,
        ): Promise<number> {
            const begun = path.join(fs.mkdtempSync(path.join(folder(), "begun-")), "file");
            const node = new Node(folder(), program(begun));
            const pod = podOf(container, { terminationGracePeriodSeconds: grace });
            const worker = workerOf(node, pod);
            await eventually("a container", () => fs.existsSync(begun));
            const before = Date.now();
            worker.update(deleted(pod));
            if (kill) {
                worker.kill();
            }
            await worker.gone;
            ended(node, program(begun));
            return (Date.now() - before) / 1000;
        }

        it("is asked to end, and ends as soon as it likes", async () => {
            assert.ok((await timeToEnd(obedient, {}, 300)) < 300);
        });

        it("has its whole grace period, and no more", async () => {
            // That it ends at all is the kill: it never does by itself.
            const taken = await timeToEnd(deaf, {}, 3);
            assert.ok(taken >= 3, String(taken));
        });

        it("sleeps first where its preStop hook says so, within the grace period", async () => {
            const hook = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
            const taken = await timeToEnd(obedient, hook(1), 300);
            assert.ok(taken >= 1 && taken < 300, String(taken));
            const both = await timeToEnd(deaf, hook(300), 3);
            assert.ok(both >= 3 && both < 300, String(both));
        });

        it("has no grace once the API server no longer has its pod", async () => {
            assert.ok((await timeToEnd(deaf, {}, 300, true)) < 300);
        });

        it("is started again when its liveness probe fails, ready or not", async () => {
            // Nothing listens there.
            const livenessProbe = { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 2 };
            const node = new Node(folder());
            const pod = podOf({ livenessProbe, readinessProbe: { tcpSocket: { port: 1 } } });
            const worker = workerOf(node, pod);
            await eventually("a second container", () => Promise.resolve(node.started === 2));
            await end(worker, pod);
            ended(node, "restarted");
        });
    });

    it("says of a hook or a probe that it does not know that it does not", async () => {
        for (const container of [
            { lifecycle: { preStop: { exec: { command: ["true"] } } } },
            { readinessProbe: { exec: { command: ["true"] } } },
        ]) {
            const node = new Node(folder());
            const said: unknown[] = [];
            const { core } = node.context;
            node.context.core = {
                ...core,
                patchNamespacedPodStatus: ({ body }: { body: unknown }) => Promise.resolve(said.push(body)),
            } as unknown as CoreV1Api;
            const pod = podOf(container);
            const worker = workerOf(node, pod);
            await eventually("a status", () => Promise.resolve(said.length > 0));
            assert.match(JSON.stringify(said[0]), /CreateContainerError.*the lab runs/);
            await end(worker, pod);
        }
    });
});
