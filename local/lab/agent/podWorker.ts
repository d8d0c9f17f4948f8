import type { CoreV1Api, V1Container, V1Pod } from "@kubernetes/client-node";
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
import { probeContainer } from "./prober";
import { refuseUnknownProbes } from "./probes";
import { writeVolumes } from "./volumes";

/** What every worker works with. */
export interface WorkerContext {
    core: CoreV1Api;
    tools: LabTools;
    /** Holds a folder for each pod. */
    podsFolder: string;
    logsFolder: string;
}

/**
 * How long to wait before a container that ended is started again, in milliseconds: at first, and at the most. A kubelet
 * waits for 10 seconds and up to 5 minutes, unless its `crashLoopBackOff.maxContainerRestartPeriod` says otherwise.
 */
const restartDelay = { first: 1_000, most: 10_000 };

/** What a kubelet leaves of the grace period for SIGTERM, whatever the preStop hook has taken, in milliseconds. */
const shortestGrace = 2_000;

/** How long to wait before something that could not be had is looked for again, in milliseconds. */
const retryDelay = 1_000;

/**
 * Runs one pod: writes its volumes, starts its container as a process in namespaces of its own, probes it, starts it
 * again when it ends, and reports its status. Pods of one container and without init containers only, which is what
 * this program and Istio deploy.
 *
 * All of it is one sequence of steps ({@link run}), which also ends the container: whenever the pod is told to end, the
 * sequence comes to the same end, and no container can be started after it.
 */
export class PodWorker {
    private pod: V1Pod;
    /** The pod is to end. */
    private readonly stopping = new AbortController();
    /** The pod is to end without its grace period. */
    private readonly killing = new AbortController();
    private state: ContainerState = { is: "waiting", reason: "ContainerCreating", message: "" };
    private ready = false;
    private restarts = 0;
    private lastExit: Exit | undefined;
    private readonly finished: Promise<void>;
    private reported = "";
    private reporting = Promise.resolve();

    constructor(
        pod: V1Pod,
        private readonly podIP: string,
        private readonly context: WorkerContext,
    ) {
        this.pod = pod;
        // Containers of an earlier life of the node ended with it.
        const before = pod.status?.containerStatuses?.[0];
        this.restarts = before === undefined ? 0 : before.restartCount + 1;
        this.finished = this.live();
    }

    /** Takes a newer version of the pod, which may say that it is to end. */
    update(pod: V1Pod): void {
        this.pod = pod;
        if (pod.metadata!.deletionTimestamp !== undefined) {
            this.stopping.abort();
        }
    }

    /** Ends a pod that the API server no longer has. */
    kill(): void {
        this.stopping.abort();
        this.killing.abort();
    }

    /** Resolved once the pod, told to end, has ended, and the API server has let it go. */
    get gone(): Promise<void> {
        return this.finished;
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

    private async live(): Promise<void> {
        // A pod may be told to end before the node has heard of it.
        this.update(this.pod);
        await this.run();
        fs.rmSync(this.folder, { recursive: true, force: true });
        await this.letGo();
    }

    private async run(): Promise<void> {
        let delay = restartDelay.first;
        while (!this.stopped) {
            const container = await this.start();
            if (container === undefined) {
                await this.pause(retryDelay);
                continue;
            }
            const startedAt = Date.now();
            await this.report();
            this.lastExit = await this.attend(container);
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

    /** @returns undefined when the pod is to end, or something that it needs is not there; the status says what. */
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

    private async startContainer(spec: V1Container): Promise<Container | undefined> {
        preStopSeconds(spec);
        refuseUnknownProbes(spec);
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
        // Nothing is waited for from here until the container is in the hands of the sequence that ends it.
        if (this.stopped) {
            return undefined;
        }
        const etc = (file: string, contents: string) =>
            fs.writeFileSync(path.join(folders.etc!, file), contents);
        etc("resolv.conf", resolverConfig(dnsAddress, namespace!));
        etc("hosts", `127.0.0.1 localhost\n${this.podIP} ${name!}\n`);
        etc("hostname", `${name!}\n`);
        etc("passwd", "root:x:0:0:root:/:/sbin/nologin\n");
        const executable = `/lab/${path.basename(program.command[0]!)}`;
        const { args, env } = invocationOf(this.pod, spec, this.podIP);
        const container = new Container({
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
        const { startedAt, pid } = container;
        this.state = { is: "running", startedAt, pid };
        return container;
    }

    /** Probes a container, and ends it when it must: after the pod was told to end, or a probe failed. */
    private async attend(container: Container): Promise<Exit> {
        const ended = new AbortController();
        void container.ended.then(() => ended.abort());
        const over = AbortSignal.any([this.stopping.signal, ended.signal]);
        await probeContainer(this.pod.spec!.containers[0]!, this.podIP, over, (ready) =>
            this.setReady(ready),
        );
        if (!ended.signal.aborted) {
            await this.end(container);
        }
        return container.ended;
    }

    /** The preStop hook and SIGTERM have the grace period together; then comes SIGKILL. */
    private async end(container: Container): Promise<void> {
        const { metadata, spec } = this.pod;
        const grace =
            (metadata!.deletionGracePeriodSeconds ?? spec!.terminationGracePeriodSeconds ?? 30) * 1000;
        const hook = Math.min(preStopSeconds(spec!.containers[0]!) * 1000, grace);
        const signal = this.killing.signal;
        const slept = sleep(hook, undefined, { signal, ref: false }).catch(() => undefined);
        await Promise.race([container.ended, slept]);
        await container.stop(Math.max(grace - hook, shortestGrace), signal);
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

    /** Ends early when the pod is to end. */
    private async pause(milliseconds: number): Promise<void> {
        await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }

    /** Tells the API server, until it has heard. One report follows the other, so that the last one stays. */
    private report(): Promise<void> {
        this.reporting = this.reporting.then(() => this.reportNow());
        return this.reporting;
    }

    private async reportNow(): Promise<void> {
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

    /** Tells the API server that a pod that was waiting for its end has ended. */
    private async letGo(): Promise<void> {
        const { name, namespace, uid } = this.pod.metadata!;
        for (;;) {
            try {
                await this.context.core.deleteNamespacedPod({
                    name: name!,
                    namespace: namespace!,
                    body: { gracePeriodSeconds: 0, preconditions: { uid } },
                });
                return;
            } catch (error) {
                // It is gone, or another pod has its name by now.
                if ([404, 409].includes(statusOf(error) ?? 0)) {
                    return;
                }
                console.error(`Deleting ${this.name}: ${String(error)}`);
                await sleep(retryDelay);
            }
        }
    }
}

/**
 * How long the preStop hook of a container takes.
 *
 * @throws Error when it is of a kind that the lab does not know.
 */
function preStopSeconds({ lifecycle }: V1Container): number {
    const { sleep: pause, ...others } = lifecycle?.preStop ?? {};
    if (lifecycle?.postStart !== undefined || Object.values(others).some((hook) => hook !== undefined)) {
        throw new Error("the lab runs preStop hooks that sleep, and no others");
    }
    return pause?.seconds ?? 0;
}
