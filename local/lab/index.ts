import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { npmRun } from "../../commands/shared/npmRun";
import { poll } from "../../commands/shared/poll";
import type { ControlPlane } from "../controlplane";
import { freePorts } from "../controlplane/ports";
import { end, findRunning, lastLines, launch } from "../controlplane/processes";
import { findCertificates } from "../controlplane/certificates";
import { readJson, socketsFolder, stateLayout, writePrivateFile } from "../controlplane/stateFolder";
import { kubectlFlags } from "../kubectl";
import { fingerprint } from "../toolchain/cache";
import { runCommand } from "../toolchain/command";
import type { LabTools } from "../toolchain/lab";
import { kubernetesServiceAddress } from "./addresses";
import type { Guest } from "./agent/guests";
import { runGuest } from "./agent/guests";
import { connectThrough } from "./agent/relay";
import { istioManifests, istioNamespace } from "./istio";
import type { Entrances, SupervisorOptions } from "./options";

/** Where the lab of a state folder keeps its files. */
interface LabLayout {
    recordFile: string;
    logFile: string;
    podsFolder: string;
    logsFolder: string;
    entrancesFile: string;
}

/** What to start a lab from. */
export interface LabOptions {
    tools: LabTools;
    /** Path of kubectl. */
    kubectl: string;
    controlPlane: ControlPlane;
    stateDir: string;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
}

/** How long the node, and then Istio, may take to be there. */
const startPatience = { every: 100, atMost: 180_000 };

/** How long the processes in the lab may take to end by themselves, in milliseconds. */
const endGrace = 1_000;

const egressSocket = `${socketsFolder}/egress`;
const guestSocket = `${socketsFolder}/guests`;
const apiServerSocket = `${socketsFolder}/apiserver`;

/** What of the lab is the real thing, and what stands in for it. */
export const parts = {
    real: [
        "istiod and pilot-agent (Istio's own charts and configuration)",
        "Envoy",
        "llm-d's endpoint picker",
        "llm-d's inference simulator",
        "kube-apiserver and its controllers",
    ],
    standIns: [
        "kubelet and container runtime (pods are processes in network namespaces of their own)",
        "kube-proxy (connections are passed on by the node's process)",
        "cluster DNS and load balancer",
    ],
};

function labLayout(stateDir: string): LabLayout {
    const { run, logs, folder } = stateLayout(stateDir);
    return {
        recordFile: path.join(run, "lab.json"),
        logFile: path.join(logs, "lab.log"),
        podsFolder: path.join(folder, "pods"),
        logsFolder: path.join(logs, "pods"),
        entrancesFile: path.join(run, "entrances.json"),
    };
}

/** Whether the lab of a state folder runs. */
export function isLabRunning(stateDir: string): boolean {
    return findRunning(labLayout(stateDir).recordFile) !== undefined;
}

/**
 * Starts the lab beside a running control plane: a node that runs pods as processes, and Istio on it. What runs
 * already is left alone.
 *
 * @throws Error on another system than Linux, or with the last lines of the lab's log when it does not come up.
 */
export async function startLab(options: LabOptions): Promise<void> {
    const { tools, controlPlane, stateDir, report } = options;
    if (process.platform !== "linux") {
        throw new Error(`The lab needs Linux, for its network namespaces; this is ${process.platform}.`);
    }
    const layout = labLayout(stateDir);
    const supervisor: SupervisorOptions = {
        agent: {
            kubeconfig: controlPlane.kubeconfig,
            apiServerPort: Number(new URL(controlPlane.server).port),
            apiServerSocket,
            egressSocket,
            guestSocket,
            certificate: findCertificates(stateLayout(stateDir).certificates)!.files("server"),
            tools,
            podsFolder: layout.podsFolder,
            logsFolder: layout.logsFolder,
        },
        entrancesFile: layout.entrancesFile,
    };
    const args = JSON.stringify(supervisor);
    const mark = fingerprint(args, ownSource());
    if (findRunning(layout.recordFile)?.fingerprint !== mark) {
        await end(layout.recordFile, endGrace);
        fs.rmSync(layout.podsFolder, { recursive: true, force: true });
        fs.mkdirSync(layout.podsFolder, { recursive: true, mode: 0o700 });
        fs.mkdirSync(layout.logsFolder, { recursive: true, mode: 0o700 });
        const started = await launch({
            executable: process.execPath,
            args: [...npmRun("local/lab/supervisor.ts"), args],
            env: { HOME: layout.podsFolder, PATH: process.env.PATH ?? "" },
            // Paths of sockets must be short, so they are relative to it.
            cwd: stateDir,
            logFile: layout.logFile,
            recordFile: layout.recordFile,
            fingerprint: mark,
        });
        report(`Started the lab's node (process ${started.pid})`);
    }
    await until("The lab's node is not ready", layout, () => canReachServices(stateDir));
    await installIstio(options, layout);
}

/** Ends the lab of a state folder, and every process in it. Where there is none, nothing happens. */
export async function stopLab(stateDir: string): Promise<void> {
    await end(labLayout(stateDir).recordFile, endGrace);
}

/**
 * Opens ports of the loopback interface that lead to places in the lab. Places keep their ports while the state folder
 * lives.
 *
 * @param places each `host:port`; the host is an address in the lab or a Service's full name.
 */
export async function openEntrances(stateDir: string, places: string[]): Promise<Entrances> {
    const { entrancesFile } = labLayout(stateDir);
    const known = (readJson(entrancesFile) ?? {}) as Entrances;
    const missing = places.filter((place) => known[place] === undefined);
    const ports = await freePorts(missing.length);
    const entrances = {
        ...known,
        ...Object.fromEntries(missing.map((place, index) => [place, ports[index]!])),
    };
    writePrivateFile(entrancesFile, JSON.stringify(entrances));
    return Object.fromEntries(places.map((place) => [place, entrances[place]!]));
}

/**
 * Runs a program of this machine in the network of a running lab, where the addresses of its Services, load balancers and
 * pods are reached.
 *
 * @param heard takes what it says, as it comes.
 * @returns its exit code.
 * @throws Error when the lab ends before it, or the signal ends it.
 */
export function runInLab(
    stateDir: string,
    guest: Guest,
    heard: (text: string) => void,
    signal?: AbortSignal,
): Promise<number> {
    return runGuest(socketPath(stateDir, guestSocket), guest, heard, signal);
}

/** Paths of sockets must be short, and must not depend on the working folder of this process. */
function socketPath(stateDir: string, socket: string): string {
    return path.relative(process.cwd(), path.join(stateDir, socket));
}

async function installIstio(
    { tools, kubectl, controlPlane, stateDir, report }: LabOptions,
    layout: LabLayout,
): Promise<void> {
    const kubectlArgs = (...args: string[]) => [...kubectlFlags(controlPlane.kubeconfig, stateDir), ...args];
    await runCommand(kubectl, kubectlArgs("apply", "--server-side", "--force-conflicts", "--filename", "-"), {
        step: "Installing Istio",
        input: await istioManifests(tools),
    });
    await until("istiod is not ready", layout, () => {
        const replicas = execFileSync(
            kubectl,
            kubectlArgs(
                ...["--namespace", istioNamespace, "get", "deployment", "istiod"],
                ...["--output", "jsonpath={.status.readyReplicas}"],
            ),
            { encoding: "utf8" },
        );
        return Promise.resolve(replicas === "1");
    });
    report("Istio is ready");
}

/** A lab that an earlier version of this program started is started anew. */
function ownSource(): string {
    return fs
        .readdirSync(__dirname, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .sort()
        .map((name) => fs.readFileSync(path.join(__dirname, name), "utf8"))
        .join("\n");
}

async function canReachServices(stateDir: string): Promise<boolean> {
    try {
        (
            await connectThrough(socketPath(stateDir, egressSocket), `${kubernetesServiceAddress}:443`)
        ).destroy();
        return true;
    } catch {
        return false;
    }
}

async function until(otherwise: string, layout: LabLayout, isSo: () => Promise<boolean>): Promise<void> {
    const hasEnded = () => findRunning(layout.recordFile) === undefined;
    if (!(await poll(isSo, (so) => so || hasEnded(), startPatience))) {
        const lines = lastLines(layout.logFile, 15).map((line) => `    ${line}`);
        throw new Error(`${otherwise}. The last lines of the lab's log:\n${lines.join("\n")}`);
    }
}
