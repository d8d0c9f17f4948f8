import type { ApiClient } from "./apiClient";
import { isNotFound } from "./apiClient";
import type { GroupVersionKind } from "./objects";
import { apiVersionOf, at, objectsAt, stringAt } from "./objects";
import type { JsonObject } from "./values";

/** Where the objects of a kind live on the API server. */
export interface ResourceMapping {
    /** Plural name in URLs, such as `deployments`. */
    resource: string;
    namespaced: boolean;
}

/** The API server knows no such kind, or not at this version. */
export class UnknownKindError extends Error {
    constructor(readonly gvk: GroupVersionKind) {
        super(
            `the Kubernetes API server has no kind "${gvk.kind}" in ${apiVersionOf(gvk)}. ` +
                "Are the CustomResourceDefinitions that it needs installed?",
        );
        this.name = "UnknownKindError";
    }
}

type KindsOfGroup = Map<string, ResourceMapping>;

/** Maps kinds to REST resources, and remembers: each API group version is asked for once, and again on a miss. */
export class Discovery {
    private readonly groups = new Map<string, Promise<KindsOfGroup>>();
    /** Scope of kinds whose definition the program is about to create. */
    private readonly announced = new Map<string, boolean>();

    constructor(private readonly client: ApiClient) {}

    /** @throws {UnknownKindError} if the server has no such kind, even when asked anew. */
    async find(gvk: GroupVersionKind): Promise<ResourceMapping> {
        const apiVersion = apiVersionOf(gvk);
        const cached = this.groups.get(apiVersion);
        const known = (await cached)?.get(gvk.kind);
        if (known !== undefined) {
            return known;
        }
        // Another call may have refreshed it meanwhile; only a list that was there before this call is stale.
        if (this.groups.get(apiVersion) === cached) {
            this.groups.delete(apiVersion);
        }
        const found = (await this.kindsOf(apiVersion)).get(gvk.kind);
        if (found === undefined) {
            throw new UnknownKindError(gvk);
        }
        return found;
    }

    /** Like {@link find}, but undefined for a kind that the server does not have. */
    async tryFind(gvk: GroupVersionKind): Promise<ResourceMapping | undefined> {
        return this.find(gvk).catch((error) => {
            if (error instanceof UnknownKindError) {
                return undefined;
            }
            throw error;
        });
    }

    /**
     * Whether the kind's objects have a namespace. For a kind that the server does not have yet, the definition
     * that the program announced decides; failing that it is taken for namespaced, as most custom resources are.
     */
    async isNamespaced(gvk: GroupVersionKind): Promise<boolean> {
        const announced = this.announced.get(`${gvk.group}/${gvk.kind}`);
        return (await this.tryFind(gvk))?.namespaced ?? announced ?? true;
    }

    /** Takes note of a CustomResourceDefinition that the program declares. */
    announce(definition: JsonObject): void {
        const group = stringAt(definition, "spec", "group");
        const kind = stringAt(definition, "spec", "names", "kind");
        if (group !== undefined && kind !== undefined) {
            this.announced.set(`${group}/${kind}`, stringAt(definition, "spec", "scope") !== "Cluster");
        }
    }

    /** Whether the program declares a CustomResourceDefinition for the kind. */
    isAnnounced(gvk: GroupVersionKind): boolean {
        return this.announced.has(`${gvk.group}/${gvk.kind}`);
    }

    private kindsOf(apiVersion: string): Promise<KindsOfGroup> {
        let kinds = this.groups.get(apiVersion);
        if (kinds === undefined) {
            kinds = this.fetchKinds(apiVersion);
            this.groups.set(apiVersion, kinds);
            kinds.catch(() => this.groups.delete(apiVersion));
        }
        return kinds;
    }

    private async fetchKinds(apiVersion: string): Promise<KindsOfGroup> {
        const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        const list = await this.client.send({ method: "GET", path }).catch((error) => {
            if (isNotFound(error)) {
                return { body: {} };
            }
            throw error;
        });
        const kinds: KindsOfGroup = new Map();
        for (const resource of objectsAt(list.body, "resources")) {
            const kind = stringAt(resource, "kind");
            const name = stringAt(resource, "name");
            // Names with a slash are subresources, such as deployments/scale.
            if (kind !== undefined && name !== undefined && !name.includes("/")) {
                kinds.set(kind, { resource: name, namespaced: at(resource, "namespaced") === true });
            }
        }
        return kinds;
    }
}
