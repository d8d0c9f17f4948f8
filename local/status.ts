import { execFileSync } from "child_process";
import type { KubeObject } from "../commands/shared/cluster";
import type { Condition } from "../commands/shared/conditions";
import { tableText } from "../commands/shared/table";
import { labels } from "../components/contract";
import type { ControlPlaneStatus } from "./controlplane";
import { kubectlFlags } from "./kubectl";

/** The parts of a live object of any kind that tell whether it is ready. */
export interface LiveObject extends KubeObject {
    spec?: { replicas?: number };
    status?: {
        readyReplicas?: number;
        phase?: string;
        conditions?: Condition[];
        parents?: { conditions?: Condition[] }[];
    };
}

/** The servers as a table. */
export function serverTable({ components }: ControlPlaneStatus): string {
    const rows = components.map(({ name, pid, port, healthy, memory }) => [
        name,
        pid ?? "-",
        port ?? "-",
        healthy ? "yes" : "no",
        memory === undefined ? "-" : `${String(Math.round(memory / 2 ** 20))} MiB`,
    ]);
    return tableText(["server", "pid", "port", "healthy", "memory"], rows);
}

/** The stack's objects and how each is, as a table. */
export function resourceTable(expected: readonly KubeObject[], live: readonly LiveObject[]): string {
    const id = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
    const byId = new Map(live.map((object) => [id(object), object]));
    const rows = [...expected]
        .sort((a, b) => (id(a) < id(b) ? -1 : 1))
        .map((ref) => {
            const object = byId.get(id(ref));
            return [
                ref.kind,
                ref.metadata.namespace ?? "-",
                ref.metadata.name,
                object === undefined ? "MISSING" : describe(object),
            ];
        });
    return tableText(["kind", "namespace", "name", "state"], rows);
}

/** Whether an object does what it is for, in a word or two. */
export function describe({ kind, metadata, spec, status }: LiveObject): string {
    if (kind === "Deployment") {
        const replicas = spec?.replicas ?? 0;
        const ready = status?.readyReplicas ?? 0;
        // What `pulumi up` waits for one Ready pod of is never more than that.
        const leads = metadata.labels?.[labels.revision] !== undefined;
        const enough = ready >= (leads ? Math.min(replicas, 1) : replicas);
        return `${enough ? "ready" : "not ready"} ${String(ready)}/${String(replicas)}${leads ? ", one leads" : ""}`;
    }
    const conditions = status?.conditions ?? status?.parents?.flatMap((parent) => parent.conditions ?? []);
    if (conditions !== undefined && conditions.length > 0) {
        return conditions.map(({ type, status: value }) => `${type}=${value}`).join(" ");
    }
    return status?.phase ?? "present";
}

/** Reads objects as the API server has them; those that are gone are left out. */
export function readLive(
    kubectl: string,
    { kubeconfig, stateDir }: { kubeconfig: string; stateDir: string },
    refs: readonly KubeObject[],
): LiveObject[] {
    if (refs.length === 0) {
        return [];
    }
    const list = { apiVersion: "v1", kind: "List", items: refs };
    const output = execFileSync(
        kubectl,
        [
            ...kubectlFlags(kubeconfig, stateDir),
            ...["get", "--ignore-not-found", "--output", "json", "--filename", "-"],
        ],
        { input: JSON.stringify(list), encoding: "utf8", maxBuffer: 256 * 2 ** 20 },
    );
    if (output.trim() === "") {
        return [];
    }
    // One object comes bare, several come as a List.
    const answer = JSON.parse(output) as LiveObject & { items?: LiveObject[] };
    return answer.items ?? [answer];
}
