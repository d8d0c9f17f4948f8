import type { V1Container, V1Pod } from "@kubernetes/client-node";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import { dnsAddress } from "../addresses";
import { programOf } from "../images";
import type { LabTools } from "../../toolchain/lab";
import type { Exit } from "./container";
import { Container } from "./container";
import { resolverConfig } from "./dns";
import { invocationOf } from "./environment";
import { podLogFile } from "./nodeServer";
import type { ContainerState, ContainerStanding } from "./podStatus";
import { probeContainer } from "./prober";
import { refuseUnknownProbes } from "./probes";

/** What a container's worker knows of its pod. */
export interface PodContext {
    /** The newest version of the pod. */
    readonly pod: V1Pod;
    readonly podIP: string;
    readonly tools: LabTools;
    readonly logsFolder: string;
    /** The pod's own folder. */
    readonly folder: string;
    /** The pod is to end. */
    readonly stopping: AbortSignal;
    /** The pod is to end without its grace period. */
    readonly killing: AbortSignal;
    /** Path of the network that the pod's containers have in common. */
    network(): Promise<string>;
    /** Writes the pod's volumes: the folder of each. */
    volumes(): Promise<Record<string, string>>;
    /** Tells the API server how the pod's containers are. */
    report(): Promise<void>;
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
 * Runs one container of a pod as a process in namespaces of its own, probes it, and starts it again when it ends.
 *
 * All of it is one sequence of steps ({@link run}), which also ends the container: whenever the pod is told to end, the
 * sequence comes to the same end, and no container can be started after it.
 */
export class ContainerWorker {
    private state: ContainerState = { is: "waiting", reason: "ContainerCreating", message: "" };
    private ready = false;
    private restarts: number;
    private lastExit: Exit | undefined;

    constructor(
        private readonly name: string,
        private readonly context: PodContext,
    ) {
        // Containers of an earlier life of the node ended with it.
        const before = context.pod.status?.containerStatuses?.find((status) => status.name === name);
        this.restarts = before === undefined ? 0 : before.restartCount + 1;
    }

    /** How the container is. */
    get standing(): ContainerStanding {
        const { name, state, ready, restarts, lastExit } = this;
        return { name, state, ready, restarts, lastExit };
    }

    /** Its part of the newest version of the pod. */
    private get spec(): V1Container {
        return this.context.pod.spec!.containers.find(({ name }) => name === this.name)!;
    }

    private get stopped(): boolean {
        return this.context.stopping.aborted;
    }

    /** Resolved once the pod was told to end and the container has ended. */
    async run(): Promise<void> {
        let delay = restartDelay.first;
        while (!this.stopped) {
            const container = await this.start();
            if (container === undefined) {
                await this.pause(retryDelay);
                continue;
            }
            const startedAt = Date.now();
            await this.context.report();
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
            await this.context.report();
            await this.pause(delay);
            delay = Math.min(delay * 2, restartDelay.most);
        }
    }

    /** @returns undefined when the pod is to end, or something that it needs is not there; the status says what. */
    private async start(): Promise<Container | undefined> {
        try {
            return await this.startContainer(this.spec);
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            const reason = message.startsWith("no program") ? "ErrImagePull" : "CreateContainerError";
            this.wait(reason, message);
            await this.context.report();
            return undefined;
        }
    }

    private async startContainer(spec: V1Container): Promise<Container | undefined> {
        const { pod, podIP, tools, logsFolder } = this.context;
        preStopSeconds(spec);
        refuseUnknownProbes(spec);
        const program = programOf(spec.image!, tools);
        const { name, namespace } = pod.metadata!;
        const network = await this.context.network();
        const volumes = await this.context.volumes();
        // Nothing is waited for from here until the container is in the hands of the sequence that ends it.
        if (this.stopped) {
            return undefined;
        }
        const own = path.join(this.context.folder, "containers", this.name);
        fs.rmSync(own, { recursive: true, force: true });
        const folders = Object.fromEntries(
            ["root", "etc", "tmp"].map((part) => [part, path.join(own, part)]),
        );
        Object.values(folders).forEach((folder) => fs.mkdirSync(folder, { recursive: true }));
        const etc = (file: string, contents: string) =>
            fs.writeFileSync(path.join(folders.etc!, file), contents);
        etc("resolv.conf", resolverConfig(dnsAddress, namespace!));
        etc("hosts", `127.0.0.1 localhost\n${podIP} ${name!}\n`);
        etc("hostname", `${name!}\n`);
        etc("passwd", "root:x:0:0:root:/:/sbin/nologin\n");
        const executable = `/lab/${path.basename(program.command[0]!)}`;
        const { args, env } = invocationOf(pod, spec, podIP);
        const container = new Container({
            labnet: tools.labnet,
            hostname: name!,
            network,
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
            logFile: podLogFile(logsFolder, namespace!, name!, this.name),
        });
        const { startedAt, pid } = container;
        this.state = { is: "running", startedAt, pid };
        return container;
    }

    /** Probes a container, and ends it when it must: after the pod was told to end, or a probe failed. */
    private async attend(container: Container): Promise<Exit> {
        const ended = new AbortController();
        void container.ended.then(() => ended.abort());
        const over = AbortSignal.any([this.context.stopping, ended.signal]);
        await probeContainer(this.spec, this.context.podIP, over, (ready) => this.setReady(ready));
        if (!ended.signal.aborted) {
            await this.end(container);
        }
        return container.ended;
    }

    /** The preStop hook and SIGTERM have the grace period together; then comes SIGKILL. */
    private async end(container: Container): Promise<void> {
        const { metadata, spec } = this.context.pod;
        const grace =
            (metadata!.deletionGracePeriodSeconds ?? spec!.terminationGracePeriodSeconds ?? 30) * 1000;
        const hook = Math.min(preStopSeconds(this.spec) * 1000, grace);
        const signal = this.context.killing;
        const slept = sleep(hook, undefined, { signal, ref: false }).catch(() => undefined);
        await Promise.race([container.ended, slept]);
        await container.stop(Math.max(grace - hook, shortestGrace), signal);
    }

    private async setReady(ready: boolean): Promise<void> {
        if (this.ready !== ready) {
            this.ready = ready;
            await this.context.report();
        }
    }

    private wait(reason: string, message: string): void {
        this.state = { is: "waiting", reason, message };
    }

    /** Ends early when the pod is to end. */
    private async pause(milliseconds: number): Promise<void> {
        await sleep(milliseconds, undefined, { signal: this.context.stopping }).catch(() => undefined);
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
