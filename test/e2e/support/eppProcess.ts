import type { ChildProcess } from "child_process";
import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as net from "net";
import * as os from "os";
import * as path from "path";
import { poll } from "../../../commands/shared/poll";
import type { DeployedEpp } from "./eppDeployment";
import type { HealthStatus } from "../../../local/lab/agent/grpcHealth";
import { checkHealth } from "../../../local/lab/agent/grpcHealth";
import { patience } from "../../support/eventually";

/** The ports that an endpoint picker listens on, by the flag that sets them. */
const portFlags = { grpc: "--grpc-port", health: "--grpc-health-port", metrics: "--metrics-port" };

type Ports = Record<keyof typeof portFlags, number>;

/** How long its health service may take to answer once, in milliseconds. */
const healthLimit = 60_000;

/** How much of its log the message of a failure repeats, in lines. */
const linesInError = 25;

/** How an endpoint picker is started. */
export interface StartOptions {
    /** In place of the deployed configuration. */
    config?: string;
    /** Takes a line when something is not as deployed. */
    report: (line: string) => void;
}

/** A real endpoint picker as a process of the test's own, started as its pod would be. */
export class EppProcess {
    /** All that it wrote. */
    log = "";

    private constructor(
        readonly ports: Ports,
        readonly probes: DeployedEpp["probes"],
        private readonly child: ChildProcess,
        private readonly folder: string,
    ) {
        for (const output of [child.stdout!, child.stderr!]) {
            output.setEncoding("utf8").on("data", (chunk: string) => (this.log += chunk));
        }
        // It does not outlive a test run that is interrupted before its hooks.
        const end = () => child.kill("SIGKILL");
        process.once("exit", end);
        child.once("exit", () => process.off("exit", end));
    }

    /** Starts it with the deployed arguments; only the configuration's path changes, and ports where one is taken. */
    static async start(executable: string, epp: DeployedEpp, options: StartOptions): Promise<EppProcess> {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-epp-"));
        const configFile = path.join(folder, path.basename(epp.configPath));
        const kubeconfig = path.join(folder, "kubeconfig");
        fs.writeFileSync(configFile, options.config ?? epp.config);
        fs.writeFileSync(kubeconfig, epp.kubeconfig, { mode: 0o600 });
        const ports = await choosePorts(deployedPorts(epp.args), options.report);
        const here: Record<string, string | number> = {
            "--config-file": configFile,
            [portFlags.grpc]: ports.grpc,
            [portFlags.health]: ports.health,
            [portFlags.metrics]: ports.metrics,
        };
        const args = epp.args.map((arg) => {
            const flag = arg.split("=", 1)[0]!;
            return flag in here ? `${flag}=${here[flag]}` : arg;
        });
        // Nothing of the test's own environment: no proxy, and no way to another cluster.
        const env = { ...epp.env, HOME: folder, KUBECONFIG: kubeconfig };
        const child = spawn(executable, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
        await once(child, "spawn");
        return new EppProcess(ports, epp.probes, child, folder);
    }

    get running(): boolean {
        return this.child.exitCode === null && this.child.signalCode === null;
    }

    /** What it says to a probe. */
    async health(probe: keyof DeployedEpp["probes"]): Promise<HealthStatus> {
        return checkHealth(`127.0.0.1:${this.ports.health}`, this.probes[probe], healthLimit);
    }

    /** The names of the pods that it may pick, sorted. */
    async pods(): Promise<string[]> {
        const answer = await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`);
        const samples = await answer.text();
        // Of each rank (port) of each pod; unlike the ready pods' number, without a look at how fresh its metrics are.
        const sample = /^inference_pool_per_pod_queue_size\{.*model_server_pod="([^"]+)-rank-\d+".*\} /gm;
        return [...samples.matchAll(sample)].map(([, name]) => name!).sort();
    }

    /**
     * Waits until `look` finds something. What it throws counts as not found yet.
     *
     * @throws Error with the last lines of the log when the process ends first, or nothing is found for long.
     */
    async until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
        let last = "";
        const tryLook = async () => {
            try {
                return await look();
            } catch (error) {
                last = String(error);
                return undefined;
            }
        };
        const isOver = (found: T | undefined) => found !== undefined || !this.running;
        const found = await poll(tryLook, isOver, { every: 200, atMost: patience });
        if (found !== undefined) {
            return found;
        }
        throw this.failure(`${this.running ? "runs, but not" : "ended before"}: ${what}. ${last}`);
    }

    /** Waits until it says of itself to a probe what is expected. */
    async untilHealth(probe: keyof DeployedEpp["probes"], expected: HealthStatus): Promise<void> {
        await this.until(`${probe} is ${expected}`, async () =>
            (await this.health(probe)) === expected ? true : undefined,
        );
    }

    /** Waits until it may pick these pods and no others. */
    async untilPods(expected: string[]): Promise<void> {
        let seen: string[] = [];
        const wanted = [...expected].sort().join(" ");
        try {
            await this.until("finds the pods", async () => {
                seen = await this.pods();
                return seen.join(" ") === wanted ? true : undefined;
            });
        } catch (error) {
            throw new Error(`It found ${seen.join(" ")} instead of ${wanted}`, { cause: error });
        }
    }

    /** Waits for its end. */
    async exitCode(): Promise<number | null> {
        if (this.running) {
            await once(this.child, "exit", { signal: AbortSignal.timeout(patience) });
        }
        return this.child.exitCode;
    }

    /** Ends it as the death of its node would, and removes its files. */
    async kill(): Promise<void> {
        if (this.running) {
            const ended = once(this.child, "exit");
            this.child.kill("SIGKILL");
            await ended;
        }
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    private failure(what: string): Error {
        const lines = this.log.trimEnd().split("\n").slice(-linesInError);
        return new Error(`The endpoint picker ${what}\n${lines.join("\n")}`);
    }
}

function deployedPorts(args: string[]): Ports {
    const port = (flag: string) => Number(args.find((arg) => arg.startsWith(`${flag}=`))?.split("=")[1]);
    return {
        grpc: port(portFlags.grpc),
        health: port(portFlags.health),
        metrics: port(portFlags.metrics),
    };
}

async function choosePorts(deployed: Ports, report: (line: string) => void): Promise<Ports> {
    const held: (net.Server | undefined)[] = [];
    try {
        for (const port of Object.values(deployed)) {
            held.push(await listen(port));
        }
        if (!held.includes(undefined)) {
            return deployed;
        }
        const free: number[] = [];
        for (let count = 0; count < Object.keys(portFlags).length; count++) {
            const server = await listen(0);
            held.push(server);
            free.push((server!.address() as net.AddressInfo).port);
        }
        const [grpc, health, metrics] = free as [number, number, number];
        report(`A deployed port is taken here; the endpoint picker listens on ${free.join(", ")} instead`);
        return { grpc, health, metrics };
    } finally {
        for (const server of held) {
            server?.close();
        }
    }
}

/**
 * Listens on all interfaces, as an endpoint picker does.
 *
 * @returns undefined when the port is taken.
 */
async function listen(port: number): Promise<net.Server | undefined> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(undefined));
        server.listen({ port, exclusive: true }, () => resolve(server));
    });
}
