import { annotations, annotationOf, isAnnotationTrue } from "./annotations";
import { ApiClient, ApiError, isNotFound } from "./apiClient";
import { explainConflict, isPreviewOnly } from "./applyErrors";
import { deleteAndWait } from "./await/deletion";
import { poll } from "./await/poll";
import type { Waiting } from "./await/waiter";
import { checkNow, NotReadyError, waitUntilReady } from "./await/waiter";
import { fromOutputs, fromSdkNames, toOutputs, toSdkNames } from "./checkpoint";
import { Cluster, refTo, type ApplyOptions, type ObjectRef } from "./cluster";
import { connect } from "./connection";
import { diffInputs, mustDeleteFirst, withoutIgnored, type FieldChanges } from "./diff";
import { Discovery, UnknownKindError } from "./discovery";
import { importInputs, refreshInputs, withoutServerMetadata } from "./drift";
import type { EngineLog } from "./engineLog";
import { keepIgnoredFields } from "./ignoredFields";
import { immutableFields } from "./immutableFields";
import { fieldOwners } from "./managedFields";
import { assignName, fieldManagerFor, type EngineAutonaming } from "./naming";
import {
    describe,
    idOf,
    kindOf,
    nameOf,
    namespaceOf,
    parseGroupVersionKind,
    parseId,
    stringAt,
    type KubeObject,
} from "./objects";
import { kindOfType, nameOfUrn, refuseUnsupported, typeOfUrn } from "./resourceTypes";
import { markSecrets } from "./secrets";
import { readSettings, type ProviderSettings } from "./settings";
import { containsUnknown, isMap, omit, reveal, type JsonObject, type PropertyMap } from "./values";
import { standInNotice } from "./version";

/** The object is on the cluster but not ready; the engine records it as it is, and the next update goes on. */
export class InitFailedError extends Error {
    constructor(
        message: string,
        readonly id: string,
        readonly properties: PropertyMap,
        readonly reasons: string[],
        readonly inputs?: PropertyMap,
    ) {
        super(message);
        this.name = "InitFailedError";
    }
}

/** A change of a resource, in the engine's terms. */
export interface DiffResult {
    changes: FieldChanges;
    deleteBeforeReplace: boolean;
}

/** A resource as it is on the cluster. */
export interface ReadResult {
    id: string;
    properties: PropertyMap;
    inputs: PropertyMap;
}

/** How long a create waits for its kind: as long as a definition of the same program may need, or a moment. */
const announcedKindMs = 60_000;
const unknownKindMs = 5_000;
/** How long a create waits for its namespace, which may be created at the same time. */
const namespaceMs = 10_000;

/**
 * The life cycle of Kubernetes objects as Pulumi resources, with the official provider's rules: server-side apply
 * with one field manager a resource, waiting for readiness, and the same state. Unlike the official one it
 * derives the field manager from the URN, and so takes up what an interrupted run of the same stack had created.
 */
export class ResourceProvider {
    private settings: ProviderSettings = readSettings({}, {});
    private cluster: Cluster | undefined;
    /** Why there is no cluster to talk to. */
    private unreachable = "the provider is not configured";
    private readonly cancellation = new AbortController();

    constructor(private readonly log: EngineLog) {}

    /** Opens the connection. A cluster that does not answer is an error only for what needs it: not for previews. */
    async configure(args: PropertyMap, urn?: string): Promise<void> {
        this.settings = readSettings(args);
        this.log.info(standInNotice, urn);
        try {
            const connection = connect(this.settings);
            const client = new ApiClient(connection);
            await client.send({ method: "GET", path: "/version" });
            this.cluster = new Cluster(client, new Discovery(client), connection.namespace);
        } catch (error) {
            this.unreachable = (error as Error).message;
            this.log.warn(`the Kubernetes cluster is unreachable: ${this.unreachable}`, urn);
        }
    }

    /** Stops all waiting at once. */
    cancel(): void {
        this.cancellation.abort();
    }

    /**
     * Completes the inputs: name, namespace, no server-written metadata.
     *
     * @throws for what this provider cannot handle.
     */
    async check(
        urn: string,
        olds: PropertyMap,
        news: PropertyMap,
        naming: { randomSeed: Uint8Array; autonaming?: EngineAutonaming },
    ): Promise<PropertyMap> {
        const inputs = withoutServerMetadata(fromSdkNames(reveal(news) as JsonObject));
        refuseUnsupported(typeOfUrn(urn), inputs);
        if (stringAt(inputs, "metadata", "generateName") !== undefined) {
            throw new Error("the .metadata.generateName field is not supported with server-side apply");
        }
        const oldInputs = Object.keys(olds).length > 0 ? (reveal(olds) as JsonObject) : undefined;
        assignName(inputs, oldInputs, { resourceName: nameOfUrn(urn), ...naming });
        await this.assignNamespace(inputs);
        if (inputs.kind === "CustomResourceDefinition") {
            this.cluster?.discovery.announce(inputs);
        }
        return markSecrets(toSdkNames(inputs), news);
    }

    /** Compares the last inputs (or what a refresh made of them) with the new ones. */
    async diff(olds: PropertyMap, news: PropertyMap, ignoreChanges: string[]): Promise<DiffResult> {
        const { inputs, live } = fromOutputs(olds);
        const oldInputs = withoutServerMetadata(inputs);
        const newInputs = withoutServerMetadata(fromSdkNames(reveal(news) as JsonObject));
        await this.alignNamespaces(oldInputs, newInputs);
        // Naming in the program what the provider had named before is no change.
        if (
            nameOf(newInputs) !== "" &&
            nameOf(newInputs) === nameOf(live) &&
            isMap<JsonObject>(oldInputs.metadata)
        ) {
            oldInputs.metadata.name = nameOf(newInputs);
        }
        const immutable = immutableFields(newInputs as KubeObject, this.settings);
        const changes = withoutIgnored(diffInputs(oldInputs, newInputs, immutable), ignoreChanges);
        const replaced = [...changes.values()].some(({ replace }) => replace);
        return { changes, deleteBeforeReplace: replaced && mustDeleteFirst(newInputs, live) };
    }

    /**
     * Creates the object and waits for it.
     *
     * @throws {InitFailedError} if it was created but is not ready.
     * @throws if it is already there and this resource did not create it: see `upsertExistingObjects`.
     */
    async create(
        urn: string,
        properties: PropertyMap,
        timeoutSeconds: number,
        preview: boolean,
    ): Promise<{ id: string; properties: PropertyMap }> {
        const inputs = fromSdkNames(reveal(properties) as JsonObject) as KubeObject;
        const fieldManager = annotationOf(inputs, annotations.patchFieldManager) ?? fieldManagerFor(urn);
        const bookkeeping = { initialApiVersion: inputs.apiVersion, fieldManager };
        if (preview) {
            const planned = await this.dryRun(urn, inputs, { fieldManager, force: true });
            const outputs = planned && toOutputs(inputs, planned, properties, bookkeeping);
            return { id: "", properties: outputs ?? properties };
        }
        const cluster = this.reachableCluster();
        await this.waitForKind(cluster, inputs, urn);
        await this.makeWay(cluster, inputs, fieldManager);
        const applied = await this.applyNew(cluster, urn, inputs, {
            fieldManager,
            force: this.mustForce(inputs),
            dryRun: false,
        });
        const toProperties = (live: KubeObject): PropertyMap =>
            toOutputs(inputs, live, properties, bookkeeping);
        const live = await this.waitFor(urn, inputs, applied, timeoutSeconds, toProperties);
        return { id: idOf(live), properties: toProperties(live) };
    }

    /**
     * Reads the object as it is: for a refresh, an import, or a `get`. Undefined if it is gone, or its kind is.
     *
     * @throws {InitFailedError} if the object is there but not ready.
     */
    async read(
        urn: string,
        id: string,
        properties: PropertyMap,
        markedInputs: PropertyMap,
    ): Promise<ReadResult | undefined> {
        if (this.cluster === undefined) {
            if (this.settings.deleteUnreachable) {
                this.log.warn(`dropped from the state, as deleteUnreachable says: ${this.unreachable}`, urn);
                return undefined;
            }
            throw new Error(
                `cannot read the state of the resource: ${this.unreachable}. If the cluster is gone for good, run ` +
                    'again with PULUMI_K8S_DELETE_UNREACHABLE set to "true" to drop its resources from the state.',
            );
        }
        const checkpoint = fromOutputs(properties);
        const oldInputs = fromSdkNames(reveal(markedInputs) as JsonObject);
        const source = [oldInputs, checkpoint.live].find((object) => stringAt(object, "kind") !== undefined);
        const { apiVersion, kind } = (source as KubeObject | undefined) ?? kindOfType(typeOfUrn(urn));
        const ref = { gvk: parseGroupVersionKind(apiVersion, kind), ...parseId(id) };
        const live = await this.cluster.get(ref).catch((error) => {
            if (error instanceof UnknownKindError) {
                return undefined;
            }
            throw error;
        });
        if (live === undefined) {
            return undefined;
        }
        const isImport = stringAt(oldInputs, "kind") === undefined;
        const inputs = isImport ? importInputs(live) : refreshInputs(oldInputs, checkpoint.live, live);
        const result = {
            id,
            properties: toOutputs(inputs, live, markedInputs, {
                initialApiVersion: checkpoint.initialApiVersion ?? apiVersion,
                fieldManager: checkpoint.fieldManager ?? fieldManagerFor(urn),
            }),
            inputs: markSecrets(toSdkNames(inputs), markedInputs),
        };
        if (!isImport) {
            await checkNow(this.waiting(this.cluster, urn), oldInputs, live).catch((error) => {
                if (error instanceof NotReadyError) {
                    throw new InitFailedError(
                        error.message,
                        id,
                        result.properties,
                        [error.message],
                        result.inputs,
                    );
                }
                throw error;
            });
        }
        return result;
    }

    /**
     * Changes the object and waits for it. If it was deleted meanwhile, it is created again.
     *
     * @throws {InitFailedError} if it was changed but is not ready.
     */
    async update(
        urn: string,
        id: string,
        olds: PropertyMap,
        news: PropertyMap,
        options: { timeoutSeconds: number; preview: boolean; ignoreChanges: string[] },
    ): Promise<PropertyMap> {
        const old = fromOutputs(olds);
        const inputs = fromSdkNames(reveal(news) as JsonObject) as KubeObject;
        const oldManager = old.fieldManager ?? fieldManagerFor(urn);
        const fieldManager = annotationOf(inputs, annotations.patchFieldManager) ?? oldManager;
        const force = this.mustForce(inputs);
        const toProperties = (live: KubeObject): PropertyMap =>
            toOutputs(inputs, live, news, {
                initialApiVersion: old.initialApiVersion ?? inputs.apiVersion,
                fieldManager,
            });
        if (options.preview) {
            const planned = await this.dryRun(urn, inputs, { fieldManager, force }, options.ignoreChanges);
            return planned === undefined ? news : toProperties(planned);
        }
        const cluster = this.reachableCluster();
        const current = await cluster.get({ gvk: kindOf(inputs), ...parseId(id) });
        if (current === undefined) {
            this.log.warn(`${describe(inputs)} was deleted outside of Pulumi; it is created again`, urn);
        }
        const wanted = current
            ? keepIgnoredFields(inputs, current, options.ignoreChanges, fieldManager)
            : inputs;
        const applied = await this.apply(cluster, urn, wanted, { fieldManager, force, dryRun: false });
        const live = await this.waitFor(urn, inputs, applied, options.timeoutSeconds, toProperties);
        if (oldManager !== fieldManager) {
            await this.relinquish(cluster, live, oldManager);
        }
        return toProperties(live);
    }

    /** Deletes the object and waits until it is gone. */
    async delete(urn: string, id: string, properties: PropertyMap, timeoutSeconds: number): Promise<void> {
        if (this.cluster === undefined && this.settings.deleteUnreachable) {
            this.log.warn(`dropped from the state, as deleteUnreachable says: ${this.unreachable}`, urn);
            return;
        }
        const cluster = this.reachableCluster();
        const { inputs, live, fieldManager } = fromOutputs(properties);
        const { apiVersion, kind } =
            stringAt(live, "kind") === undefined ? kindOfType(typeOfUrn(urn)) : (live as KubeObject);
        const ref: ObjectRef = { gvk: parseGroupVersionKind(apiVersion, kind), ...parseId(id) };
        const uid = stringAt(live, "metadata", "uid");
        try {
            await deleteAndWait(this.waiting(cluster, urn), ref, inputs, uid, timeoutSeconds);
        } catch (error) {
            if (error instanceof UnknownKindError) {
                // The kind is gone, and its objects went with it.
                return;
            }
            if (error instanceof ApiError && error.code === 403 && fieldManager !== undefined) {
                // Some objects belong to the cluster, such as the namespace "default": only give up what was set.
                this.log.warn(`it cannot be deleted, its fields are given up: ${error.message}`, urn);
                await this.relinquish(cluster, live as KubeObject, fieldManager);
                return;
            }
            throw error;
        }
    }

    private reachableCluster(): Cluster {
        if (this.cluster === undefined) {
            throw new Error(`the Kubernetes cluster is unreachable: ${this.unreachable}`);
        }
        return this.cluster;
    }

    private waiting(cluster: Cluster, urn: string): Waiting {
        return {
            cluster,
            signal: this.cancellation.signal,
            reporter: {
                status: (message) => this.log.status(message, urn),
                warn: (message) => this.log.warn(message, urn),
            },
        };
    }

    private mustForce(inputs: JsonObject): boolean {
        return this.settings.enablePatchForce || isAnnotationTrue(inputs, annotations.patchForce);
    }

    /** Puts objects that name no namespace where kubectl would, and takes the namespace off those that have none. */
    private async assignNamespace(inputs: JsonObject): Promise<void> {
        const { apiVersion, kind } = inputs as KubeObject;
        if (
            this.cluster === undefined ||
            !isMap<JsonObject>(inputs.metadata) ||
            containsUnknown([apiVersion, kind])
        ) {
            return;
        }
        const namespaced = await this.cluster.discovery.isNamespaced(parseGroupVersionKind(apiVersion, kind));
        if (namespaced && inputs.metadata.namespace === undefined) {
            inputs.metadata.namespace = this.cluster.defaultNamespace;
        }
    }

    /** Makes both sides say "default" or nothing alike, so that the spelling of a namespace is no change. */
    private async alignNamespaces(...objects: JsonObject[]): Promise<void> {
        const gvk = kindOf(objects.at(-1) as KubeObject);
        const namespaced = this.cluster ? await this.cluster.discovery.isNamespaced(gvk) : undefined;
        for (const { metadata } of objects) {
            if (!isMap<JsonObject>(metadata)) {
                continue;
            }
            if (namespaced === false) {
                delete metadata.namespace;
            } else if (namespaced) {
                metadata.namespace ??= "default";
            }
        }
    }

    /** What the API server would make of the inputs; undefined if it cannot tell yet. */
    private async dryRun(
        urn: string,
        inputs: KubeObject,
        options: Omit<ApplyOptions, "dryRun">,
        ignoreChanges: string[] = [],
    ): Promise<KubeObject | undefined> {
        const { cluster } = this;
        if (cluster === undefined || containsUnknown(inputs)) {
            return undefined;
        }
        if ((await cluster.discovery.tryFind(kindOf(inputs))) === undefined) {
            return undefined;
        }
        try {
            const current = ignoreChanges.length > 0 ? await cluster.get(refTo(inputs)) : undefined;
            const wanted = current
                ? keepIgnoredFields(inputs, current, ignoreChanges, options.fieldManager)
                : inputs;
            const planned = await this.apply(cluster, urn, wanted, { ...options, dryRun: true });
            // It would be an empty status, which a program could mistake for the real one.
            return omit(planned, "status") as KubeObject;
        } catch (error) {
            if (isPreviewOnly(error)) {
                return undefined;
            }
            throw error;
        }
    }

    private async apply(
        cluster: Cluster,
        urn: string,
        inputs: KubeObject,
        options: ApplyOptions,
    ): Promise<KubeObject> {
        try {
            const { object, warnings } = await cluster.apply(inputs, options);
            for (const warning of warnings) {
                this.log.warn(`Kubernetes API server: ${warning}`, urn);
            }
            return object;
        } catch (error) {
            throw explainConflict(error, options.fieldManager);
        }
    }

    /** Applies, and gives a namespace that is created at the same time a moment to be there. */
    private async applyNew(
        cluster: Cluster,
        urn: string,
        inputs: KubeObject,
        options: ApplyOptions,
    ): Promise<KubeObject> {
        let missing: unknown;
        const applied = await poll(
            () =>
                this.apply(cluster, urn, inputs, options).catch((error) => {
                    if (!isNotFound(error)) {
                        throw error;
                    }
                    missing = error;
                    this.log.status(`waiting: ${(error as Error).message}`, urn);
                    return undefined;
                }),
            namespaceMs,
            this.cancellation.signal,
        );
        if (applied === undefined) {
            throw missing;
        }
        return applied;
    }

    private async waitForKind(cluster: Cluster, inputs: KubeObject, urn: string): Promise<void> {
        const gvk = kindOf(inputs);
        const limitMs = cluster.discovery.isAnnounced(gvk) ? announcedKindMs : unknownKindMs;
        const found = await poll(
            async () => {
                const mapping = await cluster.discovery.tryFind(gvk);
                if (mapping === undefined) {
                    this.log.status(`waiting for the kind ${gvk.kind} to be defined`, urn);
                }
                return mapping;
            },
            limitMs,
            this.cancellation.signal,
        );
        if (found === undefined) {
            throw new UnknownKindError(gvk);
        }
    }

    /**
     * Refuses to create over an object that is already there, unless it is this resource's own (an earlier run was
     * interrupted) or the settings say so. One that is being deleted is waited for.
     */
    private async makeWay(cluster: Cluster, inputs: KubeObject, fieldManager: string): Promise<void> {
        const existing = await poll(
            async () => {
                const object = await cluster.get(refTo(inputs));
                const isLeaving = stringAt(object, "metadata", "deletionTimestamp") !== undefined;
                return isLeaving ? undefined : { object };
            },
            announcedKindMs,
            this.cancellation.signal,
        );
        if (existing === undefined) {
            throw new Error(
                `${describe(inputs)} is being deleted, and still there after ${announcedKindMs / 1000} s`,
            );
        }
        const { object } = existing;
        const isOurs = object && fieldOwners(object).some(({ manager }) => manager === fieldManager);
        if (object && !isOurs && !this.settings.upsertExistingObjects) {
            throw new Error(
                `${describe(object)} already exists, and this resource did not create it. Import it with the ` +
                    `import option (id "${idOf(object)}"), delete it, or let the provider take over what it finds ` +
                    "with kubernetes:upsertExistingObjects=true.",
            );
        }
    }

    /** Waits for readiness; an object that does not get there is handed to the engine with the reasons. */
    private async waitFor(
        urn: string,
        inputs: JsonObject,
        applied: KubeObject,
        timeoutSeconds: number,
        toProperties: (live: KubeObject) => PropertyMap,
    ): Promise<KubeObject> {
        try {
            return await waitUntilReady(
                this.waiting(this.reachableCluster(), urn),
                inputs,
                applied,
                timeoutSeconds,
            );
        } catch (error) {
            const live = error instanceof NotReadyError ? error.object : applied;
            const { message } = error as Error;
            throw new InitFailedError(message, idOf(live), toProperties(live), [message]);
        }
    }

    /** Gives up the fields that a manager applied: those that nobody else owns are removed. */
    private async relinquish(cluster: Cluster, object: KubeObject, fieldManager: string): Promise<void> {
        const { apiVersion, kind } = object;
        const metadata = {
            name: nameOf(object),
            ...(namespaceOf(object) && { namespace: namespaceOf(object) }),
        };
        await cluster.apply(
            { apiVersion, kind, metadata },
            {
                fieldManager,
                force: false,
                dryRun: false,
            },
        );
    }
}
