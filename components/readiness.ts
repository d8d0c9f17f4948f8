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
