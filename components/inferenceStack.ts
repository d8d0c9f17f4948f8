import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "./childOptions";
import { deploy } from "./deploy";
import { warningsOf } from "./warnings";
import type { Settings } from "./settings";
import { SettingsError, settingsFrom } from "./settings";

/** Arguments of {@link InferenceStack}, as Pulumi's analyzer can read them. */
export interface InferenceStackArgs {
    /**
     * Settings by name, as `config` of `Pulumi.<env>.yaml` has them without the project's name; all are optional.
     * `cluster` is none of them: the cluster is that of the provider.
     */
    // Pulumi's analyzer knows no narrower type for values of several shapes; the settings' own schema checks them.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    settings?: { [setting: string]: any };
}

/**
 * The whole stack as one component: namespaces, model servers, Gateway, routes, grants and endpoint pickers. It takes
 * nothing but plain settings, so that programs in every language of Pulumi can use it; for those in TypeScript,
 * `typedStack.ts` has it with its settings typed. The releases of two of them in one program differ, because resources
 * are named after them. Its provider has `enableConfigMapMutable` and `enableSecretMutable`; without them a changed EPP
 * configuration or a renewed credential replaces its ConfigMap or Secret under the running pods.
 *
 * @throws {SettingsError} naming every setting that is wrong, its value and what is allowed.
 */
export class InferenceStack extends pulumi.ComponentResource {
    /** Which path requests through the Gateway take, in one sentence. */
    readonly path: pulumi.Output<string>;
    /** Base URL of each model behind the Gateway, by release. */
    readonly schedulerAddresses: pulumi.Output<{ [release: string]: string }>;
    /** In-cluster base URL of each model's proxy Service, by release: the path that bypasses the scheduler. */
    readonly directAddresses: pulumi.Output<{ [release: string]: string }>;

    constructor(name: string, args: InferenceStackArgs, opts?: pulumi.ComponentResourceOptions) {
        // First, so that nothing is registered where a setting is bad.
        const settings = settingsOf(args);
        super("llm-d-inference:index:InferenceStack", name, {}, opts);
        const outputs = deploy(settings, `${name}-`, childOptions(this, opts));
        for (const warning of warningsOf(settings)) {
            void pulumi.log.warn(warning, this);
        }
        const addresses = (path: "schedulerPath" | "directPath") =>
            pulumi.output(
                Object.fromEntries(
                    Object.entries(outputs.models).map(([release, model]) => [release, model[path].address]),
                ),
            );
        this.path = pulumi.output(outputs.path);
        this.schedulerAddresses = addresses("schedulerPath");
        this.directAddresses = addresses("directPath");
        this.registerOutputs({
            path: this.path,
            schedulerAddresses: this.schedulerAddresses,
            directAddresses: this.directAddresses,
        });
    }
}

function settingsOf(args: InferenceStackArgs): Settings {
    const settings = settingsFrom(args.settings ?? {});
    if (Object.values(settings.cluster).some((value) => value !== undefined)) {
        throw new SettingsError([
            {
                setting: "cluster",
                message: "cluster: not allowed here; allowed: a provider in the component's options.",
            },
        ]);
    }
    return settings;
}
