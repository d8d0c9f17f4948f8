import type { ApiClient } from "./apiClient";
import { isNotFound } from "./apiClient";
import type { Discovery } from "./discovery";
import type { GroupVersionKind, KubeObject } from "./objects";
import { apiVersionOf, kindOf, nameOf, namespaceOf, objectsAt } from "./objects";
import type { JsonObject } from "./values";

/** Which object: its kind, its name, and its namespace if the kind has them. */
export interface ObjectRef {
    gvk: GroupVersionKind;
    name: string;
    namespace?: string;
}

/** How to apply an object. */
export interface ApplyOptions {
    /** Who owns the fields that are applied. */
    fieldManager: string;
    /** Whether to take over fields that others own. */
    force: boolean;
    /** Whether the server only says what it would do. */
    dryRun: boolean;
}

/** An object as the server has it now, and what it warned of. */
export interface ApplyResult {
    object: KubeObject;
    warnings: string[];
}

/** The object that `object` is. */
export function refTo(object: KubeObject): ObjectRef {
    return { gvk: kindOf(object), name: nameOf(object), namespace: namespaceOf(object) };
}

/** Reads and writes objects of any kind. */
export class Cluster {
    constructor(
        private readonly client: ApiClient,
        readonly discovery: Discovery,
        /** Where objects go that name no namespace. */
        readonly defaultNamespace: string,
    ) {}

    /** The object, or undefined if it is not there. @throws if its kind is unknown. */
    async get(ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject | undefined> {
        const path = await this.pathOf(ref);
        try {
            return (await this.client.send({ method: "GET", path, signal })).body as KubeObject;
        } catch (error) {
            if (isNotFound(error)) {
                return undefined;
            }
            throw error;
        }
    }

    /** The objects of a kind in a namespace that match the selectors; empty if the kind is unknown. */
    async list(
        gvk: GroupVersionKind,
        namespace: string | undefined,
        selectors: { labelSelector?: string; fieldSelector?: string },
        signal?: AbortSignal,
    ): Promise<JsonObject[]> {
        const mapping = await this.discovery.tryFind(gvk);
        if (mapping === undefined) {
            return [];
        }
        const scope = mapping.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
        const path = `${rootOf(gvk)}${scope}/${mapping.resource}`;
        return objectsAt(
            (await this.client.send({ method: "GET", path, query: selectors, signal })).body,
            "items",
        );
    }

    /**
     * Server-side apply: creates the object or changes it, and takes out the fields that the same manager applied
     * before and does not apply now.
     */
    async apply(object: KubeObject, options: ApplyOptions): Promise<ApplyResult> {
        const response = await this.client.send({
            method: "PATCH",
            path: await this.pathOf(refTo(object)),
            query: {
                fieldManager: options.fieldManager,
                force: String(options.force),
                fieldValidation: "Warn",
                dryRun: options.dryRun ? "All" : undefined,
            },
            // The server parses it as YAML, of which JSON is a subset.
            contentType: "application/apply-patch+yaml",
            body: object,
        });
        return { object: response.body as KubeObject, warnings: response.warnings };
    }

    /** Asks for the object's deletion, which finalizers may hold up. Does nothing if it is not there. */
    async delete(ref: ObjectRef, propagationPolicy: string): Promise<void> {
        const path = await this.pathOf(ref);
        const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
        try {
            await this.client.send({ method: "DELETE", path, body });
        } catch (error) {
            if (!isNotFound(error)) {
                throw error;
            }
        }
    }

    private async pathOf(ref: ObjectRef): Promise<string> {
        const mapping = await this.discovery.find(ref.gvk);
        const namespace = ref.namespace ?? this.defaultNamespace;
        const scope = mapping.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : "";
        return `${rootOf(ref.gvk)}${scope}/${mapping.resource}/${encodeURIComponent(ref.name)}`;
    }
}

function rootOf(gvk: GroupVersionKind): string {
    return `${gvk.group === "" ? "/api" : "/apis"}/${apiVersionOf(gvk)}`;
}
