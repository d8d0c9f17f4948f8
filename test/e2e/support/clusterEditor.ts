import { execFileSync } from "child_process";
import type { KindName, Kinds } from "../../../commands/verify/kinds";
import { kinds } from "../../../commands/verify/kinds";

/** How a cluster is broken: a live one by kubectl, one in memory directly. */
export interface ClusterEditor {
    /** Reads an object, changes it and writes it back. */
    edit<K extends KindName>(
        kind: K,
        namespace: string,
        name: string,
        change: (object: Kinds[K]) => void,
    ): void;
    remove(kind: KindName, namespace: string, name: string): void;
    create<K extends KindName>(kind: K, object: Omit<Kinds[K], "apiVersion" | "kind">): void;
}

/** Runs kubectl against one cluster; `input` is its standard input. Throws when it fails. */
export type Kubectl = (args: readonly string[], input?: string) => string;

/** kubectl with its arguments for one cluster. */
export function kubectlOf(kubectl: string, kubeconfig: string, cacheDir: string): Kubectl {
    return (args, input) =>
        execFileSync(kubectl, ["--kubeconfig", kubeconfig, "--cache-dir", cacheDir, ...args], {
            encoding: "utf8",
            input,
            stdio: ["pipe", "pipe", "pipe"],
            maxBuffer: 64 * 2 ** 20,
        });
}

/** A kind with version and group, so that no kind of the same name is meant: Istio has a Gateway too. */
export function fullNameOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
    const [version, group] = apiVersion.includes("/") ? apiVersion.split("/").reverse() : [apiVersion];
    return group === undefined ? kind : `${kind}.${version ?? ""}.${group}`;
}

function fullName(kind: KindName): string {
    return fullNameOf(kinds[kind]);
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

/** Breaks a live cluster. */
export function liveEditor(kubectl: Kubectl): ClusterEditor {
    return {
        edit: (kind, namespace, name, change) => {
            const object = JSON.parse(
                kubectl(["--namespace", namespace, "get", fullName(kind), name, "--output", "json"]),
            ) as Kinds[typeof kind];
            change(object);
            // Controllers write its status meanwhile; kubectl takes the latest version where none is given.
            delete (object.metadata as { resourceVersion?: string }).resourceVersion;
            replace(kubectl, object);
        },
        remove: (kind, namespace, name) => {
            kubectl(["--namespace", namespace, "delete", fullName(kind), name, "--wait=true"]);
        },
        create: (kind, object) => {
            kubectl(["create", "--filename", "-"], JSON.stringify({ ...kinds[kind], ...object }));
        },
    };
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

interface LiveObject {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace: string; [key: string]: unknown };
    status?: unknown;
}

/** The objects of two namespaces at one moment, to be put back as they were. */
export class SavedObjects {
    private constructor(
        private readonly kubectl: Kubectl,
        private readonly namespaces: readonly string[],
        private readonly before: ReadonlyMap<string, LiveObject>,
    ) {}

    static save(kubectl: Kubectl, namespaces: readonly string[]): SavedObjects {
        return new SavedObjects(kubectl, namespaces, read(kubectl, namespaces));
    }

    /** Deletes what was not there, creates what is gone, and writes back what has changed. */
    restore(): void {
        const now = read(this.kubectl, this.namespaces);
        for (const [key, object] of now) {
            if (!this.before.has(key)) {
                this.kubectl(["delete", "--filename", "-", "--wait=true"], JSON.stringify(object));
            }
        }
        for (const [key, object] of this.before) {
            const current = now.get(key);
            if (current === undefined) {
                this.kubectl(["create", "--filename", "-"], JSON.stringify(settled(object)));
            } else if (JSON.stringify(settled(current)) !== JSON.stringify(settled(object))) {
                replace(this.kubectl, settled(object));
            }
        }
    }
}

function read(kubectl: Kubectl, namespaces: readonly string[]): Map<string, LiveObject> {
    const objects = namespaces.flatMap((namespace) => {
        const answer = kubectl([
            ...["--namespace", namespace, "get", saved.map(fullName).join(",")],
            ...["--output", "json", "--show-managed-fields"],
        ]);
        // What has an owner follows from it: Istio's objects for the Gateway, and its shadow Service of a pool.
        return (JSON.parse(answer) as { items: LiveObject[] }).items.filter(
            ({ metadata }) => metadata.ownerReferences === undefined,
        );
    });
    return new Map(
        objects.map((object) => [
            `${object.apiVersion} ${object.kind} ${object.metadata.namespace}/${object.metadata.name}`,
            object,
        ]),
    );
}

/** Without what the API server and controllers set, so that it can be created and compared. */
function settled({ metadata, ...rest }: LiveObject): LiveObject {
    const own = structuredClone(metadata);
    for (const field of ["resourceVersion", "uid", "creationTimestamp", "generation"]) {
        delete own[field];
    }
    // A Deployment's revision is its controller's, and a manager of status is none of the object's.
    const annotations = { ...(own.annotations as Record<string, string> | undefined) };
    delete annotations["deployment.kubernetes.io/revision"];
    const managed = (own.managedFields as { subresource?: string }[] | undefined)?.filter(
        ({ subresource }) => subresource === undefined,
    );
    const object = { ...rest, metadata: { ...own, annotations, managedFields: managed } };
    delete object.status;
    return object;
}
