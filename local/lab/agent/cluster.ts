import type { Informer, KubernetesListObject, KubernetesObject, ObjectCache } from "@kubernetes/client-node";
import { CoreV1Api, DiscoveryV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";

/** How long to wait before a broken watch is opened again, in milliseconds. */
const watchRetry = 500;

/** The API server as the agent sees it. */
export class Cluster {
    readonly core: CoreV1Api;
    readonly discovery: DiscoveryV1Api;
    private readonly config = new KubeConfig();

    constructor(kubeconfig: string) {
        this.config.loadFromFile(kubeconfig);
        this.core = this.config.makeApiClient(CoreV1Api);
        this.discovery = this.config.makeApiClient(DiscoveryV1Api);
    }

    /**
     * Keeps a copy of a collection for as long as the process lives, through interruptions of the API server.
     *
     * @param path of the collection, e.g. `/api/v1/services`.
     * @param changed is told each object that is new, has changed, or (with `gone`) is deleted.
     */
    async follow<T extends KubernetesObject>(
        path: string,
        list: () => Promise<KubernetesListObject<T>>,
        changed: (object: T, gone: boolean) => void,
    ): Promise<ObjectCache<T>> {
        const informer: Informer<T> & ObjectCache<T> = makeInformer(this.config, path, list);
        informer.on("add", (object) => changed(object, false));
        informer.on("update", (object) => changed(object, false));
        informer.on("delete", (object) => changed(object, true));
        const start = async (): Promise<void> => {
            try {
                await informer.start();
            } catch {
                setTimeout(() => void start(), watchRetry);
            }
        };
        informer.on("error", () => setTimeout(() => void start(), watchRetry));
        await start();
        return informer;
    }
}

/** The HTTP status of a refused request, or undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
    const code = (error as { code?: unknown }).code;
    return typeof code === "number" ? code : undefined;
}
