import { record } from "../../objects/json";
import { kinds, ofPoolKinds } from "../../objects/kinds";
import type { GroupKind } from "../../objects/kubernetesObject";
import { KubernetesObject } from "../../objects/kubernetesObject";
import type { AssumedReleases } from "../../releases";
import type { Cluster, KubeObject } from "../shared/cluster";
import { KindNotServedError } from "../shared/errors";
import type { Manifest } from "./manifests";

/**
 * Reads what a cluster holds of the kinds that rules look up. What another object controls, such as a Deployment's
 * ReplicaSets and pods, is that one's and left out.
 *
 * @param namespaces undefined for all. Objects without a namespace are read in any case.
 * @param assumed releases of images that do not tell theirs.
 * @throws ClusterError when the cluster cannot be asked, or a kind may not be listed.
 */
export async function readLive(
    cluster: Pick<Cluster, "list" | "preferredVersion">,
    namespaces: readonly string[] | undefined,
    assumed: AssumedReleases,
): Promise<Manifest[]> {
    const scopes = namespaces ?? [undefined];
    const wanted = [...Object.values<GroupKind>(kinds), ...ofPoolKinds];
    const found: KubeObject[] = [];
    for (const group of new Set(wanted.map((kind) => kind.group))) {
        const version = await cluster.preferredVersion(group);
        for (const { kind } of version === undefined ? [] : wanted.filter((one) => one.group === group)) {
            for (const scope of scopes) {
                found.push(...(await listKind(cluster, version!, kind, scope)));
            }
        }
    }
    // What has no namespace is found once for each that is asked for.
    const byIdentity = new Map(
        found.filter((object) => !isControlled(object)).map((object) => [identity(object), object]),
    );
    return [...byIdentity.values()].flatMap((source) => {
        const object = KubernetesObject.of(source, assumed);
        return object === undefined ? [] : [{ object, locate: () => undefined, served: true }];
    });
}

/** Objects as they would be with others applied: one of the same kind, namespace and name takes the place of the older. */
export function applied(live: readonly Manifest[], manifests: readonly Manifest[]): Manifest[] {
    const names = new Set(manifests.map(({ object }) => nameOf(object)));
    return [...live.filter(({ object }) => !names.has(nameOf(object))), ...manifests];
}

function nameOf(object: KubernetesObject): string {
    return `${object.group} ${object.toString()}`;
}

async function listKind(
    cluster: Pick<Cluster, "list">,
    version: string,
    kind: string,
    namespace: string | undefined,
): Promise<KubeObject[]> {
    try {
        return await cluster.list(version, kind, namespace);
    } catch (error) {
        if (error instanceof KindNotServedError) {
            return [];
        }
        throw error;
    }
}

function isControlled({ metadata }: KubeObject): boolean {
    const owners = record(metadata).ownerReferences;
    return Array.isArray(owners) && owners.some((owner) => record(owner).controller === true);
}

function identity({ apiVersion, kind, metadata: { namespace = "", name } }: KubeObject): string {
    return [apiVersion, kind, namespace, name].join(" ");
}
