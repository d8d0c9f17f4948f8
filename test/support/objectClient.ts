import { readFileSync } from "fs";
import { setTimeout as sleep } from "timers/promises";
import { parse } from "yaml";
import { rootOf, segment } from "../../commands/shared/apiPath";
import type { KubeObject } from "../../commands/shared/cluster";
import type { Answer, Content } from "../../local/controlplane/https";
import { expectStatus, LoopbackClient } from "../../local/controlplane/https";

/** Where the API server has an object. */
export interface ObjectPath {
    /** What holds all objects of its kind, in its namespace where the kind has one. */
    collection: string;
    own: string;
    namespaced: boolean;
}

/** How often an object is written that controllers write too. */
const attempts = 5;

/**
 * Writes objects of an embedded control plane. What kubectl does by a process for each object, and by more requests than
 * that of the object, is one request here, of the same manager of fields.
 */
export class ObjectClient {
    readonly server: LoopbackClient;
    private readonly kinds = new Map<string, Promise<ReadonlyMap<string, ServedKind>>>();

    /** @param kubeconfig of the embedded control plane, whose server is on this machine. */
    constructor(kubeconfig: string) {
        const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as {
            clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
            users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
        };
        const decoded = (text: string) => Buffer.from(text, "base64").toString("utf8");
        const { cluster } = clusters[0]!;
        const { user } = users[0]!;
        this.server = new LoopbackClient(
            Number(new URL(cluster.server).port),
            decoded(cluster["certificate-authority-data"]),
            { cert: decoded(user["client-certificate-data"]), key: decoded(user["client-key-data"]) },
        );
    }

    close(): void {
        this.server.close();
    }

    /** Where an object is, or is to be; undefined while its kind is not served. */
    async pathOf({ apiVersion, kind, metadata }: KubeObject): Promise<ObjectPath | undefined> {
        const root = rootOf(apiVersion);
        const known = this.kinds.get(root) ?? this.kindsAt(root);
        this.kinds.set(root, known);
        const served = (await known).get(kind);
        if (served === undefined) {
            this.kinds.delete(root);
            return undefined;
        }
        const { plural, namespaced } = served;
        const folder = namespaced ? `/namespaces/${segment(metadata.namespace ?? "")}` : "";
        const collection = `${root}${folder}/${plural}`;
        return { collection, own: `${collection}/${segment(metadata.name)}`, namespaced };
    }

    /** @throws Error with the server's own words where it refuses; so do the others. */
    async create(object: KubeObject): Promise<void> {
        expectStatus(await this.post(object), [201], `creating ${nameOf(object)}`);
    }

    /** Creates an object where there is none of its name. */
    async ensure(object: KubeObject): Promise<void> {
        expectStatus(await this.post(object), [201, 409], `creating ${nameOf(object)}`);
    }

    /** Writes over an object, whatever it has become since it was read. */
    async replace(object: KubeObject): Promise<void> {
        const { own } = await this.placeOf(object);
        for (let attempt = 1; ; attempt++) {
            const read = await this.server.request("GET", own);
            expectStatus(read, [200], `reading ${nameOf(object)}`);
            const { resourceVersion } = (JSON.parse(read.body) as KubeObject).metadata;
            const answer = await this.server.request(
                "PUT",
                `${own}?fieldManager=kubectl-replace&fieldValidation=Strict`,
                json({ ...object, metadata: { ...object.metadata, resourceVersion } }),
            );
            // Somebody else has written it since.
            if (answer.status !== 409 || attempt === attempts) {
                expectStatus(answer, [200], `replacing ${nameOf(object)}`);
                return;
            }
        }
    }

    /** Deletes an object, and waits until it is gone. */
    async delete(object: KubeObject): Promise<void> {
        const { own } = await this.placeOf(object);
        const answer = await this.server.request("DELETE", `${own}?propagationPolicy=Background`);
        expectStatus(answer, [200, 202], `deleting ${nameOf(object)}`);
        while ((await this.server.request("GET", own)).status !== 404) {
            await sleep(50);
        }
    }

    private async post(object: KubeObject): Promise<Answer> {
        const { collection } = await this.placeOf(object);
        return this.server.request(
            "POST",
            `${collection}?fieldManager=kubectl-create&fieldValidation=Strict`,
            json(object),
        );
    }

    private async placeOf(object: KubeObject): Promise<ObjectPath> {
        const place = await this.pathOf(object);
        if (place === undefined) {
            throw new Error(`the API server has no ${object.kind} of ${object.apiVersion}`);
        }
        return place;
    }

    private async kindsAt(root: string): Promise<ReadonlyMap<string, ServedKind>> {
        const { body, status } = await this.server.request("GET", root);
        const { resources } = (status === 200 ? JSON.parse(body) : { resources: [] }) as {
            resources: { name: string; kind: string; namespaced: boolean }[];
        };
        return new Map(
            resources
                .filter(({ name }) => !name.includes("/"))
                .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
        );
    }
}

interface ServedKind {
    plural: string;
    namespaced: boolean;
}

function json(object: KubeObject): Content {
    return { type: "application/json", body: JSON.stringify(object) };
}

function nameOf({ kind, metadata }: KubeObject): string {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
