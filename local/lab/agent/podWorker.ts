import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import type { LabTools } from "../../toolchain/lab";
import { statusOf } from "./cluster";
import type { PodContext } from "./containerWorker";
import { ContainerWorker } from "./containerWorker";
import { PodNetwork } from "./podNetwork";
import { podStatus } from "./podStatus";
import { writeVolumes } from "./volumes";

/** What every worker works with. */
export interface WorkerContext {
    core: CoreV1Api;
    tools: LabTools;
    /** Holds a folder for each pod. */
    podsFolder: string;
    logsFolder: string;
}

/** How long to wait before something that could not be had is looked for again, in milliseconds. */
const retryDelay = 1_000;

/**
 * Runs one pod: its containers, each in the hands of a worker of its own, with volumes and a network in common. Reports how
 * they are, and lets the pod go when all have ended. Pods without init containers only, which is what this program, Istio
 * and the conformance suites deploy.
 */
export class PodWorker implements PodContext {
    pod: V1Pod;
    private readonly stop = new AbortController();
    private readonly kills = new AbortController();
    readonly stopping = this.stop.signal;
    readonly killing = this.kills.signal;
    private readonly containers: ContainerWorker[];
    private sharedNetwork: PodNetwork | undefined;
    private readonly finished: Promise<void>;
    private reported = "";
    private reporting = Promise.resolve();

    constructor(
        pod: V1Pod,
        readonly podIP: string,
        private readonly context: WorkerContext,
    ) {
        this.pod = pod;
        this.containers = pod.spec!.containers.map(({ name }) => new ContainerWorker(name, this));
        this.finished = this.live();
    }

    /** Takes a newer version of the pod, which may say that it is to end. */
    update(pod: V1Pod): void {
        this.pod = pod;
        if (pod.metadata!.deletionTimestamp !== undefined) {
            this.stop.abort();
        }
    }

    /** Ends a pod that the API server no longer has. */
    kill(): void {
        this.stop.abort();
        this.kills.abort();
    }

    /** Resolved once the pod, told to end, has ended, and the API server has let it go. */
    get gone(): Promise<void> {
        return this.finished;
    }

    private get name(): string {
        return `${this.pod.metadata!.namespace!}/${this.pod.metadata!.name!}`;
    }

    get folder(): string {
        return path.join(this.context.podsFolder, this.pod.metadata!.uid!);
    }

    get tools(): LabTools {
        return this.context.tools;
    }

    get logsFolder(): string {
        return this.context.logsFolder;
    }

    /** @throws Error when the pod is of a kind that the lab does not run, or the network cannot be made. */
    async network(): Promise<string> {
        if ((this.pod.spec!.initContainers ?? []).length > 0) {
            throw new Error("the lab runs pods without init containers only");
        }
        if (this.sharedNetwork === undefined || this.sharedNetwork.hasEnded) {
            this.sharedNetwork = new PodNetwork(this.tools.labnet, this.podIP);
        }
        return this.sharedNetwork.path;
    }

    /** Anew at each start of a container, as what they are made of may have changed. Empty ones keep what is in them. */
    volumes(): Promise<Record<string, string>> {
        return writeVolumes(this.context.core, this.pod, this.podIP, path.join(this.folder, "volumes"));
    }

    private async live(): Promise<void> {
        // A pod may be told to end before the node has heard of it.
        this.update(this.pod);
        await Promise.all(this.containers.map((container) => container.run()));
        await this.sharedNetwork?.end();
        fs.rmSync(this.folder, { recursive: true, force: true });
        await this.letGo();
    }

    /** Tells the API server, until it has heard. One report follows the other, so that the last one stays. */
    report(): Promise<void> {
        this.reporting = this.reporting.then(() => this.reportNow());
        return this.reporting;
    }

    private async reportNow(): Promise<void> {
        const containers = this.containers.map(({ standing }) => standing);
        const status = podStatus(this.pod, { podIP: this.podIP, containers });
        const text = JSON.stringify(
            containers.map(({ state, ready, restarts }) => ({ state, ready, restarts })),
        );
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
                if (this.stopping.aborted || statusOf(error) === 404) {
                    return;
                }
                console.error(`Reporting ${this.name}: ${String(error)}`);
                await sleep(retryDelay, undefined, { signal: this.stopping }).catch(() => undefined);
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
