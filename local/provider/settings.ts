import type { Json, PropertyMap } from "./values";
import { isMap, isUnknown, reveal } from "./values";

/**
 * The provider's configuration, under the official provider's names (`kubernetes:<name>` in a stack's config,
 * or the arguments of `k8s.Provider`). Options of the official provider that are not listed are not supported.
 */
export interface ProviderSettings {
    /** Path or contents (YAML or JSON). Default: `KUBECONFIG`, then `~/.kube/config`. */
    kubeconfig?: string;
    /** Context of the kubeconfig. Default: its current one. */
    context?: string;
    /** Cluster of the kubeconfig. Default: the context's. */
    cluster?: string;
    /** Namespace for objects that name none. Default: the context's, then "default". */
    namespace?: string;
    /** When given, only its change replaces the provider (and with it every resource). */
    clusterIdentifier?: string;
    /** Whether a ConfigMap's data may be changed in place. Default: false, it is replaced. */
    enableConfigMapMutable: boolean;
    /** Whether a Secret's data may be changed in place. Default: false, it is replaced. */
    enableSecretMutable: boolean;
    /** Whether every apply takes over the fields of other field managers. Default: false. */
    enablePatchForce: boolean;
    /** Whether creating an object that is already there takes it over. Default: false, it is an error. */
    upsertExistingObjects: boolean;
    /** Whether a refresh may drop resources of a cluster that does not answer. Default: false. */
    deleteUnreachable: boolean;
}

/** Official options that change what the provider does in a way that this stand-in has not. */
const refusedOptions = ["renderYamlToDirectory", "helmReleaseSettings"] as const;

/**
 * Reads the arguments of Configure or CheckConfig. Numbers, booleans and objects may arrive as JSON texts, which
 * is how SDKs encode provider arguments; environment variables stand in for absent ones, as officially.
 *
 * @throws for an option that the stand-in does not have.
 */
export function readSettings(args: PropertyMap, env: NodeJS.ProcessEnv = process.env): ProviderSettings {
    for (const option of refusedOptions) {
        if (text(args, option) !== undefined) {
            throw new Error(
                `kubernetes:${option} is not supported by the stand-in provider: install the official one`,
            );
        }
    }
    if (text(args, "enableServerSideApply") === "false") {
        throw new Error("kubernetes:enableServerSideApply=false is not supported by the stand-in provider");
    }
    const flag = (name: string, variable: string): boolean => (text(args, name) ?? env[variable]) === "true";
    return {
        kubeconfig: text(args, "kubeconfig"),
        context: text(args, "context"),
        cluster: text(args, "cluster"),
        namespace: text(args, "namespace"),
        clusterIdentifier: text(args, "clusterIdentifier"),
        enableConfigMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        enableSecretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
        enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
        upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
        deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    };
}

function text(args: PropertyMap, name: string): string | undefined {
    const value: Json | undefined = args[name] === undefined ? undefined : reveal(args[name]);
    if (value === undefined || value === null || value === "" || isUnknown(value)) {
        return undefined;
    }
    return isMap(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
