import type { Json } from "./json";
import { integer, record, strings } from "./json";
import { kinds } from "./kinds";
import type { GroupKind, KubernetesObject } from "./kubernetesObject";
import { append } from "./multimap";
import type { Labels, LabelSelector } from "./selectors";
import { selects } from "./selectors";
import { UnknownInputError } from "./unknown";

/** The pods that a workload makes. */
export interface PodTemplate {
    readonly owner: KubernetesObject;
    /** Where in the owner the template is, e.g. `spec.template`; empty for a Pod. */
    readonly path: string;
    readonly namespace: string;
    readonly labels: Labels;
    readonly annotations: Labels;
    readonly spec: Json;
}

/** What a selector picks in the program. */
export interface Selection {
    readonly templates: readonly PodTemplate[];
    /** Set if a template in the namespace has labels that are not known yet, so that it may belong here as well. */
    readonly undecided?: UnknownInputError;
}

/** The templates that an object holds, told by its kind. */
export function templatesOf(owner: KubernetesObject): PodTemplate[] {
    return templatePaths(owner).map((path) => {
        const template = path === "" ? undefined : record(at(owner, path));
        const metadata = template ? record(template.metadata) : owner.metadata;
        return {
            owner,
            path,
            namespace: owner.namespace,
            labels: strings(metadata.labels),
            get annotations() {
                return strings(metadata.annotations);
            },
            get spec() {
                return template ? record(template.spec) : owner.spec;
            },
        };
    });
}

/** How many pods a workload asks for; Kubernetes' default is one. */
export function replicasOf(owner: KubernetesObject): number {
    return integer(owner.spec.replicas) ?? 1;
}

function at(owner: KubernetesObject, path: string): unknown {
    return path
        .split(".")
        .slice(1)
        .reduce<unknown>((value, key) => record(value)[key], owner.spec);
}

const { cronJob, leaderWorkerSet, pod } = kinds;

/** The workloads whose pods' template is `spec.template`. */
const plainWorkloads: readonly GroupKind[] = [
    kinds.deployment,
    kinds.statefulSet,
    kinds.daemonSet,
    kinds.replicaSet,
    kinds.job,
];

/** Every kind that {@link templatesOf} reads. */
export const workloadKinds: readonly GroupKind[] = [...plainWorkloads, cronJob, leaderWorkerSet, pod];

function templatePaths(owner: KubernetesObject): string[] {
    if (plainWorkloads.some((kind) => owner.is(kind))) {
        return ["spec.template"];
    }
    if (owner.is(cronJob)) {
        return ["spec.jobTemplate.spec.template"];
    }
    if (owner.is(leaderWorkerSet)) {
        return [
            "spec.leaderWorkerTemplate.leaderTemplate",
            "spec.leaderWorkerTemplate.workerTemplate",
        ].filter((path) => at(owner, path) !== undefined);
    }
    return owner.is(pod) ? [""] : [];
}

/** Pod templates by their labels, so that a selector looks at the fewest templates that one of its labels leaves. */
export class PodIndex {
    readonly templates: readonly PodTemplate[];
    private readonly byNamespace = new Map<string, PodTemplate[]>();
    private readonly byLabel = new Map<string, PodTemplate[]>();
    /** By namespace, why a workload's pod labels are not known; under `""`, one whose namespace is not known either. */
    private readonly undecided = new Map<string, UnknownInputError>();

    constructor(objects: readonly KubernetesObject[]) {
        this.templates = objects.flatMap((object) => this.read(object));
        for (const template of this.templates) {
            append(this.byNamespace, template.namespace, template);
            for (const [key, value] of Object.entries(template.labels)) {
                append(this.byLabel, labelKey(template.namespace, key, value), template);
            }
        }
    }

    /** The templates in a namespace that a selector picks; an empty selector picks all of them. */
    select(namespace: string, selector: LabelSelector): Selection {
        const candidates = Object.entries(selector.matchLabels)
            .map(([key, value]) => this.byLabel.get(labelKey(namespace, key, value)) ?? [])
            .reduce<readonly PodTemplate[] | undefined>(
                (fewest, bucket) => (fewest && fewest.length <= bucket.length ? fewest : bucket),
                undefined,
            );
        return {
            templates: (candidates ?? this.inNamespace(namespace)).filter((template) =>
                selects(selector, template.labels),
            ),
            undecided: this.undecided.get(namespace) ?? this.undecided.get(""),
        };
    }

    /** The templates in a namespace whose labels are known. */
    inNamespace(namespace: string): readonly PodTemplate[] {
        return this.byNamespace.get(namespace) ?? [];
    }

    private read(object: KubernetesObject): PodTemplate[] {
        try {
            return templatesOf(object);
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            this.undecided.set(namespaceOrUnknown(object), error);
            return [];
        }
    }
}

function namespaceOrUnknown(object: KubernetesObject): string {
    try {
        return object.namespace;
    } catch {
        return "";
    }
}

function labelKey(namespace: string, key: string, value: string): string {
    return `${namespace}|${key}=${value}`;
}
