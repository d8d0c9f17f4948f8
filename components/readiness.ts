import type * as pulumi from "@pulumi/pulumi";

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
    return readiness.gateway
        ? {
              "pulumi.com/waitFor": JSON.stringify(conditions),
              "pulumi.com/timeoutSeconds": String(readiness.timeoutSeconds),
          }
        : undefined;
}

/** Options of a resource of a kind that the provider waits for by itself: for how long it does, in seconds. */
export function awaitedFor(timeoutSeconds: number): Pick<pulumi.CustomResourceOptions, "customTimeouts"> {
    const timeout = `${String(timeoutSeconds)}s`;
    return { customTimeouts: { create: timeout, update: timeout } };
}

/**
 * Makes Pulumi's Kubernetes provider go on as soon as the object is there. For what is ready when something else is that
 * has been waited for: a Service, which the provider watches for 10 s at least, behind which Deployments are available.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" } as const;
