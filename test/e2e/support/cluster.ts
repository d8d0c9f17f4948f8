import { strict as assert } from "assert";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { KubeObject, KubeObjectOf } from "../../../commands/shared/cluster";
import { Cluster } from "../../../commands/shared/cluster";
import { stopControlPlane } from "../../../local/controlplane";
import { kubectlFlags } from "../../../local/kubectl";
import { stopLab } from "../../../local/lab";
import type { Session } from "../../../local/session";
import { requirementsOf } from "../../../objects/selectors";
import { openSession } from "../../../local/session";
import { eventually } from "../../support/eventually";
import { ObjectClient } from "../../support/objectClient";
import { SavedObjects } from "./clusterEditor";
import { refuseTakeovers } from "./takeovers";

export type Pod = KubeObjectOf<V1Pod>;

/** Lines that the engine and the control plane reported, for the message of a failed test. */
export const log: string[] = [];

/** A control plane of a test file's own, beside any that the developer runs. */
export class TestCluster {
    readonly state = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-e2e-"));
    private session: Session | undefined;
    private reader: Cluster | undefined;
    private writer: ObjectClient | undefined;

    /**
     * Opens a stack, by default that of dev, with config of the test's own; starts the control plane when it does not
     * run.
     */
    async open(
        config: Record<string, unknown> = {},
        options: { stack?: string; policyPacks?: string[]; forceConflicts?: boolean; lab?: boolean } = {},
    ): Promise<Session["engine"]> {
        this.session = await openSession({
            stack: "dev",
            config,
            ...options,
            report: (line) => log.push(line),
            state: this.state,
        });
        this.reader?.close();
        this.reader = new Cluster({ kubeconfig: this.kubeconfig });
        return refuseTakeovers(this.session.engine, this.state);
    }

    /** Path of the administrator's kubeconfig. */
    get kubeconfig(): string {
        return this.session!.kubeconfig;
    }

    /** The client of the commands, until the next stack is opened. */
    get client(): Cluster {
        return this.reader!;
    }

    /** Runs kubectl against this control plane, and none other. */
    kubectl(...args: string[]): string {
        return this.runKubectl(args);
    }

    /** Applies an object server-side, as this field manager. */
    apply(object: object, fieldManager: string): void {
        this.runKubectl(
            ["apply", "--server-side", "--field-manager", fieldManager, "--filename", "-"],
            JSON.stringify(object),
        );
    }

    private runKubectl(args: readonly string[], input?: string): string {
        const { toolchain, kubeconfig } = this.session!;
        return execFileSync(toolchain.kubectl, [...kubectlFlags(kubeconfig, this.state), ...args], {
            encoding: "utf8",
            input,
            stdio: ["pipe", "pipe", "pipe"],
            maxBuffer: 64 * 2 ** 20,
        });
    }

    /** An object as the API server has it. */
    get<T = Record<string, unknown>>(kind: string, namespace: string, name: string): T {
        return JSON.parse(this.kubectl("--namespace", namespace, "get", kind, name, "--output", "json")) as T;
    }

    /** An object as the API server has it, of the version, kind and name of this one. */
    async live<T extends KubeObject>({ apiVersion, kind, metadata }: T): Promise<T> {
        const found = await this.client.get<T>(apiVersion, kind, metadata.namespace, metadata.name);
        assert.ok(found !== undefined, `there is no ${kind} ${metadata.name}`);
        return found;
    }

    /** Names of the objects of a kind in a namespace. */
    names(kind: string, namespace: string): string[] {
        return this.kubectl("--namespace", namespace, "get", kind, "--output", "name")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => line.slice(line.indexOf("/") + 1));
    }

    /** The pods with these labels that are not being deleted, by name. */
    async pods(namespace: string, labels: Record<string, string>): Promise<Pod[]> {
        const pods = await this.client.list<Pod>("v1", "Pod", namespace, requirementsOf(labels).join(","));
        return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    }

    /** Names of the pods, in all namespaces, that are told to end and have not ended. */
    async endingPods(): Promise<string[]> {
        const pods = await this.client.list<Pod>("v1", "Pod");
        return pods.flatMap(({ metadata }) =>
            metadata.deletionTimestamp === undefined ? [] : [metadata.name],
        );
    }

    /** Waits until each Deployment has the pods that it asks for and no others: `up` ends before the old ones are told to. */
    async rolledOut(): Promise<void> {
        await eventually("no Deployment has a pod of before", async () => {
            const deployments = await this.client.list<KubeObjectOf<V1Deployment>>("apps/v1", "Deployment");
            return deployments.every(
                ({ metadata, spec, status }) =>
                    status?.observedGeneration === metadata.generation &&
                    (status?.replicas ?? 0) === spec!.replicas &&
                    (status?.updatedReplicas ?? 0) === spec!.replicas,
            );
        });
    }

    /** The objects of these namespaces as they are now, to be broken and put back. */
    save(namespaces: readonly string[]): Promise<SavedObjects> {
        this.writer?.close();
        this.writer = new ObjectClient(this.kubeconfig);
        return SavedObjects.save(this.client, this.writer, namespaces);
    }

    async stop(): Promise<void> {
        this.reader?.close();
        this.writer?.close();
        await stopLab(this.state);
        await stopControlPlane(this.state);
    }
}
