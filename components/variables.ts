import type * as kx from "@pulumi/kubernetesx";

/** Environment variables by name: text, or a key of a Secret in the pod's namespace. */
export type Variables = Record<string, string | { secretName: string; key: string }>;

/** Variables as a container has them. Default: none. */
export function containerVariables(variables: Variables = {}): kx.types.EnvMap {
    return Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [
            name,
            typeof value === "string" ? value : { secretKeyRef: { name: value.secretName, key: value.key } },
        ]),
    );
}
