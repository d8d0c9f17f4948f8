import { execa } from "execa";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import { ClusterError } from "../shared/errors";
import type { PathName } from "./paths";

/** Where both paths are reached from here, until they are closed. */
export interface Reach {
    /** Base URL of each path. */
    bases: Record<PathName, string>;
    /** What that does to the figures, one sentence each. */
    notes: string[];
    close(): Promise<void>;
}

/** How paths are reached. */
export interface ReachOptions {
    kubeconfig?: string;
    context?: string;
    /** Base URLs that the user gives: both, or none. */
    urls?: Record<PathName, string>;
    /** Ends the port-forwards. */
    signal: AbortSignal;
}

/** A port of this machine that leads to a Service. */
interface Forward {
    url: string;
    close(): Promise<void>;
}

/** How long a port-forward may take to be there, in milliseconds. */
const forwardLimit = 15_000;

/** What kubectl says once the port is open. */
const listening = /Forwarding from 127\.0\.0\.1:(\d+)/;

const forwardedNote =
    "Both paths were reached by kubectl port-forward: the API server and a kubelet are part of both, and the direct " +
    "path's requests all go to one pod. Give --gateway-url and --direct-url where both can be reached.";

/**
 * Makes both paths reachable: at the URLs that the user gives, or both by port-forward. Never one of each: the one
 * without the API server in it would look fast.
 *
 * @throws ClusterError when a port-forward does not come up.
 */
export async function reachPaths(
    { gateway, namespaces }: DeploymentOutput,
    { proxy }: ModelDeploymentOutput,
    options: ReachOptions,
): Promise<Reach> {
    if (options.urls !== undefined) {
        return { bases: options.urls, notes: [], close: () => Promise.resolve() };
    }
    const toGateway = await startForward(namespaces.scheduler, gateway.service, gateway.httpPort, options);
    try {
        const toProxy = await startForward(namespaces.simulator, proxy.name, proxy.port, options);
        return {
            bases: { gateway: toGateway.url, direct: toProxy.url },
            notes: [forwardedNote],
            close: async () => {
                await Promise.all([toGateway.close(), toProxy.close()]);
            },
        };
    } catch (error) {
        await toGateway.close();
        throw error;
    }
}

async function startForward(
    namespace: string,
    service: string,
    port: number,
    { kubeconfig, context, signal }: ReachOptions,
): Promise<Forward> {
    const child = execa(
        "kubectl",
        [
            ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
            ...(context === undefined ? [] : ["--context", context]),
            ...["--namespace", namespace, "port-forward", "--address", "127.0.0.1"],
            ...[`service/${service}`, `:${String(port)}`],
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
                resolve(`http://127.0.0.1:${local}`);
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
            `kubectl port-forward to Service ${namespace}/${service}: ${first.message.trim()}; ` +
                "or give --gateway-url and --direct-url",
        );
    }
    return { url: first, close };
}
