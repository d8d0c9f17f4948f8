import { isDeepStrictEqual } from "util";
import type { Cluster, KubeObject } from "../../../commands/shared/cluster";
import type { KindName } from "../../../commands/verify/kinds";
import { kinds } from "../../../commands/verify/kinds";
import type { Mutation } from "../../faults/mutation";
import { Program } from "../../faults/program";
import type { ObjectClient } from "../../support/objectClient";

/** A kind with version and group, so that no kind of the same name is meant: Istio has a Gateway too. */
export function fullNameOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
    const [version, group] = apiVersion.includes("/") ? apiVersion.split("/").reverse() : [apiVersion];
    return group === undefined ? kind : `${kind}.${version ?? ""}.${group}`;
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

/** The objects of two namespaces at one moment, to be broken and put back as they were. */
export class SavedObjects {
    /** What is no longer as it was, by key. */
    private readonly broken = new Map<string, LiveObject>();

    private constructor(
        private readonly cluster: Cluster,
        private readonly writer: ObjectClient,
        private readonly before: ReadonlyMap<string, LiveObject>,
    ) {}

    static async save(
        cluster: Cluster,
        writer: ObjectClient,
        namespaces: readonly string[],
    ): Promise<SavedObjects> {
        const lists = namespaces.flatMap((namespace) =>
            saved.map((name) =>
                cluster.list<LiveObject>(kinds[name].apiVersion, kinds[name].kind, namespace),
            ),
        );
        const objects = (await Promise.all(lists)).flat();
        // What has an owner follows from it: Istio's objects for the Gateway, and its shadow Service of a pool.
        return new SavedObjects(
            cluster,
            writer,
            byKey(objects.filter(({ metadata }) => metadata.ownerReferences === undefined)),
        );
    }

    /** Breaks the cluster, which is as it was, as a mutation of the catalogue does. */
    async break(mutation: Mutation): Promise<void> {
        const program = Program.ofObjects(structuredClone([...this.before.values()]));
        mutation.apply(program);
        const after = byKey(program.resources.map(({ inputs }) => inputs as unknown as LiveObject));
        for (const [key, object] of new Map([...this.before, ...after])) {
            if (!isDeepStrictEqual(this.before.get(key), after.get(key))) {
                this.broken.set(key, object);
            }
        }
        await this.bring(this.before, after);
    }

    /** Deletes what was not there, creates what is gone, and writes back what has changed. */
    async restore(): Promise<void> {
        const reads = [...this.broken.values()].map(({ apiVersion, kind, metadata }) =>
            this.cluster.get<LiveObject>(apiVersion, kind, metadata.namespace, metadata.name),
        );
        const now = (await Promise.all(reads)).filter((object) => object !== undefined);
        await this.bring(byKey(now), this.before);
        this.broken.clear();
    }

    /** Has the cluster go from some objects to others, of those that are broken. */
    private async bring(
        from: ReadonlyMap<string, LiveObject>,
        to: ReadonlyMap<string, LiveObject>,
    ): Promise<void> {
        const changes = [...this.broken.keys()].map((key) => ({ now: from.get(key), then: to.get(key) }));
        for (const { now, then } of changes) {
            if (now !== undefined && then === undefined) {
                await this.writer.delete(now);
            }
        }
        for (const { now, then } of changes) {
            if (then !== undefined && now === undefined) {
                await this.writer.create(settled(then));
            } else if (then !== undefined && !isDeepStrictEqual(settled(now!), settled(then))) {
                await this.writer.replace(settled(then));
            }
        }
    }
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
