import type { DeploymentOutput } from "../../components/deploymentOutput";
import type { Cluster, PodReach } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import { ClusterError, KindNotServedError, messageOf } from "../shared/errors";
import { Metrics } from "../shared/metrics";
import type { KindName, Kinds } from "./kinds";
import type { GroupKind } from "../../objects/kubernetesObject";
import { KubernetesObject } from "../../objects/kubernetesObject";
import { StackIndex } from "../../objects/stackIndex";
import { selects } from "../../objects/selectors";
import { kinds } from "./kinds";

/** Objects of a kind as they were read, or why they could not be. */
export type Reading = { objects: readonly Kinds[KindName][] } | { notServed: true } | { unreadable: string };

/** What one pod's `/metrics` gave. */
export type Scrape = { metrics: Metrics } | { error: string };

/** Objects of a kind could not be read, so that nothing can be said of them. */
export class UnreadableError extends Error {
    override readonly name = "UnreadableError";
}

/** What a snapshot is made of; tests make their own. */
export interface SnapshotData {
    readings: Partial<Record<KindName, Reading>>;
    /** The end of the logs of containers that do not run well, by pod. */
    logs: Record<string, string>;
    /** What EPPs say of themselves, by pod. */
    eppMetrics: Record<string, Scrape>;
}

/** The cluster as it was at one moment: the only thing that checks of objects look at. */
export class Snapshot {
    private view: StackIndex | undefined;

    constructor(private readonly data: SnapshotData) {}

    /** The objects for the readers in `objects/`; a kind that could not be read throws an {@link UnreadableError}. */
    get index(): StackIndex {
        return (this.view ??= new SnapshotIndex(this, Object.values(this.data.readings)));
    }

    /**
     * The object with this name, if there is one.
     *
     * @param namespace "" for kinds without namespaces.
     * @throws UnreadableError when the kind could not be read.
     */
    find<K extends KindName>(kind: K, namespace: string, name: string): Kinds[K] | undefined {
        return this.all(kind).find(
            ({ metadata }) => metadata.name === name && (metadata.namespace ?? "") === namespace,
        );
    }

    /**
     * The objects of a kind in a namespace.
     *
     * @throws UnreadableError when the kind could not be read.
     */
    inNamespace<K extends KindName>(kind: K, namespace: string): Kinds[K][] {
        return this.all(kind).filter(({ metadata }) => metadata.namespace === namespace);
    }

    /**
     * The objects of a kind; none when the kind is not served.
     *
     * @throws UnreadableError when the kind could not be read.
     */
    all<K extends KindName>(kind: K): readonly Kinds[K][] {
        const reading = this.data.readings[kind] ?? { unreadable: "it was not read" };
        if ("unreadable" in reading) {
            throw new UnreadableError(`${kinds[kind].kind} objects cannot be read: ${reading.unreadable}`);
        }
        return "notServed" in reading ? [] : (reading.objects as readonly Kinds[K][]);
    }

    /** Whether the API server knows the kind. */
    serves(kind: KindName): boolean {
        const reading = this.data.readings[kind];
        return reading !== undefined && !("notServed" in reading);
    }

    /** The end of a pod's log, where it was read because the pod does not run well. */
    logOf(pod: string): string | undefined {
        return this.data.logs[pod];
    }

    /** What an EPP pod says of itself, if it was asked. */
    eppMetricsOf(pod: string): Scrape | undefined {
        return this.data.eppMetrics[pod];
    }
}

/** The index of a snapshot: what could not be read is not taken for missing. */
class SnapshotIndex extends StackIndex {
    constructor(
        private readonly snapshot: Snapshot,
        readings: readonly Reading[],
    ) {
        super(readings.flatMap((reading) => ("objects" in reading ? reading.objects : [])));
    }

    override ofKind(...wanted: readonly GroupKind[]): readonly KubernetesObject[] {
        wanted.forEach((kind) => this.ensure(kind));
        return super.ofKind(...wanted);
    }

    override inNamespace(kind: GroupKind, namespace: string): readonly KubernetesObject[] {
        this.ensure(kind);
        return super.inNamespace(kind, namespace);
    }

    override find(kind: GroupKind, namespace: string, name: string): KubernetesObject | undefined {
        this.ensure(kind);
        return super.find(kind, namespace, name);
    }

    private ensure(wanted: GroupKind): void {
        const name = (Object.keys(kinds) as KindName[]).find((kind) =>
            KubernetesObject.of(kinds[kind])?.is(wanted),
        );
        if (name !== undefined) {
            this.snapshot.all(name);
        }
    }
}

/** Where each kind is looked for: in both namespaces, unless it says otherwise. */
const everywhere: readonly KindName[] = ["namespace", "gatewayClass", "grant"];
/** EnvoyFilters of Istio's root namespace apply to every Gateway; istiod says there whether it reads pools. */
const alsoInRoot: readonly KindName[] = ["envoyFilter", "deployment"];
/** Istio's root namespace (istio.io "Global Mesh Options", `rootNamespace`). */
export const istioNamespace = "istio-system";

/**
 * Reads everything that the checks look at, once.
 *
 * @param reach asks EPPs for their metrics. Default: by way of the API server.
 * @throws ClusterError when the cluster cannot be reached or takes too long. Missing rights are part of the snapshot.
 */
export async function takeSnapshot(
    cluster: Cluster,
    deployment: DeploymentOutput,
    reach: PodReach = cluster,
): Promise<Snapshot> {
    const { scheduler, simulator } = deployment.namespaces;
    const readings: Partial<Record<KindName, Reading>> = {};
    for (const kind of Object.keys(kinds) as KindName[]) {
        const namespaces = everywhere.includes(kind)
            ? [undefined]
            : [...new Set([scheduler, simulator, ...(alsoInRoot.includes(kind) ? [istioNamespace] : [])])];
        readings[kind] = await read(cluster, kind, namespaces);
    }
    const objects = new Snapshot({ readings, logs: {}, eppMetrics: {} });
    const eppMetrics: Record<string, Scrape> = {};
    for (const { epp } of Object.values(deployment.models)) {
        // Where metrics ask for a token there is none to give: the API server keeps the reader's own to itself.
        for (const pod of epp.metricsAuth ? [] : readablePodsOf(objects, epp.namespace, epp.name)) {
            if (isReady(pod)) {
                const { name } = pod.metadata;
                eppMetrics[name] = await scrape(reach, epp.namespace, name, epp.metricsPort);
            }
        }
    }
    return new Snapshot({ readings, logs: await readLogs(cluster, objects), eppMetrics });
}

/**
 * The pods that a Deployment's selector picks; none when there is no such Deployment.
 *
 * @throws UnreadableError when Deployments or pods could not be read.
 */
export function podsOf(snapshot: Snapshot, namespace: string, deployment: string): Kinds["pod"][] {
    const selector = snapshot.find("deployment", namespace, deployment)?.spec?.selector;
    return selector === undefined
        ? []
        : snapshot.inNamespace("pod", namespace).filter(({ metadata }) => selects(selector, metadata.labels));
}

function readablePodsOf(snapshot: Snapshot, namespace: string, deployment: string): Kinds["pod"][] {
    try {
        return podsOf(snapshot, namespace, deployment);
    } catch (error) {
        if (error instanceof UnreadableError) {
            return [];
        }
        throw error;
    }
}

async function read(
    cluster: Cluster,
    name: KindName,
    namespaces: readonly (string | undefined)[],
): Promise<Reading> {
    const { apiVersion, kind } = kinds[name];
    try {
        const lists = [];
        for (const namespace of namespaces) {
            lists.push(await cluster.list<Kinds[KindName]>(apiVersion, kind, namespace));
        }
        return { objects: lists.flat() };
    } catch (error) {
        if (error instanceof KindNotServedError) {
            return { notServed: true };
        }
        if (error instanceof ClusterError && (error.problem === "forbidden" || error.problem === "refused")) {
            return { unreadable: error.message };
        }
        throw error;
    }
}

/** At most so many logs are read: of hundreds of pods that fail alike, a few tell why. */
const mostLogs = 10;

async function readLogs(cluster: Cluster, objects: Snapshot): Promise<Record<string, string>> {
    const logs: Record<string, string> = {};
    for (const pod of notReady(objects).slice(0, mostLogs)) {
        const { name, namespace = "" } = pod.metadata;
        const crashed = pod.status?.containerStatuses?.some(
            ({ state, lastState }) => state?.terminated === undefined && lastState?.terminated !== undefined,
        );
        const log = await cluster.podLog(namespace, name, { previous: crashed === true });
        if (log !== undefined && log.trim() !== "") {
            logs[name] = log;
        }
    }
    return logs;
}

function notReady(objects: Snapshot): Kinds["pod"][] {
    try {
        return objects.all("pod").filter((pod) => !isReady(pod));
    } catch (error) {
        if (error instanceof UnreadableError) {
            return [];
        }
        throw error;
    }
}

/** How long a pod's metrics may take, in milliseconds. */
const scrapeTimeoutMs = 5_000;

/** Reads a pod's `/metrics`. */
export async function scrape(reach: PodReach, namespace: string, pod: string, port: number): Promise<Scrape> {
    try {
        const answer = await reach.request(
            { namespace, target: { pod, port }, path: "/metrics" },
            { timeoutMs: scrapeTimeoutMs },
        );
        if (answer.apiServerError !== undefined) {
            return { error: answer.apiServerError };
        }
        return answer.status === 200
            ? { metrics: new Metrics(answer.body) }
            : { error: `it answered ${String(answer.status)}: ${answer.body.trim().slice(0, 200)}` };
    } catch (error) {
        return { error: messageOf(error) };
    }
}
