import * as pulumi from "@pulumi/pulumi";

/**
 * Options for the children of a component: its parent, and what the component itself depends on, which Pulumi's
 * Node SDK does not pass on to children.
 *
 * @param opts the options that the component was given.
 * @param dependsOn what this child depends on besides.
 */
export function childOptions(
    parent: pulumi.ComponentResource,
    opts: pulumi.ComponentResourceOptions | undefined,
    dependsOn: pulumi.Resource[] = [],
): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions({ parent, dependsOn: opts?.dependsOn }, { dependsOn });
}

/**
 * Adds Pulumi's `protect` where it is asked for. Elsewhere it is left unset and not false, so that a child of a
 * protected component stays protected.
 */
export function protectedBy(
    { protect }: { protect?: boolean },
    opts: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
    return protect ? { ...opts, protect } : opts;
}
