import type {
    CoreV1Api,
    V1DownwardAPIVolumeFile,
    V1KeyToPath,
    V1Pod,
    V1Volume,
    V1VolumeProjection,
} from "@kubernetes/client-node";
import * as fs from "fs";
import * as path from "path";
import { fieldOf } from "./environment";

/** Files by their path in a volume. */
type Files = Record<string, string | Buffer>;

/** How long service account tokens of a pod are valid, in seconds, where the pod does not say. */
const tokenSeconds = 3607;

/**
 * Writes a pod's volumes below a folder, one folder each, as a kubelet does, or brings those that are there up to date.
 * An emptyDir keeps what the pod has put there.
 *
 * @returns the folder of each volume.
 * @throws Error when a ConfigMap or Secret is not there, or the lab does not know the kind of a volume.
 */
export async function writeVolumes(
    core: CoreV1Api,
    pod: V1Pod,
    podIP: string,
    folder: string,
): Promise<Record<string, string>> {
    const folders: Record<string, string> = {};
    for (const volume of pod.spec?.volumes ?? []) {
        const target = path.join(folder, volume.name);
        folders[volume.name] = target;
        fs.mkdirSync(target, { recursive: true });
        const files = await filesOf(core, pod, podIP, volume);
        if (files !== undefined) {
            replaceFiles(target, files);
        }
    }
    return folders;
}

/** In place, as containers that run may have the folder. */
function replaceFiles(folder: string, files: Files): void {
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        if (entry.isFile() && files[path.relative(folder, file)] === undefined) {
            fs.rmSync(file);
        }
    }
    for (const [name, contents] of Object.entries(files)) {
        const file = path.join(folder, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, contents, { mode: 0o600 });
    }
}

/** @returns undefined for a volume that only the pod writes to. */
async function filesOf(
    core: CoreV1Api,
    pod: V1Pod,
    podIP: string,
    volume: V1Volume,
): Promise<Files | undefined> {
    const { emptyDir, configMap, secret, downwardAPI, projected } = volume;
    const namespace = pod.metadata!.namespace!;
    if (emptyDir !== undefined) {
        return undefined;
    }
    if (configMap !== undefined) {
        return readConfigMap(core, namespace, configMap.name!, configMap.items, configMap.optional);
    }
    if (secret !== undefined) {
        return readSecret(core, namespace, secret.secretName!, secret.items, secret.optional);
    }
    if (downwardAPI !== undefined) {
        return readFields(downwardAPI.items ?? [], pod, podIP);
    }
    if (projected !== undefined) {
        const parts: Files[] = [];
        for (const source of projected.sources ?? []) {
            parts.push(await readProjection(core, pod, podIP, source));
        }
        return Object.assign({}, ...parts) as Files;
    }
    // A volume without any source is an emptyDir (Kubernetes API, `Volume`).
    if (Object.keys(volume).every((key) => key === "name")) {
        return undefined;
    }
    throw new Error(`the lab does not know the kind of the volume ${volume.name}`);
}

async function readProjection(
    core: CoreV1Api,
    pod: V1Pod,
    podIP: string,
    { serviceAccountToken, configMap, secret, downwardAPI }: V1VolumeProjection,
): Promise<Files> {
    const namespace = pod.metadata!.namespace!;
    if (serviceAccountToken !== undefined) {
        const { status } = await core.createNamespacedServiceAccountToken({
            name: pod.spec!.serviceAccountName ?? "default",
            namespace,
            body: {
                spec: {
                    audiences:
                        serviceAccountToken.audience === undefined ? [] : [serviceAccountToken.audience],
                    expirationSeconds: serviceAccountToken.expirationSeconds ?? tokenSeconds,
                    boundObjectRef: {
                        apiVersion: "v1",
                        kind: "Pod",
                        name: pod.metadata!.name,
                        uid: pod.metadata!.uid,
                    },
                },
            },
        });
        return { [serviceAccountToken.path]: status!.token };
    }
    if (configMap !== undefined) {
        return readConfigMap(core, namespace, configMap.name!, configMap.items, configMap.optional);
    }
    if (secret !== undefined) {
        return readSecret(core, namespace, secret.name!, secret.items, secret.optional);
    }
    return readFields(downwardAPI?.items ?? [], pod, podIP);
}

async function readConfigMap(
    core: CoreV1Api,
    namespace: string,
    name: string,
    items: V1KeyToPath[] | undefined,
    optional = false,
): Promise<Files> {
    const read = async (): Promise<Files> => {
        const { data = {}, binaryData = {} } = await core.readNamespacedConfigMap({ namespace, name });
        return { ...data, ...decoded(binaryData) };
    };
    return chosen(await orMissing(read, `ConfigMap ${namespace}/${name}`, optional), items);
}

async function readSecret(
    core: CoreV1Api,
    namespace: string,
    name: string,
    items: V1KeyToPath[] | undefined,
    optional = false,
): Promise<Files> {
    const read = async (): Promise<Files> =>
        decoded((await core.readNamespacedSecret({ namespace, name })).data ?? {});
    return chosen(await orMissing(read, `Secret ${namespace}/${name}`, optional), items);
}

async function orMissing(read: () => Promise<Files>, what: string, optional: boolean): Promise<Files> {
    try {
        return await read();
    } catch (error) {
        if (optional) {
            return {};
        }
        throw new Error(`${what} cannot be read`, { cause: error });
    }
}

function decoded(data: Record<string, string>): Files {
    return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]),
    );
}

/** With items, only their keys, each at its path. */
function chosen(files: Files, items: V1KeyToPath[] | undefined): Files {
    return items === undefined
        ? files
        : Object.fromEntries(
              items.flatMap(({ key, path: target }) => {
                  const contents = files[key];
                  return contents === undefined ? [] : [[target, contents]];
              }),
          );
}

function readFields(items: V1DownwardAPIVolumeFile[], pod: V1Pod, podIP: string): Files {
    return Object.fromEntries(
        items.map(({ path: target, fieldRef }) => [target, fieldOf(fieldRef!.fieldPath, pod, podIP)]),
    );
}
