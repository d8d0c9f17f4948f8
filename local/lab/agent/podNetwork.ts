import { spawn } from "child_process";

/** The network that the containers of one pod have in common, as a container runtime's pause container holds it. */
export class PodNetwork {
    private readonly made: Promise<string>;
    private readonly closed: Promise<void>;
    private readonly ended = new AbortController();
    private isOver = false;

    /**
     * @param labnet path of the program that makes it.
     * @param address the pod's own.
     */
    constructor(labnet: string, address: string) {
        const holder = spawn(labnet, ["network", JSON.stringify({ address })], {
            stdio: ["ignore", "pipe", "inherit"],
            signal: this.ended.signal,
            killSignal: "SIGKILL",
        });
        this.made = new Promise((resolve, reject) => {
            // It says that it is ready; the network is a namespace of its own process.
            holder.stdout.once("data", () => resolve(`/proc/${String(holder.pid)}/ns/net`));
            holder.once("error", reject);
            holder.once("close", () => reject(new Error("the pod's network could not be made")));
        });
        this.closed = new Promise((resolve) => {
            holder.once("close", () => {
                this.isOver = true;
                resolve();
            });
        });
        // Nobody may be waiting when it is ended.
        this.made.catch(() => undefined);
    }

    /** Path by which a container joins it, once it is there. */
    get path(): Promise<string> {
        return this.made;
    }

    /** Whether whatever held it has ended; containers that run have it still, and others cannot join any more. */
    get hasEnded(): boolean {
        return this.isOver;
    }

    /** Resolved once it is gone. */
    async end(): Promise<void> {
        this.ended.abort();
        await this.closed;
    }
}
