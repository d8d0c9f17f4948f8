import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { KubeObjectOf } from "../../../commands/shared/cluster";
import { stopControlPlane } from "../../../local/controlplane";
import { stopLab } from "../../../local/lab";
import type { Session } from "../../../local/session";
import { requirementsOf } from "../../../objects/selectors";
import { openSession } from "../../../local/session";
import { eventually } from "../../support/eventually";
import { kubectlOf } from "./clusterEditor";
import { refuseTakeovers } from "./takeovers";

export type Pod = KubeObjectOf<V1Pod>;

/** Lines that the engine and the control plane reported, for the message of a failed test. */
export const log: string[] = [];

/** A control plane of a test file's own, beside any that the developer runs. */
export class TestCluster {
    readonly state = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-e2e-"));
    private session: Session | undefined;

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
        return refuseTakeovers(this.session.engine, this.state);
    }

    /** Path of the administrator's kubeconfig. */
    get kubeconfig(): string {
        return this.session!.kubeconfig;
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

    private runKubectl(args: string[], input?: string): string {
        const { toolchain, kubeconfig } = this.session!;
        return kubectlOf(toolchain.kubectl, kubeconfig, path.join(this.state, "kubectl-cache"))(args, input);
    }

    /** An object as the API server has it. */
    get<T = Record<string, unknown>>(kind: string, namespace: string, name: string): T {
        return JSON.parse(this.kubectl("--namespace", namespace, "get", kind, name, "--output", "json")) as T;
    }

    /** Names of the objects of a kind in a namespace. */
    names(kind: string, namespace: string): string[] {
        return this.kubectl("--namespace", namespace, "get", kind, "--output", "name")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => line.slice(line.indexOf("/") + 1));
    }

    /** The pods with these labels that are not being deleted, by name. */
    pods(namespace: string, labels: Record<string, string>): Pod[] {
        const text = this.kubectl(
            ...["--namespace", namespace, "get", "pods", "--selector", requirementsOf(labels).join(",")],
            ...["--sort-by", ".metadata.name", "--output", "json"],
        );
        const { items } = JSON.parse(text) as { items: Pod[] };
        return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    }

    /** Waits until each Deployment has the pods that it asks for and no others: `up` ends before the old ones are told to. */
    async rolledOut(): Promise<void> {
        await eventually("no Deployment has a pod of before", () => {
            const text = this.kubectl("get", "deployments", "--all-namespaces", "--output", "json");
            const { items } = JSON.parse(text) as { items: KubeObjectOf<V1Deployment>[] };
            return items.every(
                ({ metadata, spec, status }) =>
                    status?.observedGeneration === metadata.generation &&
                    (status?.replicas ?? 0) === spec!.replicas &&
                    (status?.updatedReplicas ?? 0) === spec!.replicas,
            );
        });
    }

    async stop(): Promise<void> {
        await stopLab(this.state);
        await stopControlPlane(this.state);
    }
}
