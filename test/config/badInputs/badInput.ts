/** A stack config that must be refused, and every line of the error. */
export interface BadInput {
    config: Record<string, unknown>;
    messages: string[];
}

export const dnsLabel = "a DNS-1123 label (at most 63 of a-z, 0-9 and '-', no '-' at either end)";
export const image =
    "an image reference pinned by a tag other than 'latest' or by a digest, e.g. ghcr.io/llm-d/llm-d-inference-sim:v0.10.2";
export const clusterIdentifier = "at most 200 letters, digits and . : / _ -, e.g. prod-eu";
export const duration = "a duration with its unit: ms, s or m, e.g. 20ms or 1.5s";
export const messageTimeout = `${duration}, at most 60m`;
export const labelKey =
    "a Kubernetes label key (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', after a DNS name and '/' or after neither)";
export const labelValue =
    "a Kubernetes label value in quotes (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', none of these at either end)";
export const annotationKey = labelKey.replace("a Kubernetes label key", "an annotation key");
export const headerName = "a header name (at most 256 letters, digits and !#$%&'*+-.^_`|~)";
export const headerValue =
    "text of 1 to 4096 characters, without control characters and without spaces at its ends";
export const hostname = "a DNS name, e.g. llm.example.com or *.example.com";
export const hostnames = "a list of at most 16 DNS names, each possibly starting with *";
export const matchPath =
    "an absolute path of at most 1024 characters without . and .. as segments, e.g. /llama";
export const flagWithValue = "a flag with its value, e.g. --name=value";
export const modelNameAllowed =
    "a model name: letters, digits and . : / _ -, e.g. random or meta-llama/Llama-3.1-8B-Instruct";
export const topLevel =
    "release, modelRelease, namespaces, gateway, routing, extProc, registry, replicas, images, simulator, resources, epp, placement, autoscaling, podDisruptionBudget, proxy, objectives, models, monitoring, networkPolicies, pods, protect, readiness, cluster";

/** A value as a message shows it: no more than its first 200 characters. */
function shown(value: unknown): string {
    const text = JSON.stringify(value);
    return text.length > 200 ? `${text.slice(0, 200)}... (${String(text.length)} characters)` : text;
}

/**
 * One setting with one bad value.
 *
 * @param inside the key of the value, itself a list or an object, that is bad. Default: the value is bad as a whole.
 */
export function bad(setting: string, value: unknown, allowed: string, inside?: string | number): BadInput {
    const config = setting
        .split(".")
        .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
    const place = inside === undefined ? setting : `${setting}.${inside}`;
    const badPart = inside === undefined ? value : (value as Record<string | number, unknown>)[inside];
    return {
        config,
        messages: [`${place}: ${shown(badPart)} is not allowed; allowed: ${allowed}.`],
    };
}

/** As {@link bad}, of a value that no message may repeat. */
export function secret(setting: string, value: unknown, allowed: string): BadInput {
    return {
        ...bad(setting, value, ""),
        messages: [`${setting}: [secret] is not allowed; allowed: ${allowed}.`],
    };
}

/** A name that an object of the user's own names has, and may not have. */
export function badName(setting: string, name: string, allowed: string): BadInput {
    return {
        ...bad(setting, { [name]: name }, ""),
        messages: [`${setting}: the name ${shown(name)} is not allowed; allowed: ${allowed}.`],
    };
}

/** Two settings that are each allowed, and the one problem that they are together. */
export function together(config: Record<string, unknown>, message: string): BadInput {
    return { config, messages: [message] };
}

/** Values, each with what is said of it. */
export function pairs(...all: [object, string][]): [object, string][] {
    return all;
}

/** One that the EPP would take, were it not that no ConfigMap can hold it. */
export function largePickerConfig(): object {
    const names = Array.from({ length: 20_000 }, (_, index) => `a-long-name-of-a-plugin-${String(index)}`);
    return {
        apiVersion: "inference.networking.x-k8s.io/v1alpha1",
        kind: "EndpointPickerConfig",
        plugins: [
            { type: "single-profile-handler" },
            { type: "decode-filter" },
            ...names.map((name) => ({ type: "max-score-picker", name })),
        ],
        schedulingProfiles: [
            { name: "default", plugins: [{ pluginRef: "decode-filter" }, { pluginRef: names[0] }] },
        ],
    };
}

/** An object in an object, so many times. */
export function nested(levels: number): object {
    return Array.from({ length: levels }).reduce<object>((inner) => ({ a: inner }), {});
}
