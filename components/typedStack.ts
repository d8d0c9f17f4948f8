import type * as pulumi from "@pulumi/pulumi";
import { InferenceStack as AnyInferenceStack } from "./inferenceStack";
import type { SettingsInput } from "./settings";

/** Arguments of {@link InferenceStack}. */
export interface InferenceStackArgs {
    /**
     * Settings by name, as `config` of `Pulumi.<env>.yaml` has them without the project's name; all are optional.
     * `cluster` is none of them: the cluster is that of the provider.
     */
    settings?: Omit<SettingsInput, "cluster">;
}

/**
 * The whole stack as one component: namespaces, model servers, Gateway, routes, grants and endpoint pickers. It takes
 * nothing but plain settings. The releases of two of them in one program differ, because resources are named after them.
 * Its provider has `enableConfigMapMutable` and `enableSecretMutable`; without them a changed EPP configuration or a
 * renewed credential replaces its ConfigMap or Secret under the running pods.
 *
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export class InferenceStack extends AnyInferenceStack {
    // Not useless: it knows what settings there are, which Pulumi's analyzer could not read.
    constructor(name: string, args: InferenceStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super(name, args, opts);
    }
}
