import type * as https from "https";
import { setTimeout as sleep } from "timers/promises";
import type {
    CoreV1Event,
    KubeConfig,
    V1APIGroup,
    V1APIResourceList,
    V1ObjectMeta,
} from "@kubernetes/client-node";
import { isThrottled, parsed, refusal, statusObject } from "./apiAnswer";
import { rootOf, segment } from "./apiPath";
import { ClusterError, KindNotServedError, messageOf, UsageError } from "./errors";
import type { HttpAnswer, HttpRequest } from "./http";
import { HttpTimeoutError, sendHttp } from "./http";
import { loadKubeConfig, ownAgent } from "./kubeconfig";
import { attempts, isTemporary, waitAfter } from "./retry";

/**
 * A type of `@kubernetes/client-node` as JSON has it: times are text, and names of fields that are reserved words have no
 * `_` before them. Not for the schemas of CRDs, of whose fields the client renames more.
 */
export type AsJson<T> = T extends Date
    ? string
    : T extends (infer Item)[]
      ? AsJson<Item>[]
      : T extends object
        ? { [Field in keyof T as Field extends `_${infer Word}` ? Word : Field]: AsJson<T[Field]> }
        : T;

/** A Kubernetes object as the API server has it. Callers narrow `spec` and `status` by a type of their own. */
export interface KubeObject {
    apiVersion: string;
    kind: string;
    metadata: AsJson<V1ObjectMeta> & { name: string };
}

/** An object of one of Kubernetes' own kinds, such as `KubeObjectOf<V1Pod>`. */
export type KubeObjectOf<T> = KubeObject & AsJson<Omit<T, keyof KubeObject>>;

/** Which cluster, and how long it may take. */
export interface ClusterOptions {
    /** Path of a kubeconfig. Default: `$KUBECONFIG`, then `~/.kube/config`. */
    kubeconfig?: string;
    /** Context of the kubeconfig. Default: its current context. */
    context?: string;
    /** Ends every call that is under way; they throw a {@link ClusterError} of the problem `out-of-time`. */
    signal?: AbortSignal;
}

/** Where a request through the API server's proxy goes. */
export interface ProxyTarget {
    namespace: string;
    /** A Service sends it to one of its ready pods, a pod answers itself. Over https nobody's certificate is checked. */
    target: { service: string; port: number; scheme?: "http" | "https" } | { pod: string; port: number };
    /** Path and query, starting with `/`. */
    path: string;
}

/** What came back through the API server's proxy. */
export interface ProxyAnswer extends HttpAnswer {
    /** Set when the API server itself answered, because it could not reach the backend: its reason. */
    apiServerError?: string;
}

/** A way to send requests to the pods of a cluster. */
export interface PodReach {
    /** What carries them, for messages. */
    readonly way: string;
    /**
     * Sends a request to a Service or a pod.
     *
     * @throws ClusterError when it cannot be sent.
     */
    request(target: ProxyTarget, request?: HttpRequest): Promise<ProxyAnswer>;
}

/** How many objects the API server is asked for at once, as kubectl asks for them. */
const pageSize = 500;

/** What a list may be asked for. */
interface ListPage {
    metadata?: { continue?: string };
    items?: unknown[];
}

/**
 * One cluster, as its API server shows it. Needs nothing but a kubeconfig. What is only read is asked for again, for some
 * seconds, while the API server is too busy or not well.
 */
export class Cluster implements PodReach {
    readonly way = "the API server";
    /** Name of the context in use. */
    readonly context: string;
    /** URL of the API server. */
    readonly server: URL;
    private readonly config: KubeConfig;
    private readonly signal: AbortSignal | undefined;
    private agent: https.RequestOptions["agent"];
    /** By apiVersion, the plural name of each kind. */
    private readonly kinds = new Map<string, Promise<Map<string, Resource>>>();

    /** @throws UsageError when there is no such kubeconfig, context or cluster. Nothing is sent yet. */
    constructor({ kubeconfig, context, signal }: ClusterOptions = {}) {
        this.config = loadKubeConfig(kubeconfig);
        if (context !== undefined) {
            const known = this.config.getContexts().map(({ name }) => name);
            if (!known.includes(context)) {
                throw new UsageError(
                    `--context: the kubeconfig has no context "${context}"; allowed: ${known.join(", ")}`,
                );
            }
            this.config.setCurrentContext(context);
        }
        this.context = this.config.getCurrentContext();
        const server = this.config.getCurrentCluster()?.server;
        if (server === undefined) {
            throw new UsageError(
                `the kubeconfig has no cluster for its context "${this.context}"; give --kubeconfig or --context`,
            );
        }
        this.server = new URL(server);
        this.signal = signal;
    }

    /**
     * Reads one object; undefined when there is none.
     *
     * @param namespace undefined for a kind without namespaces.
     * @throws KindNotServedError when its CRD is missing; ClusterError when the server cannot be asked.
     */
    async get<T extends KubeObject>(
        apiVersion: string,
        kind: string,
        namespace: string | undefined,
        name: string,
    ): Promise<T | undefined> {
        const path = await this.pathOf(apiVersion, kind, namespace);
        return this.read<T>(`${path}/${segment(name)}`);
    }

    /**
     * Reads the objects of a kind.
     *
     * @param namespace undefined for all namespaces, or a kind without them.
     * @param labelSelector as kubectl's `--selector` takes it.
     * @throws KindNotServedError when its CRD is missing; ClusterError when the server cannot be asked.
     */
    async list<T extends KubeObject>(
        apiVersion: string,
        kind: string,
        namespace?: string,
        labelSelector?: string,
    ): Promise<T[]> {
        const path = await this.pathOf(apiVersion, kind, namespace);
        const found = await this.readPages(path, labelSelector === undefined ? {} : { labelSelector });
        // Items of a list carry neither.
        return (found as Partial<T>[]).map((item) => ({ ...item, apiVersion, kind }) as T);
    }

    /**
     * The version of an API group that the API server prefers, e.g. `apps/v1`; undefined where it serves none.
     *
     * @param group "" for the core group.
     */
    async preferredVersion(group: string): Promise<string | undefined> {
        if (group === "") {
            return "v1";
        }
        const found = await this.read<V1APIGroup>(`/apis/${segment(group)}`);
        return found?.preferredVersion?.groupVersion;
    }

    /** Messages of an object's events, newest last. */
    async events(namespace: string, name: string): Promise<string[]> {
        const found = await this.readPages(`/api/v1/namespaces/${segment(namespace)}/events`, {
            fieldSelector: `involvedObject.name=${segment(name)}`,
        });
        const when = ({ lastTimestamp, eventTime }: AsJson<CoreV1Event>) => lastTimestamp ?? eventTime ?? "";
        return [...(found as AsJson<CoreV1Event>[])]
            .sort((a, b) => (when(a) < when(b) ? -1 : Number(when(a) > when(b))))
            .map(({ reason = "", message = "" }) => `${reason}: ${message}`);
    }

    /**
     * The end of a container's log; undefined when there is none to be had.
     *
     * @param previous the log of the container's last run that ended.
     */
    async podLog(
        namespace: string,
        pod: string,
        { tailLines = 50, previous = false }: { tailLines?: number; previous?: boolean } = {},
    ): Promise<string | undefined> {
        const query = `tailLines=${String(tailLines)}&previous=${String(previous)}`;
        const path = `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log?${query}`;
        // A kubelet that is gone stays gone.
        const answer = await this.send(path, {}, isThrottled);
        return answer.status === 200 ? answer.body : undefined;
    }

    /**
     * Sends an HTTP request to a Service or a pod through the API server, which works on every cluster with nothing
     * but a kubeconfig. A `host` header reaches the backend as given.
     *
     * @throws ClusterError when the API server cannot be asked, or refuses the proxying itself.
     */
    async request({ namespace, target, path }: ProxyTarget, request: HttpRequest = {}): Promise<ProxyAnswer> {
        const [resource, name, scheme = "http"] =
            "service" in target ? ["services", target.service, target.scheme] : ["pods", target.pod];
        const scope = `/api/v1/namespaces/${segment(namespace)}/${resource}`;
        const answer = await this.send(
            `${scope}/${scheme}:${segment(name)}:${String(target.port)}/proxy${path}`,
            request,
            // What the backend answers is what is asked for; a request that was not let in was not sent on.
            isThrottled,
        );
        const status = statusObject(answer);
        if (status === undefined) {
            return answer;
        }
        if (answer.status === 401 || answer.status === 403) {
            throw refusal(answer, `proxying to ${resource}/${name}`);
        }
        return { ...answer, apiServerError: status.message ?? status.reason ?? "no reason given" };
    }

    /** Closes the connections that were kept open. */
    close(): void {
        if (typeof this.agent === "object") {
            this.agent.destroy();
        }
    }

    /**
     * Where the objects of a kind are.
     *
     * @param namespace undefined for all namespaces, or a kind without them.
     * @throws KindNotServedError when its CRD is missing; ClusterError when the server cannot be asked.
     */
    async pathOf(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
        let known = this.kinds.get(apiVersion);
        if (known === undefined) {
            known = this.discover(apiVersion);
            this.kinds.set(apiVersion, known);
        }
        const resource = (await known).get(kind);
        if (resource === undefined) {
            throw new KindNotServedError(apiVersion, kind);
        }
        const scope =
            resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : "";
        return `${rootOf(apiVersion)}${scope}/${resource.plural}`;
    }

    private async discover(apiVersion: string): Promise<Map<string, Resource>> {
        const found = await this.read<V1APIResourceList>(rootOf(apiVersion));
        return new Map(
            (found?.resources ?? [])
                .filter(({ name }) => !name.includes("/"))
                .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
        );
    }

    /**
     * Reads a list page by page.
     *
     * @param query names and values of its query.
     */
    private async readPages(path: string, query: Record<string, string>): Promise<unknown[]> {
        const items: unknown[] = [];
        const read = (more: Record<string, string>) =>
            this.send(`${path}?${new URLSearchParams({ ...query, ...more }).toString()}`, {}, isTemporary);
        let next = "";
        do {
            const page = { limit: String(pageSize), ...(next !== "" && { continue: next }) };
            let answer = await read(page);
            if (answer.status === 410 && next !== "") {
                // The pages that are left are of a state that the API server no longer has: all of it is read at once.
                items.length = 0;
                answer = await read({});
            }
            const list = parsed<ListPage>(answer, path);
            items.push(...(list?.items ?? []));
            next = list?.metadata?.continue ?? "";
        } while (next !== "");
        return items;
    }

    /** Reads JSON; undefined on 404. */
    private async read<T>(path: string): Promise<T | undefined> {
        return parsed<T>(await this.send(path, {}, isTemporary), path);
    }

    /** @param isAskedAgain which answers are no answers yet. */
    private async send(
        path: string,
        request: HttpRequest,
        isAskedAgain: (answer: HttpAnswer) => boolean,
    ): Promise<HttpAnswer> {
        const url = this.urlOf(path);
        for (let attempt = 1; ; attempt++) {
            const options = await this.credentials();
            // The client makes an agent for every call, which would mean a TLS handshake for every call.
            this.agent ??= ownAgent(options.agent, this.server);
            options.agent = this.agent;
            try {
                const answer = await sendHttp(url, { ...request, signal: this.signal }, options);
                if (attempt === attempts || !isAskedAgain(answer)) {
                    return answer;
                }
                await sleep(waitAfter(attempt, answer), undefined, { signal: this.signal });
            } catch (error) {
                // A connection that was kept open turns out to be dead.
                const { code } = error as NodeJS.ErrnoException;
                const repeatable = code === "ECONNRESET" && (request.method ?? "GET") === "GET";
                if (!repeatable || attempt === attempts) {
                    throw this.failure(error);
                }
            }
        }
    }

    /** @throws UsageError for a path that a URL reads as another one, e.g. for `..` in it. */
    private urlOf(path: string): URL {
        const whole = this.server.href.replace(/\/$/, "") + path;
        const url = new URL(whole);
        if (url.href !== whole) {
            throw new UsageError(
                `${JSON.stringify(path)} is no path that can be asked for: it would be read as ${url.pathname}`,
            );
        }
        return url;
    }

    /** @throws UsageError when the kubeconfig's user or cluster cannot be used, e.g. for want of its login command. */
    private async credentials(): Promise<https.RequestOptions> {
        const options: https.RequestOptions = {};
        try {
            await this.config.applyToHTTPSOptions(options);
        } catch (error) {
            throw new UsageError(
                `the kubeconfig's context "${this.context}" cannot be used: ${messageOf(error)}`,
                { cause: error },
            );
        }
        return options;
    }

    private failure(error: unknown): ClusterError {
        const where = `the API server at ${this.server.origin} (context "${this.context}")`;
        if (this.signal?.aborted) {
            return new ClusterError(
                "out-of-time",
                `the time that was allowed ran out while asking ${where}`,
                {
                    cause: error,
                },
            );
        }
        if (error instanceof HttpTimeoutError) {
            return new ClusterError("timeout", `${where} gave ${error.message}`, { cause: error });
        }
        return new ClusterError("unreachable", `${where} does not answer: ${messageOf(error)}`, {
            cause: error,
        });
    }
}

interface Resource {
    plural: string;
    namespaced: boolean;
}
