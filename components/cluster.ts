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

/** Lets one `pulumi up` take over objects that exist, after one that was killed. The provider reads it by itself. */
const upsertVariable = "PULUMI_K8S_UPSERT_EXISTING_OBJECTS";

/**
 * The provider of the cluster. It is always explicit, so that the resources' provider stays the same one when a
 * kubeconfig or a context is set later on.
 */
export function createClusterProvider(args: ClusterArgs): k8s.Provider {
    // The SDK would record it as an input of the provider, which the next `pulumi up` without it would then change.
    const upsert = process.env[upsertVariable];
    delete process.env[upsertVariable];
    const provider = new k8s.Provider("cluster", {
        kubeconfig: args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig),
        context: args.context,
        clusterIdentifier: args.clusterIdentifier,
        // Otherwise a changed EPP configuration replaces its ConfigMap under the running pods.
        enableConfigMapMutable: true,
        // And a renewed certificate or password the Secret under the Gateway or the pods.
        enableSecretMutable: true,
    });
    if (upsert !== undefined) {
        process.env[upsertVariable] = upsert;
    }
    return provider;
}
