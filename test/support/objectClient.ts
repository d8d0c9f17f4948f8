import { setTimeout as sleep } from "timers/promises";
import { segment } from "../../commands/shared/apiPath";
import type { KubeObject } from "../../commands/shared/cluster";
import { Cluster } from "../../commands/shared/cluster";
import { loadKubeConfig } from "../../commands/shared/kubeconfig";
import type { Answer, Content } from "../../local/controlplane/https";
import { expectStatus, LoopbackClient } from "../../local/controlplane/https";

/** How often an object is written that controllers write too. */
const attempts = 5;

/**
 * Writes objects of an embedded control plane, as the same manager of fields as kubectl would, but without a process for
 * each, and without asking what it knows.
 */
export class ObjectClient {
    readonly server: LoopbackClient;
    private readonly cluster: Cluster;

    /** @param kubeconfig of the embedded control plane, whose server is on this machine. */
    constructor(kubeconfig: string) {
        const config = loadKubeConfig(kubeconfig);
        const { server, caData } = config.getCurrentCluster()!;
        const { certData, keyData } = config.getCurrentUser()!;
        this.server = new LoopbackClient(Number(new URL(server).port), decoded(caData), {
            cert: decoded(certData),
            key: decoded(keyData),
        });
        this.cluster = new Cluster({ kubeconfig });
    }

    close(): void {
        this.server.close();
        this.cluster.close();
    }

    /**
     * Where an object is, or is to be.
     *
     * @throws KindNotServedError where its kind is not served; so do the others.
     */
    async pathOf(object: KubeObject): Promise<string> {
        return `${await this.collectionOf(object)}/${segment(object.metadata.name)}`;
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
        const path = await this.pathOf(object);
        for (let attempt = 1; ; attempt++) {
            const read = await this.server.request("GET", path);
            expectStatus(read, [200], `reading ${nameOf(object)}`);
            const { resourceVersion } = (JSON.parse(read.body) as KubeObject).metadata;
            const answer = await this.server.request(
                "PUT",
                `${path}?fieldManager=kubectl-replace&fieldValidation=Strict`,
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
        const path = await this.pathOf(object);
        const answer = await this.server.request("DELETE", `${path}?propagationPolicy=Background`);
        expectStatus(answer, [200, 202], `deleting ${nameOf(object)}`);
        while ((await this.server.request("GET", path)).status !== 404) {
            await sleep(50);
        }
    }

    private async post(object: KubeObject): Promise<Answer> {
        return this.server.request(
            "POST",
            `${await this.collectionOf(object)}?fieldManager=kubectl-create&fieldValidation=Strict`,
            json(object),
        );
    }

    private collectionOf({ apiVersion, kind, metadata }: KubeObject): Promise<string> {
        return this.cluster.pathOf(apiVersion, kind, metadata.namespace);
    }
}

/** What a kubeconfig holds as text of its own, which that of an embedded control plane does. */
function decoded(text: string | undefined): string {
    return Buffer.from(text!, "base64").toString("utf8");
}

function json(object: KubeObject): Content {
    return { type: "application/json", body: JSON.stringify(object) };
}

function nameOf({ kind, metadata }: KubeObject): string {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
