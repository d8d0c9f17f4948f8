import * as fs from "fs";
import * as path from "path";
import type { LoopbackClient } from "./https";
import { expectStatus } from "./https";
import { cacheDir } from "../paths";
import type { Toolchain } from "../toolchain";
import type { CacheEntry } from "../toolchain/cache";
import { ensureEntries, entryFolder, fingerprint } from "../toolchain/cache";
import { versions } from "../toolchain/versions";

/** The one folder that etcd keeps in its own. */
const memberName = "member";

/** Whose first data, and how they are made where they are not kept yet. */
export interface FirstDataOptions {
    toolchain: Toolchain;
    /** etcd's folder, which is made whole or not at all. */
    etcdData: string;
    /** Fills it by a first start, at whose end nothing writes there any more. */
    fill: () => Promise<void>;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
}

/**
 * Gives a control plane that has no data yet those of a first start: what an API server writes before anybody uses it, and
 * the custom resource definitions, Established. An API server that finds them starts with half the work, because it makes
 * its OpenAPI documents once and not anew for each definition (docs/performance.md).
 *
 * They are made once for the same programs and definitions, by a first start of the control plane that asks for them.
 *
 * @throws whatever `fill` throws.
 */
export async function ensureFirstData(options: FirstDataOptions): Promise<void> {
    const { toolchain, etcdData, fill, report } = options;
    const entry: CacheEntry = {
        name: "first-data",
        version: versions.kubernetes,
        // Their paths tell versions and contents.
        fingerprint: fingerprint(toolchain.etcd, toolchain.kubeApiserver, ...toolchain.crds),
        produce: async (folder) => {
            await fill();
            fs.cpSync(path.join(etcdData, memberName), path.join(folder, memberName), {
                recursive: true,
                // The room that etcd reserves for its next log, which it makes anew where it is missing.
                filter: (file) => !file.endsWith(".tmp"),
            });
        },
    };
    // A folder of its own, and thereby a lock of its own: nobody waits for tools that somebody else builds.
    const root = path.join(cacheDir, "data");
    await ensureEntries(root, [entry], report);
    if (!fs.existsSync(etcdData)) {
        const unfinished = `${etcdData}.unfinished`;
        fs.rmSync(unfinished, { recursive: true, force: true });
        fs.mkdirSync(unfinished, { mode: 0o700 });
        const kept = path.join(entryFolder(root, entry), memberName);
        fs.cpSync(kept, path.join(unfinished, memberName), { recursive: true });
        fs.renameSync(unfinished, etcdData);
    }
}

/**
 * Has etcd forget which authority the API server lets vouch for clients: an API server adds its own to those that it finds
 * (`extension-apiserver-authentication`), and each control plane has another.
 *
 * @throws Error when etcd refuses.
 */
export async function forgetAuthority(etcd: LoopbackClient): Promise<void> {
    const key = "/registry/configmaps/kube-system/extension-apiserver-authentication";
    const body = JSON.stringify({ key: Buffer.from(key).toString("base64") });
    try {
        const answer = await etcd.request("POST", "/v3/kv/deleterange", { type: "application/json", body });
        expectStatus(answer, [200], "Deleting what etcd knows of the authority");
    } finally {
        etcd.close();
    }
}
