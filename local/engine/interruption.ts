import * as fs from "fs";
import * as path from "path";
import type { Stack } from "@pulumi/pulumi/automation";
import type { KubeObject } from "../../commands/shared/cluster";
import { Cluster } from "../../commands/shared/cluster";
import { poll } from "../../commands/shared/poll";
import { withLock } from "../toolchain/lock";
import { processIdentity } from "../toolchain/processIdentity";
import type { EngineLayout } from "./layout";
import type { PendingOperation, StackState } from "./state";

/** How long an engine that lost its program may take to end by itself after it was asked to. */
const endPatience = { every: 200, atMost: 15_000 };

/**
 * Runs an operation on a stack as the only one that does.
 *
 * @throws Error at once, with nothing done, while another run changes the stack.
 */
export function aloneOn<T>(layout: EngineLayout, stack: string, operation: () => Promise<T>): Promise<T> {
    const refuse = (pid: number) => {
        throw new Error(
            `another run is changing the stack "${stack}" (process ${String(pid)}); wait for it to end`,
        );
    };
    return withLock(layout.lock, refuse, operation);
}

/**
 * Removes the locks of the CLI that nobody holds any more; the caller is alone on the stack, see {@link aloneOn}. A CLI
 * that still runs although the process that drove it is gone (it was killed, and with it the program) is told to stop,
 * and ended if it does not.
 *
 * @param cli the CLI's path, by which its processes are known.
 */
export async function breakStaleLocks(
    layout: EngineLayout,
    project: string,
    stack: string,
    cli: string,
    report: (line: string) => void,
): Promise<void> {
    const folder = path.join(layout.backend, ".pulumi", "locks", "organization", project, stack);
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
        const file = path.join(folder, name);
        const pid = holderOf(file);
        if (pid !== undefined && isCli(pid, cli)) {
            report(`Ending process ${pid}, which an interrupted run left behind`);
            await endProcess(pid, cli);
        }
        report(`Removing the lock of an interrupted run (process ${pid ?? "unknown"})`);
        fs.rmSync(file, { force: true });
    }
}

/** The backend writes `{"pid":1,"username":"...","hostname":"...","timestamp":"..."}`. */
function holderOf(lockFile: string): number | undefined {
    try {
        const { pid } = JSON.parse(fs.readFileSync(lockFile, "utf8")) as { pid?: unknown };
        return typeof pid === "number" ? pid : undefined;
    } catch {
        return undefined;
    }
}

/** Process ids are used again: only a process that is the CLI can be the lock's holder. */
function isCli(pid: number, cli: string): boolean {
    if (processIdentity(pid) === undefined) {
        return false;
    }
    try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] === cli;
    } catch {
        // No such file system here: take the lock's word for it.
        return fs.existsSync("/proc/self") ? false : true;
    }
}

async function endProcess(pid: number, cli: string): Promise<void> {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
        process.kill(pid, signal);
        if (await poll(() => !isCli(pid, cli), Boolean, endPatience)) {
            return;
        }
    }
    throw new Error(`process ${pid} of an interrupted run does not end`);
}

/**
 * Resolves what an interrupted run left half done. A Kubernetes object that was being created is entered into the state
 * if it is on the cluster: so it is neither forgotten there nor, if its name was generated, created twice. Other
 * interrupted operations need no more than the refresh that must follow.
 *
 * @param kubeconfig path of the cluster's kubeconfig.
 * @returns whether there was anything, and so a refresh is needed.
 */
export async function resolvePendingOperations(
    stack: Stack,
    kubeconfig: string,
    report: (line: string) => void,
): Promise<boolean> {
    const deployment = await stack.exportStack();
    const state = deployment.deployment as StackState | undefined;
    const pending = state?.pending_operations ?? [];
    if (state === undefined || pending.length === 0) {
        return false;
    }
    report(
        `Taking up an interrupted run: ${pending.map(({ type, resource }) => `${type} ${resource.urn}`).join(", ")}`,
    );
    const managers = await fieldManagers(kubeconfig, pending);
    await stack.importStack({ ...deployment, deployment: adoptPendingCreates(state, managers) });
    return true;
}

/** The field manager that made each object whose creation was not recorded, by URN; none for one that is not there. */
async function fieldManagers(
    kubeconfig: string,
    pending: readonly PendingOperation[],
): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const cluster = new Cluster({ kubeconfig });
    try {
        for (const { type, resource } of pending) {
            if (type !== "creating" || !resource.type.startsWith("kubernetes:")) {
                continue;
            }
            const { apiVersion, kind, metadata } = resource.inputs as unknown as KubeObject;
            const live = await cluster.get(apiVersion, kind, metadata.namespace, metadata.name);
            const applied = live?.metadata.managedFields?.find(({ operation }) => operation === "Apply");
            if (applied?.manager !== undefined) {
                found.set(resource.urn, applied.manager);
            }
        }
    } finally {
        cluster.close();
    }
    return found;
}

/**
 * The state with the interrupted creates as resources, and without pending operations.
 *
 * @param managers by URN, the field manager of each object that was made. The provider has a random one for each object,
 * and keeps it in the state: under another one, later changes would conflict with the first.
 */
export function adoptPendingCreates(state: StackState, managers: ReadonlyMap<string, string>): StackState {
    const resources = [...(state.resources ?? [])];
    for (const { type, resource } of state.pending_operations ?? []) {
        const manager = managers.get(resource.urn);
        if (type !== "creating" || manager === undefined) {
            continue;
        }
        // A replacement is created while its predecessor is still there: that one is to be deleted.
        for (const old of resources.filter(({ urn }) => urn === resource.urn)) {
            old.delete = true;
        }
        const inputs = resource.inputs ?? {};
        const { name, namespace } = (inputs as unknown as KubeObject).metadata;
        resources.push({
            ...resource,
            id: namespace === undefined ? name : `${namespace}/${name}`,
            outputs: { ...inputs, __inputs: inputs, __fieldManager: manager },
        });
    }
    return { ...state, resources, pending_operations: undefined };
}
