import * as fs from "fs";
import * as path from "path";
import { poll } from "../../commands/shared/poll";
import type { Toolchain } from "../toolchain";
import { withLock } from "../toolchain/lock";
import { bringUp, ComponentError, endGrace } from "./bringUp";
import type { Certificates } from "./certificates";
import { ensureCertificates, findCertificates } from "./certificates";
import type { ComponentName } from "./components";
import {
    adminClient,
    componentNames,
    etcdClient,
    isHealthy,
    recordFile,
    serverUrl,
    specifyComponents,
} from "./components";
import { ensureDefinitions, readDefinitions, withLlmdObjectives } from "./crds";
import { ensureFirstData, forgetAuthority } from "./firstData";
import type { LoopbackClient } from "./https";
import { contextName } from "./kubeconfig";
import { areNodesReady, ensureNodes } from "./nodes";
import type { Ports } from "./ports";
import { rememberedPorts, settlePorts } from "./ports";
import { end, findRunning, residentMemory } from "./processes";
import type { StateLayout } from "./stateFolder";
import { deleteStateFolder, prepareStateFolder, refuseForeignFolder, stateLayout } from "./stateFolder";

export { ComponentError } from "./bringUp";
export { prepareStateFolder } from "./stateFolder";

/** A control plane that is ready to be used. */
export interface ControlPlane {
    /** Path of the administrator's kubeconfig. */
    kubeconfig: string;
    /** Name of the only context in it. */
    context: string;
    /** The API server's address. */
    server: string;
    /** Components that this start had to start; none when everything was running and healthy already. */
    started: ComponentName[];
}

/** What to start a control plane from. */
export interface StartOptions {
    toolchain: Toolchain;
    /** Folder that holds all of it; new, empty, or a control plane's already. */
    stateDir: string;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
}

/** How a component is. */
export interface ComponentStatus {
    name: ComponentName;
    /** undefined when it does not run. */
    pid: number | undefined;
    /** Loopback port; undefined when none was ever chosen. */
    port: number | undefined;
    running: boolean;
    /** Whether it says itself that it is healthy. */
    healthy: boolean;
    /** Resident memory in bytes; undefined when it does not run, or where the system does not tell. */
    memory: number | undefined;
}

/** How a control plane is. */
export interface ControlPlaneStatus {
    /** "absent": never started, or stopped; "stopped": nothing of it runs; "degraded": some are not healthy. */
    state: "absent" | "stopped" | "degraded" | "healthy";
    kubeconfig: string | undefined;
    server: string | undefined;
    components: ComponentStatus[];
}

/** What there is to be before anything else can be. */
const storage: ComponentName[] = ["etcd", "kube-apiserver"];

/** How often a start is tried again because another program took a port that was free a moment before. */
const portAttempts = 3;

/** How long nodes and the default service account may take to appear. */
const settlePatience = { every: 100, atMost: 120_000 };

/**
 * Starts the control plane of a state folder, or whatever of it does not run or is not healthy, and waits until it
 * can be used: custom resource definitions Established, nodes Ready, the default service account there. It may be
 * interrupted at any point and called again.
 *
 * @throws ComponentError when a component does not come up; Error when `stateDir` holds foreign files.
 */
export async function startControlPlane({
    toolchain,
    stateDir,
    report,
}: StartOptions): Promise<ControlPlane> {
    const layout = stateLayout(stateDir);
    refuseForeignFolder(stateDir);
    return withLock(layout.lock, reportWaiting(report), async () => {
        prepareStateFolder(stateDir);
        const certificates = await ensureCertificates(layout.certificates);
        const started = new Set<ComponentName>();
        for (let attempt = 1; ; attempt++) {
            try {
                return await startOnce(toolchain, layout, certificates, started, report);
            } catch (error) {
                if (!(error instanceof ComponentError && error.portTaken) || attempt === portAttempts) {
                    throw error;
                }
                report(`${error.component}'s port was taken by another program; choosing another one`);
            }
        }
    });
}

/** One attempt; adds what it starts to `started`, which holds what earlier attempts did. */
async function startOnce(
    toolchain: Toolchain,
    layout: StateLayout,
    certificates: Certificates,
    started: Set<ComponentName>,
    report: (line: string) => void,
): Promise<ControlPlane> {
    const ports = await settlePorts(portsFile(layout), (name) => {
        const component = name === "etcd-peer" ? "etcd" : name;
        return findRunning(recordFile(layout, component)) !== undefined;
    });
    const specs = specifyComponents(toolchain, layout, certificates, ports);
    const bring = (name: ComponentName) => bringUp(name, ports[name], specs[name], certificates, report);
    const up = async (name: ComponentName) => {
        if (await bring(name)) {
            started.add(name);
        }
    };
    const definitions = withLlmdObjectives(readDefinitions(toolchain.crds));
    if (!fs.existsSync(layout.etcdData)) {
        const fill = async () => {
            await allSettledOrThrow(storage.map(bring));
            await withApi(certificates, ports, (api) => ensureDefinitions(api, definitions));
            await end(recordFile(layout, "kube-apiserver"), endGrace);
            await forgetAuthority(etcdClient(certificates, ports));
            await end(recordFile(layout, "etcd"), endGrace);
        };
        await ensureFirstData({ toolchain, etcdData: layout.etcdData, fill, report });
    }
    // The API server waits for etcd by itself; the others give up when they find no API server.
    await allSettledOrThrow(storage.map(up));
    await withApi(certificates, ports, async (api) => {
        await allSettledOrThrow([
            up("kube-controller-manager"),
            up("kube-scheduler"),
            up("kwok"),
            ensureDefinitions(api, definitions),
            ensureNodes(api),
        ]);
        await settle("The nodes are not Ready", () => areNodesReady(api));
        await settle("The default service account is not there", () => hasDefaultServiceAccount(api));
    });
    return {
        kubeconfig: layout.kubeconfig,
        context: contextName,
        server: serverUrl(ports),
        started: [...started],
    };
}

/**
 * Stops every process of the control plane of a state folder and deletes the folder. Where there is none, nothing
 * happens. Processes that it did not start are never signalled.
 *
 * @param report takes one line of progress at a time; default: none is taken.
 * @throws Error when a process does not end, or when `stateDir` is not a control plane's folder.
 */
export async function stopControlPlane(
    stateDir: string,
    report: (line: string) => void = () => undefined,
): Promise<void> {
    refuseForeignFolder(stateDir);
    if (!fs.existsSync(stateDir)) {
        return;
    }
    const layout = stateLayout(stateDir);
    await withLock(layout.lock, reportWaiting(report), async () => {
        // etcd last: an API server without it waits in vain for its last writes.
        const [etcd, ...others] = componentNames;
        await allSettledOrThrow(others.map((name) => end(recordFile(layout, name), endGrace)));
        await end(recordFile(layout, etcd), endGrace);
        deleteStateFolder(stateDir);
    });
}

/** Asks the API server with all rights, over connections that are closed afterwards. */
async function withApi(
    certificates: Certificates,
    ports: Ports,
    ask: (api: LoopbackClient) => Promise<void>,
): Promise<void> {
    const api = adminClient(certificates, ports);
    try {
        await ask(api);
    } finally {
        api.close();
    }
}

/** Tells how the control plane of a state folder is; changes nothing. */
export async function controlPlaneStatus(stateDir: string): Promise<ControlPlaneStatus> {
    const layout = stateLayout(stateDir);
    const ports = rememberedPorts(portsFile(layout));
    const certificates = findCertificates(layout.certificates);
    const components = await Promise.all(
        componentNames.map(async (name): Promise<ComponentStatus> => {
            const pid = findRunning(recordFile(layout, name))?.pid;
            const port = ports[name];
            const askable = pid !== undefined && port !== undefined && certificates !== undefined;
            return {
                name,
                pid,
                port,
                running: pid !== undefined,
                healthy: askable && (await isHealthy(name, port, certificates)),
                memory: pid === undefined ? undefined : residentMemory(pid),
            };
        }),
    );
    return {
        state: overallState(layout, components),
        kubeconfig: fs.existsSync(layout.kubeconfig) ? layout.kubeconfig : undefined,
        server: ports["kube-apiserver"] === undefined ? undefined : serverUrl(ports as Ports),
        components,
    };
}

function overallState(layout: StateLayout, components: ComponentStatus[]): ControlPlaneStatus["state"] {
    if (components.every(({ healthy }) => healthy)) {
        return "healthy";
    }
    if (components.some(({ running }) => running)) {
        return "degraded";
    }
    return fs.existsSync(layout.run) ? "stopped" : "absent";
}

function portsFile(layout: StateLayout): string {
    return path.join(layout.run, "ports.json");
}

function reportWaiting(report: (line: string) => void): (pid: number) => void {
    return (pid) =>
        report(`Waiting for process ${pid}, which is starting or stopping the same control plane`);
}

async function hasDefaultServiceAccount(api: LoopbackClient): Promise<boolean> {
    const answer = await api.request("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    return answer.status === 200;
}

async function settle(otherwise: string, isSettled: () => Promise<boolean>): Promise<void> {
    if (!(await poll(isSettled, Boolean, settlePatience))) {
        throw new Error(`${otherwise} within ${settlePatience.atMost / 1000} s.`);
    }
}

/** Like Promise.all, but nothing goes on in the background any more when it throws. */
async function allSettledOrThrow(work: Promise<unknown>[]): Promise<void> {
    const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
    if (failed !== undefined) {
        throw failed.reason;
    }
}
