import type { V1Container, V1EnvVarSource, V1Pod } from "@kubernetes/client-node";
import { wholeQuantityOf } from "../../../objects/quantity";
import { kubernetesServiceAddress, nodeAddress } from "../addresses";

/** A container's environment and command line. */
export interface Invocation {
    args: string[];
    env: Record<string, string>;
}

/** What a container is started with, as a kubelet makes it of the pod's specification. */
export function invocationOf(pod: V1Pod, container: V1Container, podIP: string): Invocation {
    const env: Record<string, string> = {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOSTNAME: pod.metadata!.name!,
        KUBERNETES_SERVICE_HOST: kubernetesServiceAddress,
        KUBERNETES_SERVICE_PORT: "443",
    };
    for (const { name, value, valueFrom } of container.env ?? []) {
        env[name] =
            valueFrom === undefined
                ? expand(value ?? "", env)
                : valueOf(valueFrom, pod, container, podIP, name);
    }
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    return { env, args: words.map((word) => expand(word, env)) };
}

/** `$(NAME)` is the variable's value where there is one (Kubernetes API, `Container.args`). */
function expand(text: string, env: Record<string, string>): string {
    return text.replace(/\$\(([\w.-]+)\)/g, (reference, name: string) => env[name] ?? reference);
}

function valueOf(
    source: V1EnvVarSource,
    pod: V1Pod,
    container: V1Container,
    podIP: string,
    name: string,
): string {
    if (source.fieldRef !== undefined) {
        return fieldOf(source.fieldRef.fieldPath, pod, podIP);
    }
    if (source.resourceFieldRef !== undefined) {
        return resourceOf(source.resourceFieldRef.resource, container);
    }
    throw new Error(`the lab cannot read the source of the variable ${name}`);
}

/**
 * A field of a pod, as the downward API names it.
 *
 * @throws Error when the lab does not know the field.
 */
export function fieldOf(fieldPath: string, { metadata, spec }: V1Pod, podIP: string): string {
    const lines = (entries: Record<string, string> = {}) =>
        Object.entries(entries)
            .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
            .join("\n");
    switch (fieldPath) {
        case "metadata.name":
            return metadata!.name!;
        case "metadata.namespace":
            return metadata!.namespace!;
        case "metadata.uid":
            return metadata!.uid!;
        case "metadata.labels":
            return lines(metadata!.labels);
        case "metadata.annotations":
            return lines(metadata!.annotations);
        case "spec.nodeName":
            return spec!.nodeName!;
        case "spec.serviceAccountName":
            return spec!.serviceAccountName ?? "default";
        case "status.podIP":
            return podIP;
        case "status.hostIP":
            return nodeAddress;
        default:
            throw new Error(`the lab does not know the field ${fieldPath}`);
    }
}

/** `limits.cpu` in whole cores, rounded up, and `limits.memory` in bytes, as the downward API gives them. */
function resourceOf(resource: string, { resources }: V1Container): string {
    const [kind, name = ""] = resource.split(".");
    const amounts = (kind === "limits" ? resources?.limits : resources?.requests) ?? {};
    return String(wholeQuantityOf(amounts[name] ?? "0"));
}
