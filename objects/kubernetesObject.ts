import type { AssumedReleases } from "../releases";
import type { Json } from "./json";
import { record, strings, text } from "./json";
import type { UnknownInputError } from "./unknown";
import { remember } from "./remember";
import { snapshot } from "./unknown";

/** A kind in an API group, of any version. The core group is `""`. */
export interface GroupKind {
    readonly group: string;
    readonly kind: string;
}

/** What is read of a Pulumi resource: the part that `validateResource` and `validateStack` have in common. */
export interface ResourceLike {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly props: object;
    readonly provider?: { readonly props: object };
}

/** An object as plain data, from wherever it came: a cluster, a file, a preview. */
export interface PlainObject {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly metadata?: unknown;
    readonly spec?: unknown;
    readonly status?: unknown;
}

/** Kinds without a namespace that the rules meet, or are likely to. */
const clusterScoped = new Set([
    "Namespace",
    "GatewayClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "PersistentVolume",
    "Node",
    "IngressClass",
    "RuntimeClass",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
]);

/**
 * A Kubernetes object, read without trust: a field of the wrong type is one that is not there. Reading an input of a
 * program that is not known yet throws {@link UnknownInputError}; nothing else does.
 */
export class KubernetesObject implements GroupKind {
    private readonly fields = new Map<string, () => unknown>();

    private constructor(
        private readonly resource: ResourceLike,
        readonly group: string,
        readonly version: string,
        readonly kind: string,
        /** Releases of the images in it that do not tell theirs. */
        readonly assumed: AssumedReleases,
    ) {}

    /**
     * The object that a resource or plain data is, or `undefined` for what is none: a provider, a component, a patch.
     *
     * A resource is told by `apiVersion` and `kind`, because `isType(CustomResource)` matches no custom resource: their type
     * tokens are their own. The token serves where the inputs say neither.
     *
     * @param assumed releases of the images in it that do not tell theirs. Default: none.
     */
    static of(
        source: ResourceLike | PlainObject,
        assumed: AssumedReleases = {},
    ): KubernetesObject | undefined {
        const resource = "props" in source && "urn" in source ? source : asResource(source);
        const token = /^kubernetes:(.+):([A-Za-z]+)$/.exec(resource.type);
        // A `<Kind>Patch` resource holds a part of an object that somebody else owns.
        if (!token || (token[2] ?? "").endsWith("Patch") || resource.type.startsWith("kubernetes:helm.sh/")) {
            return undefined;
        }
        const fromToken = (token[1] ?? "").replace(/^core\//, "");
        const apiVersion = known(() => text(readRaw(resource.props, "apiVersion"))) ?? fromToken;
        const kind = known(() => text(readRaw(resource.props, "kind"))) ?? token[2] ?? "";
        const slash = apiVersion.lastIndexOf("/");
        return new KubernetesObject(
            resource,
            slash < 0 ? "" : apiVersion.slice(0, slash),
            apiVersion.slice(slash + 1),
            kind,
            assumed,
        );
    }

    /** The Pulumi URN, for reports. */
    get urn(): string {
        return this.resource.urn;
    }

    get metadata(): Json {
        return record(this.field("metadata"));
    }

    get spec(): Json {
        return record(this.field("spec"));
    }

    get status(): Json {
        return record(this.field("status"));
    }

    /** `metadata.name`, or `undefined` where Pulumi or the API server makes one up. */
    get name(): string | undefined {
        return text(this.metadata.name);
    }

    /** `metadata.namespace`; the provider's, or `default`, where it is missing; `""` for a cluster-scoped kind. */
    get namespace(): string {
        if (clusterScoped.has(this.kind)) {
            return "";
        }
        return text(this.metadata.namespace) || this.providerNamespace() || "default";
    }

    get labels(): Readonly<Record<string, string>> {
        return strings(this.metadata.labels);
    }

    get annotations(): Readonly<Record<string, string>> {
        return strings(this.metadata.annotations);
    }

    /** The names of its top-level properties. */
    get keys(): string[] {
        return Object.keys(this.resource.props);
    }

    /** Any top-level property: `data`, `rules`, `roleRef`, `subjects`... */
    field(key: string): unknown {
        let read = this.fields.get(key);
        if (!read) {
            read = remember(() => snapshot(this.resource.props, key, this.toString()));
            this.fields.set(key, read);
        }
        return read();
    }

    is({ group, kind }: GroupKind): boolean {
        return this.kind === kind && this.group === group;
    }

    /** `<Kind> <namespace>/<name>`, or with the Pulumi name where those are not known. Never throws. */
    toString(): string {
        const metadata = this.resource.props as { metadata?: Record<string, unknown> };
        const name = known(() => text(metadata.metadata?.name));
        if (name === undefined) {
            return `${this.kind} "${this.resource.name}"`;
        }
        if (clusterScoped.has(this.kind)) {
            return `${this.kind} ${name}`;
        }
        const namespace = known(() => text(metadata.metadata?.namespace) ?? "");
        return namespace === undefined
            ? `${this.kind} "${this.resource.name}"`
            : `${this.kind} ${namespace || this.providerNamespace() || "default"}/${name}`;
    }

    private providerNamespace(): string | undefined {
        const provider = this.resource.provider;
        return provider && known(() => text(readRaw(provider.props, "namespace")));
    }
}

/** Plain data says all by itself; nothing reports it by a URN. */
function asResource(object: PlainObject): ResourceLike {
    const kind = text(object.kind) ?? "";
    const name = text(record(object.metadata).name) ?? "";
    return { urn: "", type: `kubernetes:${text(object.apiVersion) ?? ""}:${kind}`, name, props: object };
}

/** An object of which preview does not tell what was asked, and why. */
export interface Undecided {
    readonly object: KubernetesObject;
    readonly unknown: UnknownInputError;
}

function readRaw(props: object, key: string): unknown {
    return (props as Record<string, unknown>)[key];
}

/** The value, or `undefined` where it is not known in preview. For what has another source, or goes into messages. */
function known<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch {
        return undefined;
    }
}
