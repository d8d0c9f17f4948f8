import type { PodReach, ProxyAnswer, ProxyTarget } from "./cluster";
import { ClusterError } from "./errors";
import type { HttpRequest } from "./http";
import { sendHttp, trustOf } from "./http";

/** Which cluster ports are forwarded from, and for how long. */
export interface ForwardOptions {
    /** Path of a kubeconfig. Default: kubectl's. */
    kubeconfig?: string;
    /** Context of the kubeconfig. Default: its current one. */
    context?: string;
    /** Ends the port-forwards. */
    signal: AbortSignal;
}

/** A port of this machine that leads into the cluster. */
export interface Forward {
    url: string;
    close(): Promise<void>;
}

/** How long a port-forward may take to be there, in milliseconds. */
const forwardLimit = 15_000;

/** What kubectl says once the port is open. */
const listening = /Forwarding from 127\.0\.0\.1:(\d+)/;

/**
 * Opens a port of this machine that leads to a Service, by one of its pods, or to a pod. The kubelet connects from within
 * the pod, so that no NetworkPolicy is asked.
 *
 * @throws ClusterError when it does not come up.
 */
export async function startForward(
    { namespace, target }: Pick<ProxyTarget, "namespace" | "target">,
    { kubeconfig, context, signal }: ForwardOptions,
): Promise<Forward> {
    const [kind, name, scheme = "http"] =
        "service" in target ? ["Service", target.service, target.scheme] : ["Pod", target.pod];
    // Only here, because most commands forward nothing.
    const { execa } = await import("execa");
    const child = execa(
        "kubectl",
        [
            ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
            ...(context === undefined ? [] : ["--context", context]),
            ...["--namespace", namespace, "port-forward", "--address", "127.0.0.1"],
            ...[`${kind.toLowerCase()}/${name}`, `:${String(target.port)}`],
        ],
        { reject: false, stdin: "ignore", cancelSignal: signal, buffer: { stdout: false } },
    );
    const close = async () => {
        child.kill();
        await child;
    };
    const opened = new Promise<string>((resolve) => {
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            const local = listening.exec(text)?.[1];
            if (local !== undefined) {
                resolve(`${scheme}://127.0.0.1:${local}`);
            }
        });
    });
    const ended = child.then(({ code, stderr, shortMessage }) =>
        code === "ENOENT"
            ? new Error("there is no kubectl on the PATH")
            : new Error(stderr === "" ? shortMessage : stderr),
    );
    const late = new Promise<Error>((resolve) => {
        setTimeout(() => {
            resolve(new Error(`it was not there within ${String(forwardLimit / 1000)} s`));
        }, forwardLimit).unref();
    });
    const first = await Promise.race([opened, ended, late]);
    if (first instanceof Error) {
        await close();
        throw new ClusterError(
            "unreachable",
            `kubectl port-forward to ${kind} ${namespace}/${name}: ${first.message.trim()}; ` +
                "or give --gateway-url and --direct-url",
        );
    }
    return { url: first, close };
}

/** Sends requests to Services and pods by port-forwards, which are opened as they are needed and kept. */
export class PortForwards implements PodReach {
    readonly way = "kubectl port-forward";
    private readonly opened = new Map<string, Promise<Forward>>();

    constructor(private readonly options: ForwardOptions) {}

    async request({ namespace, target, path }: ProxyTarget, request: HttpRequest = {}): Promise<ProxyAnswer> {
        const key = JSON.stringify([namespace, target]);
        let forward = this.opened.get(key);
        if (forward === undefined) {
            forward = startForward({ namespace, target }, this.options);
            this.opened.set(key, forward);
        }
        const { signal } = this.options;
        const url = new URL((await forward).url + path);
        try {
            return await sendHttp(url, { ...request, signal }, trustOf(url, request));
        } catch (error) {
            if (signal.aborted) {
                const message = `the time that was allowed ran out while asking by ${this.way}`;
                throw new ClusterError("out-of-time", message, { cause: error });
            }
            throw error;
        }
    }

    /** Ends the port-forwards. */
    async close(): Promise<void> {
        for (const forward of await Promise.allSettled(this.opened.values())) {
            if (forward.status === "fulfilled") {
                await forward.value.close();
            }
        }
    }
}
