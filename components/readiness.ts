import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { objectName } from "./identity";

/** How long and for what `pulumi up` waits. */
export interface Readiness {
    /** Whether to wait for the conditions that only a running Istio sets. */
    gateway: boolean;
    /** In seconds, for each resource. */
    timeoutSeconds: number;
}

/**
 * The annotations that make Pulumi's Kubernetes provider wait for a custom resource, which it does not by itself
 * (`pulumi.com/waitFor`, from provider 4.18 on). Undefined when nothing is there to set the conditions.
 *
 * @param conditions each `condition=Type` or `jsonpath={...}=value`; all must hold.
 */
export function waitAnnotations(
    readiness: Readiness,
    conditions: readonly string[],
): Record<string, string> | undefined {
    return readiness.gateway ? waitFor(conditions, readiness.timeoutSeconds) : undefined;
}

function waitFor(conditions: readonly string[], timeoutSeconds: number): Record<string, string> {
    return {
        "pulumi.com/waitFor": JSON.stringify(conditions),
        "pulumi.com/timeoutSeconds": String(timeoutSeconds),
    };
}

/**
 * Makes `pulumi up` wait for one Ready pod of a selector, whatever becomes of the others. The provider waits for every pod
 * of a Deployment and for every endpoint of a Service, or for none; so it does when it refreshes, where it knows
 * `pulumi.com/skipAwait` and not `pulumi.com/waitFor` (`await.Read`, `endpointsPending`; 4.25 to 4.32). Under leader
 * election that would be for ever. A PodDisruptionBudget counts Ready pods by their labels in its status, and is waited
 * for by that count only. This one forbids no eviction: neither of the leader nor, while none is Ready, of the others.
 */
export function awaitReadyPod(
    args: {
        name: string;
        namespace: string;
        labels: Record<string, string>;
        selector: Record<string, pulumi.Input<string>>;
        timeoutSeconds: number;
    },
    opts: pulumi.CustomResourceOptions,
): k8s.policy.v1.PodDisruptionBudget {
    const { name, namespace, labels } = args;
    return new k8s.policy.v1.PodDisruptionBudget(
        objectName(args),
        {
            metadata: {
                ...{ name, namespace, labels },
                // Of its status, which is that of another selector until the controller has seen the change.
                annotations: waitFor(
                    [
                        "jsonpath={[?@.observedGeneration == $.metadata.generation && @.currentHealthy > 0].currentHealthy}",
                    ],
                    args.timeoutSeconds,
                ),
            },
            spec: {
                maxUnavailable: "100%",
                unhealthyPodEvictionPolicy: "AlwaysAllow",
                selector: { matchLabels: args.selector },
            },
        },
        opts,
    );
}

/** Options of a resource of a kind that the provider waits for by itself: for how long it does, in seconds. */
export function awaitedFor(timeoutSeconds: number): Pick<pulumi.CustomResourceOptions, "customTimeouts"> {
    const timeout = `${String(timeoutSeconds)}s`;
    return { customTimeouts: { create: timeout, update: timeout } };
}

/**
 * Makes Pulumi's Kubernetes provider go on as soon as the object is there. For what is ready when something else is that
 * is waited for: a Service, which the provider watches for 10 s at least, behind which Deployments are available, and a
 * Deployment of which {@link awaitReadyPod} tells.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" } as const;
