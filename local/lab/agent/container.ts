import type { ChildProcess } from "child_process";
import { spawn } from "child_process";
import * as fs from "fs";
import { setTimeout as sleep } from "timers/promises";

/** What to run in a pod's own namespaces. */
export interface ContainerSpec {
    /** Path of the program that makes the namespaces. */
    labnet: string;
    hostname: string;
    /** Path of the network to join: the pod's. */
    network: string;
    /** An empty folder: the container's root. */
    root: string;
    /** Files and folders of this machine by their path in the container. */
    mounts: Record<string, string>;
    command: string[];
    env: Record<string, string>;
    /** Takes both output streams. */
    logFile: string;
}

/** How a container ended. */
export interface Exit {
    code: number;
    signal: NodeJS.Signals | undefined;
    at: Date;
}

/** A running process that plays a container. It ends with this process, whatever ends it. */
export class Container {
    readonly startedAt = new Date();
    /** Resolved when it has ended. */
    readonly ended: Promise<Exit>;
    private readonly child: ChildProcess;
    private hasEnded = false;

    constructor(spec: ContainerSpec) {
        const { hostname, network, root, mounts } = spec;
        const log = fs.openSync(spec.logFile, "a", 0o600);
        try {
            this.child = spawn(
                spec.labnet,
                ["pod", JSON.stringify({ hostname, network, root, mounts }), ...spec.command],
                { env: spec.env, stdio: ["ignore", log, log] },
            );
        } finally {
            fs.closeSync(log);
        }
        this.ended = new Promise((resolve) => {
            const end = (code: number | null, signal?: NodeJS.Signals | null) => {
                this.hasEnded = true;
                resolve({ code: code ?? 128, signal: signal ?? undefined, at: new Date() });
            };
            this.child.once("exit", end);
            this.child.once("error", () => end(null));
        });
    }

    /** Its process, as the machine's own process list has it. */
    get pid(): number | undefined {
        return this.child.pid;
    }

    /** Asks it to end, and after the grace period (milliseconds), or when `now` says so, makes it. */
    async stop(grace: number, now: AbortSignal): Promise<void> {
        this.child.kill("SIGTERM");
        const waited = sleep(grace, undefined, { ref: false, signal: now }).catch(() => undefined);
        await Promise.race([this.ended, waited]);
        if (!this.hasEnded) {
            this.child.kill("SIGKILL");
            await this.ended;
        }
    }
}
