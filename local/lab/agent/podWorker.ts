import type { CoreV1Api, V1Container, V1Pod, V1Probe } from "@kubernetes/client-node";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import type { LabTools } from "../../toolchain/lab";
import { dnsAddress } from "../addresses";
import { programOf } from "../images";
import { statusOf } from "./cluster";
import type { Exit } from "./container";
import { Container } from "./container";
import { resolverConfig } from "./dns";
import { invocationOf } from "./environment";
import { podLogFile } from "./nodeServer";
import type { ContainerState } from "./podStatus";
import { podStatus } from "./podStatus";
import { runProbe } from "./probes";
import { writeVolumes } from "./volumes";

/** What every worker works with. */
export interface WorkerContext {
    core: CoreV1Api;
    tools: LabTools;
    /** Holds a folder for each pod. */
    podsFolder: string;
    logsFolder: string;
}

/** How long to wait before a container that ended is started again, in milliseconds: at first, and at the most. */
const restartDelay = { first: 1_000, most: 10_000 };

/** How long a pod may take to end, in milliseconds, whatever its own grace period says: nothing real is lost here. */
const longestGrace = 10_000;

/** How often a container that is not ready yet is asked, in milliseconds, unless its probe asks more often. */
const impatience = 1_000;

/** How long to wait before something that could not be had is looked for again, in milliseconds. */
const retryDelay = 1_000;

/**
 * Runs one pod: writes its volumes, starts its container as a process in namespaces of its own, probes it, starts it
 * again when it ends, and reports its status. Pods of one container and without init containers only, which is what
 * this program and Istio deploy.
 */
export class PodWorker {
    private pod: V1Pod;
    private readonly stopping = new AbortController();
    private container: Container | undefined;
    private state: ContainerState = { is: "waiting", reason: "ContainerCreating", message: "" };
    private ready = false;
    private restarts = 0;
    private lastExit: Exit | undefined;
    private readonly finished: Promise<void>;
    private reported = "";

    constructor(
        pod: V1Pod,
        private readonly podIP: string,
        private readonly context: WorkerContext,
    ) {
        this.pod = pod;
        // Containers of an earlier life of the node ended with it.
        const before = pod.status?.containerStatuses?.[0];
        this.restarts = before === undefined ? 0 : before.restartCount + 1;
        this.finished = this.run();
    }

    /** Takes a newer version of the pod. */
    update(pod: V1Pod): void {
        this.pod = pod;
    }

    /** Ends the pod's process, and then the pod where it is only waiting for that. */
    async stop(): Promise<void> {
        this.stopping.abort();
        const grace = (this.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
        await this.container?.stop(Math.min(grace, longestGrace));
        await this.finished;
        fs.rmSync(this.folder, { recursive: true, force: true });
        const { name, namespace, uid } = this.pod.metadata!;
        try {
            await this.context.core.deleteNamespacedPod({
                name: name!,
                namespace: namespace!,
                body: { gracePeriodSeconds: 0, preconditions: { uid } },
            });
        } catch (error) {
            // 404 and 409: it is gone, or another pod has its name by now.
            if (![404, 409].includes(statusOf(error) ?? 0)) {
                console.error(`Deleting ${this.name}: ${String(error)}`);
            }
        }
    }

    private get name(): string {
        return `${this.pod.metadata!.namespace!}/${this.pod.metadata!.name!}`;
    }

    private get folder(): string {
        return path.join(this.context.podsFolder, this.pod.metadata!.uid!);
    }

    private get stopped(): boolean {
        return this.stopping.signal.aborted;
    }

    private async run(): Promise<void> {
        let delay = restartDelay.first;
        while (!this.stopped) {
            const started = await this.start();
            if (started === undefined) {
                await this.pause(retryDelay);
                continue;
            }
            await this.report();
            const startedAt = Date.now();
            await this.watch(started);
            this.lastExit = await started.ended;
            this.ready = false;
            if (this.stopped) {
                return;
            }
            this.restarts++;
            const { code } = this.lastExit;
            // A container that ran for long enough has recovered from whatever ended it before.
            delay = Date.now() - startedAt > restartDelay.most ? restartDelay.first : delay;
            this.wait("CrashLoopBackOff", `ended with exit code ${String(code)}; starts again soon`);
            await this.report();
            await this.pause(delay);
            delay = Math.min(delay * 2, restartDelay.most);
        }
    }

    /** @returns undefined when something that it needs is not there; the status says what. */
    private async start(): Promise<Container | undefined> {
        const [spec, ...others] = this.pod.spec!.containers;
        try {
            if (others.length > 0 || (this.pod.spec!.initContainers ?? []).length > 0) {
                throw new Error("the lab runs pods of one container only");
            }
            return await this.startContainer(spec!);
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            const reason = message.startsWith("no program") ? "ErrImagePull" : "CreateContainerError";
            this.wait(reason, message);
            await this.report();
            return undefined;
        }
    }

    private async startContainer(spec: V1Container): Promise<Container> {
        const program = programOf(spec.image!, this.context.tools);
        const { name, namespace } = this.pod.metadata!;
        fs.rmSync(this.folder, { recursive: true, force: true });
        const folders = Object.fromEntries(
            ["root", "etc", "tmp"].map((part) => [part, path.join(this.folder, part)]),
        );
        Object.values(folders).forEach((folder) => fs.mkdirSync(folder, { recursive: true }));
        const volumes = await writeVolumes(
            this.context.core,
            this.pod,
            this.podIP,
            path.join(this.folder, "volumes"),
        );
        const etc = (file: string, contents: string) =>
            fs.writeFileSync(path.join(folders.etc!, file), contents);
        etc("resolv.conf", resolverConfig(dnsAddress, namespace!));
        etc("hosts", `127.0.0.1 localhost\n${this.podIP} ${name!}\n`);
        etc("hostname", `${name!}\n`);
        etc("passwd", "root:x:0:0:root:/:/sbin/nologin\n");
        const executable = `/lab/${path.basename(program.command[0]!)}`;
        const { args, env } = invocationOf(this.pod, spec, this.podIP);
        this.container = new Container({
            labnet: this.context.tools.labnet,
            hostname: name!,
            address: this.podIP,
            root: folders.root!,
            mounts: {
                "/etc": folders.etc!,
                "/tmp": folders.tmp!,
                [executable]: program.command[0]!,
                ...program.files,
                ...Object.fromEntries(
                    (spec.volumeMounts ?? []).map((mount) => [
                        mount.mountPath,
                        path.join(volumes[mount.name]!, mount.subPath ?? ""),
                    ]),
                ),
            },
            command: [executable, ...program.command.slice(1), ...args],
            env,
            logFile: podLogFile(this.context.logsFolder, namespace!, name!),
        });
        const { startedAt, pid } = this.container;
        this.state = { is: "running", startedAt, pid };
        return this.container;
    }

    /** Probes a container until it ends. */
    private async watch(container: Container): Promise<void> {
        let running = true;
        void container.ended.then(() => (running = false));
        const spec = this.pod.spec!.containers[0]!;
        const keepAsking = async (
            probe: V1Probe | undefined,
            answered: (succeeded: boolean, failures: number) => Promise<boolean>,
        ) => {
            if (probe === undefined) {
                return;
            }
            await this.pause((probe.initialDelaySeconds ?? 0) * 1000, container);
            for (let failures = 0; running && !this.stopped;) {
                const succeeded = await runProbe(probe, spec, this.podIP);
                failures = succeeded ? 0 : failures + 1;
                if (!running || !(await answered(succeeded, failures))) {
                    return;
                }
                const period = (probe.periodSeconds ?? 10) * 1000;
                await this.pause(this.ready ? period : Math.min(period, impatience), container);
            }
        };
        const threshold = (probe: V1Probe) => probe.failureThreshold ?? 3;
        const { startupProbe, livenessProbe, readinessProbe } = spec;
        await keepAsking(startupProbe, async (succeeded, failures) => {
            if (failures >= threshold(startupProbe!)) {
                await container.stop(longestGrace);
            }
            return !succeeded;
        });
        if (readinessProbe === undefined) {
            await this.setReady(running);
        }
        await Promise.all([
            container.ended,
            keepAsking(readinessProbe, async (succeeded, failures) => {
                if (succeeded || failures >= threshold(readinessProbe!)) {
                    await this.setReady(succeeded);
                }
                return true;
            }),
            keepAsking(livenessProbe, async (_succeeded, failures) => {
                if (failures >= threshold(livenessProbe!) && this.ready) {
                    await container.stop(longestGrace);
                }
                return true;
            }),
        ]);
    }

    private async setReady(ready: boolean): Promise<void> {
        if (this.ready !== ready) {
            this.ready = ready;
            await this.report();
        }
    }

    private wait(reason: string, message: string): void {
        this.state = { is: "waiting", reason, message };
    }

    /** Ends early when the pod is to end, or the container has. */
    private async pause(milliseconds: number, container?: Container): Promise<void> {
        const over = new AbortController();
        const signal = AbortSignal.any([this.stopping.signal, over.signal]);
        const waited = sleep(milliseconds, undefined, { signal }).catch(() => undefined);
        await (container === undefined ? waited : Promise.race([waited, container.ended]));
        over.abort();
    }

    /** Tells the API server, until it has heard. */
    private async report(): Promise<void> {
        const { podIP, state, ready, restarts, lastExit } = this;
        const status = podStatus(this.pod, { podIP, container: state, ready, restarts, lastExit });
        const text = JSON.stringify({ state, ready, restarts });
        if (text === this.reported) {
            return;
        }
        const { name, namespace } = this.pod.metadata!;
        for (;;) {
            try {
                await this.context.core.patchNamespacedPodStatus(
                    { name: name!, namespace: namespace!, body: { status } },
                    setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
                );
                this.reported = text;
                return;
            } catch (error) {
                if (this.stopped || statusOf(error) === 404) {
                    return;
                }
                console.error(`Reporting ${this.name}: ${String(error)}`);
                await this.pause(retryDelay);
            }
        }
    }
}
