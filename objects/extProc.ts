import { gatewayNameLabel, podLabelsOf } from "./dataPlane";
import type { Json } from "./json";
import { list, record, strings, text } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject, Undecided } from "./kubernetesObject";
import { selects } from "./selectors";
import type { StackIndex } from "./stackIndex";
import { UnknownInputError } from "./unknown";
import type { Located } from "./containers";
import { clusterService } from "./istioHosts";
import type { ServiceHost } from "./hosts";

/** A patch of an EnvoyFilter that adds Envoy's ext_proc filter. */
export interface ExtProcFilter {
    readonly object: KubernetesObject;
    /** Where in the object the filter's own configuration is. */
    readonly path: string;
    readonly config: Json;
    /** The Envoy cluster, or the address, that the filter calls. */
    readonly cluster: Located<string> | undefined;
    /** The Service and port that the cluster is made of. `undefined` for a cluster that is not Istio's for a Service. */
    readonly target:
        { readonly host: string; readonly port: number; readonly service?: ServiceHost } | undefined;
}

/** What the program adds of ext_proc. */
export interface ExtProcFilters {
    readonly all: readonly ExtProcFilter[];
    /** EnvoyFilters of which preview does not say whether they add it. */
    readonly undecided: readonly Undecided[];
}

/** Namespace whose EnvoyFilters apply to every namespace (Istio's default root namespace). */
const rootNamespace = "istio-system";

export function extProcFiltersOf(index: StackIndex): ExtProcFilters {
    return index.model(collect);
}

function collect(index: StackIndex): ExtProcFilters {
    const all: ExtProcFilter[] = [];
    const undecided: Undecided[] = [];
    for (const object of index.ofKind(kinds.envoyFilter)) {
        try {
            all.push(...extProcFiltersIn(object));
        } catch (error) {
            if (!(error instanceof UnknownInputError)) {
                throw error;
            }
            undecided.push({ object, unknown: error });
        }
    }
    return { all, undecided };
}

/** The ext_proc filters that an EnvoyFilter adds. */
export function extProcFiltersIn(object: KubernetesObject): ExtProcFilter[] {
    return list(object.spec.configPatches).flatMap((entry, position) => {
        const patch = record(record(entry).patch);
        if (patch.operation === "REMOVE") {
            return [];
        }
        const value = record(patch.value);
        const key = "typedConfig" in value ? "typedConfig" : "typed_config";
        const typed = record(value[key]);
        const path = `spec.configPatches.${String(position)}.patch.value.${key}`;
        // A TypedStruct holds the configuration one level deeper.
        const wrapped = (text(typed.type_url) ?? "").endsWith(".ExternalProcessor");
        const config = wrapped ? record(typed.value) : typed;
        const named = value.name === "envoy.filters.http.ext_proc";
        if (!named && !wrapped && !(text(typed["@type"]) ?? "").endsWith(".ExternalProcessor")) {
            return [];
        }
        const cluster = clusterOf(config, wrapped ? `${path}.value` : path);
        return { object, path: wrapped ? `${path}.value` : path, config, cluster, target: targetOf(cluster) };
    });
}

/** Envoy's fields are written in snake case or in camel case. */
export function envoyField(config: Json, snake: string): unknown {
    return config[envoyKey(config, snake)];
}

/** The key that a field of Envoy's is written under, or would be: in snake case, unless it is there in camel case. */
export function envoyKey(config: Json, snake: string): string {
    const camel = snake.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return config[snake] === undefined && camel in config ? camel : snake;
}

function clusterOf(config: Json, path: string): Located<string> | undefined {
    const service = record(envoyField(config, "grpc_service"));
    const cluster = text(envoyField(record(envoyField(service, "envoy_grpc")), "cluster_name"));
    if (cluster !== undefined) {
        return { value: cluster, path: `${path}.grpc_service.envoy_grpc.cluster_name` };
    }
    const address = text(envoyField(record(envoyField(service, "google_grpc")), "target_uri"));
    return address === undefined
        ? undefined
        : { value: address, path: `${path}.grpc_service.google_grpc.target_uri` };
}

function targetOf(cluster: Located<string> | undefined): ExtProcFilter["target"] {
    const match = /^outbound\|(\d+)\|[^|]*\|(.+)$/.exec(cluster?.value ?? "");
    return match
        ? { host: match[2] ?? "", port: Number(match[1]), service: clusterService(match[2] ?? "") }
        : undefined;
}

/**
 * Whether a filter is meant for an endpoint picker, by its text alone: Envoy has other uses for ext_proc, such as
 * authorization, that are not for these rules. A filter that calls nothing cannot be told, and counts as meant.
 */
export function namesPicker({ cluster, target }: ExtProcFilter, grpcPort: number): boolean {
    return (
        cluster === undefined ||
        target?.port === grpcPort ||
        cluster.value.includes(String(grpcPort)) ||
        /epp|endpoint-?picker|inference/i.test(cluster.value)
    );
}

/** The Gateways of the program whose Envoys an EnvoyFilter changes. */
export function gatewaysOf(filter: KubernetesObject, index: StackIndex): KubernetesObject[] {
    const gateways =
        filter.namespace === rootNamespace
            ? index.ofKind(kinds.gateway)
            : index.inNamespace(kinds.gateway, filter.namespace);
    return gateways.filter((gateway) => appliesTo(filter, gateway));
}

/** Whether an EnvoyFilter changes a Gateway's Envoys: by `targetRefs`, or else by their labels. */
export function appliesTo(filter: KubernetesObject, gateway: KubernetesObject): boolean {
    const everywhere = filter.namespace === rootNamespace;
    if (!everywhere && filter.namespace !== gateway.namespace) {
        return false;
    }
    const references = targetRefsOf(filter);
    if (references.some(({ kind }) => kind !== undefined)) {
        return references.some(({ kind, name }) =>
            kind === "GatewayClass"
                ? everywhere && gateway.spec.gatewayClassName === name
                : kind === "Gateway" && gateway.name === name,
        );
    }
    const matchLabels = strings(record(filter.spec.workloadSelector).labels);
    return selects({ matchLabels }, podLabelsOf(gateway));
}

/** The name by which an EnvoyFilter means a Gateway, by `targetRefs` or else by its label; undefined where it names none. */
export function gatewayNamed(filter: KubernetesObject): string | undefined {
    const [named] = targetRefsOf(filter).flatMap(({ kind, name }) =>
        kind === kinds.gateway.kind ? (text(name) ?? []) : [],
    );
    return named ?? strings(record(filter.spec.workloadSelector).labels)[gatewayNameLabel];
}

function targetRefsOf({ spec }: KubernetesObject): Json[] {
    return [...list(spec.targetRefs), spec.targetRef].map(record);
}
