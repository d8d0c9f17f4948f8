import type { Cluster, KubeObject } from "../../../commands/shared/cluster";
import type { KindName } from "../../../commands/verify/kinds";
import { kinds } from "../../../commands/verify/kinds";
import type { Mutation } from "../../faults/mutation";
import { Program } from "../../faults/program";

/** Runs kubectl against one cluster; `input` is its standard input. Throws when it fails. */
type Kubectl = (args: readonly string[], input?: string) => string;

/** A kind with version and group, so that no kind of the same name is meant: Istio has a Gateway too. */
export function fullNameOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
    const [version, group] = apiVersion.includes("/") ? apiVersion.split("/").reverse() : [apiVersion];
    return group === undefined ? kind : `${kind}.${version ?? ""}.${group}`;
}

/** How often an object is written that controllers write too. */
const attempts = 5;

function replace(kubectl: Kubectl, object: object): void {
    for (let attempt = 1; ; attempt++) {
        try {
            kubectl(["replace", "--filename", "-"], JSON.stringify(object));
            return;
        } catch (error) {
            if (attempt === attempts || !/the object has been modified/.test(String(error))) {
                throw error;
            }
        }
    }
}

/** What is saved: everything that a fault may change. Pods and EndpointSlices follow by themselves. */
const saved: readonly KindName[] = [
    ...(["gateway", "route", "grant", "pool", "service", "deployment", "configMap"] as const),
    ...([
        "serviceAccount",
        "role",
        "roleBinding",
        "destinationRule",
        "backendTlsPolicy",
        "envoyFilter",
        "networkPolicy",
    ] as const),
];

interface LiveObject extends KubeObject {
    status?: unknown;
}

/** A cluster, to be read by the client of the commands, which costs less than a process, and written by kubectl. */
export interface LiveCluster {
    cluster: Cluster;
    kubectl: Kubectl;
}

/** The objects of two namespaces at one moment, to be broken and put back as they were. */
export class SavedObjects {
    private constructor(
        private readonly live: LiveCluster,
        private readonly namespaces: readonly string[],
        private readonly before: ReadonlyMap<string, LiveObject>,
    ) {}

    static async save(live: LiveCluster, namespaces: readonly string[]): Promise<SavedObjects> {
        return new SavedObjects(live, namespaces, await read(live.cluster, namespaces));
    }

    /** Breaks the cluster as a mutation of the catalogue does. */
    async break(mutation: Mutation): Promise<void> {
        const now = await read(this.live.cluster, this.namespaces);
        const program = Program.ofObjects(structuredClone([...now.values()]));
        mutation.apply(program);
        const after = program.resources.map(({ inputs }) => inputs as unknown as LiveObject);
        bring(this.live.kubectl, now, byKey(after));
    }

    /** Deletes what was not there, creates what is gone, and writes back what has changed. */
    async restore(): Promise<void> {
        bring(this.live.kubectl, await read(this.live.cluster, this.namespaces), this.before);
    }
}

/** Has a cluster go from some objects to others. */
function bring(
    kubectl: Kubectl,
    from: ReadonlyMap<string, LiveObject>,
    to: ReadonlyMap<string, LiveObject>,
): void {
    for (const [key, object] of from) {
        if (!to.has(key)) {
            kubectl(["delete", "--filename", "-", "--wait=true"], JSON.stringify(object));
        }
    }
    for (const [key, object] of to) {
        const current = from.get(key);
        if (current === undefined) {
            kubectl(["create", "--filename", "-"], JSON.stringify(settled(object)));
        } else if (JSON.stringify(settled(current)) !== JSON.stringify(settled(object))) {
            replace(kubectl, settled(object));
        }
    }
}

async function read(cluster: Cluster, namespaces: readonly string[]): Promise<Map<string, LiveObject>> {
    const lists = namespaces.flatMap((namespace) =>
        saved.map((name) => cluster.list<LiveObject>(kinds[name].apiVersion, kinds[name].kind, namespace)),
    );
    const objects = (await Promise.all(lists)).flat();
    // What has an owner follows from it: Istio's objects for the Gateway, and its shadow Service of a pool.
    return byKey(objects.filter(({ metadata }) => metadata.ownerReferences === undefined));
}

function byKey(objects: readonly LiveObject[]): Map<string, LiveObject> {
    return new Map(
        objects.map((object) => [
            `${object.apiVersion} ${object.kind} ${object.metadata.namespace!}/${object.metadata.name}`,
            object,
        ]),
    );
}

/** Without what the API server and controllers set, so that it can be created and compared. */
function settled({ metadata, ...rest }: LiveObject): LiveObject {
    const own = structuredClone(metadata);
    for (const field of ["resourceVersion", "uid", "creationTimestamp", "generation"] as const) {
        delete own[field];
    }
    // A Deployment's revision is its controller's, and a manager of status is none of the object's.
    const annotations = { ...own.annotations };
    delete annotations["deployment.kubernetes.io/revision"];
    const managed = own.managedFields?.filter(({ subresource }) => subresource === undefined);
    const object = { ...rest, metadata: { ...own, annotations, managedFields: managed } };
    delete object.status;
    return object;
}
