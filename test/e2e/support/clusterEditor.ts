import { execFileSync } from "child_process";
import type { KubeObject } from "../../../commands/shared/cluster";
import type { KindName } from "../../../commands/verify/kinds";
import { kinds } from "../../../commands/verify/kinds";
import type { Mutation } from "../../faults/mutation";
import { Program } from "../../faults/program";

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
        bring(this.kubectl, read(this.kubectl, this.namespaces), this.before);
    }
}

/** Breaks a live cluster as a mutation of the catalogue does. */
export function breakLive(kubectl: Kubectl, namespaces: readonly string[], mutation: Mutation): void {
    const before = read(kubectl, namespaces);
    const program = Program.ofObjects(structuredClone([...before.values()]));
    mutation.apply(program);
    const after = program.resources.map(({ inputs }) => inputs as unknown as LiveObject);
    bring(kubectl, before, byKey(after));
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
    return byKey(objects);
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
