import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { readFileSync } from "fs";
import { setTimeout as sleep } from "timers/promises";
import { parse } from "yaml";
import type { KubeObject } from "../../../commands/shared/cluster";
import { LoopbackClient } from "../../../local/controlplane/https";
import type { Registration } from "../../support/mocks";
import { monitorDefinitions } from "../../support/monitors";

/** Where objects of a kind are, as the API server tells. */
interface Resource {
    /** Path of the group and version. */
    root: string;
    plural: string;
    namespaced: boolean;
}

/** What the API server thinks of objects that nobody has applied: a server-side apply without its effect. */
export class ApiServer {
    private readonly client: LoopbackClient;
    private readonly resources = new Map<string, Promise<ReadonlyMap<string, Resource>>>();
    private readonly namespaces = new Map<string, Promise<void>>();
    /** What it has said of an object, which most settings have in common with others. */
    private readonly said = new Map<string, Promise<string | undefined>>();

    private constructor(kubeconfig: string) {
        const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as {
            clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
            users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
        };
        const decoded = (text: string) => Buffer.from(text, "base64").toString("utf8");
        const { cluster } = clusters[0]!;
        const { user } = users[0]!;
        this.client = new LoopbackClient(
            Number(new URL(cluster.server).port),
            decoded(cluster["certificate-authority-data"]),
            { cert: decoded(user["client-certificate-data"]), key: decoded(user["client-key-data"]) },
        );
    }

    /** @param kubeconfig of the embedded control plane, whose server is on this machine. */
    static async open(kubeconfig: string): Promise<ApiServer> {
        const server = new ApiServer(kubeconfig);
        const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for (const definition of monitorDefinitions) {
            await server.create(collection, definition);
        }
        const kinds = monitorDefinitions.map(({ spec }) => spec.names.kind);
        for (;;) {
            const served = await server.discover("monitoring.coreos.com/v1");
            if (kinds.every((kind) => served.has(kind))) {
                return server;
            }
            await sleep(100);
        }
    }

    private async create(collection: string, object: object): Promise<void> {
        await this.client.request("POST", collection, {
            type: "application/json",
            body: JSON.stringify(object),
        });
    }

    close(): void {
        this.client.close();
    }

    /** Why the object would be refused; undefined where it would not. */
    async refusal(object: KubeObject): Promise<string | undefined> {
        const text = JSON.stringify(object);
        const known = this.said.get(text) ?? this.ask(object, text);
        this.said.set(text, known);
        return known;
    }

    private async ask({ apiVersion, kind, metadata }: KubeObject, body: string): Promise<string | undefined> {
        const resource = (await this.resourcesOf(apiVersion)).get(kind);
        if (resource === undefined) {
            return `the API server has no ${kind} of ${apiVersion}`;
        }
        if (resource.namespaced) {
            await this.ensureNamespace(metadata.namespace ?? "");
        }
        const folder = resource.namespaced
            ? `/namespaces/${encodeURIComponent(metadata.namespace ?? "")}`
            : "";
        const answer = await this.client.request(
            "PATCH",
            `${resource.root}${folder}/${resource.plural}/${encodeURIComponent(metadata.name)}?dryRun=All&fieldManager=fuzz&force=true&fieldValidation=Strict`,
            { type: "application/apply-patch+yaml", body },
            60_000,
        );
        return answer.status < 300 ? undefined : answer.body.slice(0, 2000);
    }

    private resourcesOf(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
        const known = this.resources.get(apiVersion) ?? this.discover(apiVersion);
        this.resources.set(apiVersion, known);
        return known;
    }

    private async discover(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
        const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        const { body, status } = await this.client.request("GET", root);
        const { resources } = (status === 200 ? JSON.parse(body) : { resources: [] }) as {
            resources: { name: string; kind: string; namespaced: boolean }[];
        };
        return new Map(
            resources
                .filter(({ name }) => !name.includes("/"))
                .map(({ name, kind, namespaced }) => [kind, { root, plural: name, namespaced }]),
        );
    }

    /** Objects are refused where their namespace is not there, which on a real `up` comes before them. */
    private ensureNamespace(name: string): Promise<void> {
        const known =
            this.namespaces.get(name) ??
            this.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
        this.namespaces.set(name, known);
        return known;
    }
}

/** What the provider would apply, with its secrets. */
export function objectsOf(registrations: readonly Registration[]): KubeObject[] {
    return registrations
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inClear(inputs) as KubeObject);
}

function inClear(value: unknown): unknown {
    if (isRpcSecret(value)) {
        return inClear(unwrapRpcSecret(value));
    }
    if (Array.isArray(value)) {
        return value.map(inClear);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inClear(inner)]))
        : value;
}
