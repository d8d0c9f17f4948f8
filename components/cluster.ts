import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Which cluster to deploy to. */
export interface ClusterArgs {
    /** A path or the contents of a kubeconfig. Default: `$KUBECONFIG`, or `~/.kube/config`. */
    kubeconfig?: string;
    /** Default: the kubeconfig's current context. */
    context?: string;
    /**
     * A name for the cluster. As long as it stays, the cluster is the same one for Pulumi, whatever changes in the
     * kubeconfig; when it changes, everything is replaced. Default: what the kubeconfig says of the cluster is its name.
     */
    clusterIdentifier?: string;
}

/**
 * What a single `pulumi up` can be given: to take over objects that exist, and fields that others set. The provider's own
 * process reads them; the SDK would record them as inputs of the provider, which the next `pulumi up` would then change.
 */
const variablesOfOneUp = ["PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "PULUMI_K8S_ENABLE_PATCH_FORCE"];

/**
 * The provider of the cluster. It is always explicit, so that the resources' provider stays the same one when a
 * kubeconfig or a context is set later on.
 */
export function createClusterProvider(args: ClusterArgs): k8s.Provider {
    const hidden = variablesOfOneUp.map((name) => [name, process.env[name]] as const);
    hidden.forEach(([name]) => delete process.env[name]);
    try {
        return new k8s.Provider("cluster", {
            kubeconfig: args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig),
            context: args.context,
            clusterIdentifier: args.clusterIdentifier,
            // Otherwise a changed EPP configuration replaces its ConfigMap under the running pods.
            enableConfigMapMutable: true,
            // And a renewed certificate or password the Secret under the Gateway or the pods.
            enableSecretMutable: true,
        });
    } finally {
        Object.assign(process.env, Object.fromEntries(hidden.filter(([, value]) => value !== undefined)));
    }
}
