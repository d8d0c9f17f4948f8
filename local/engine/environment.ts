import * as path from "path";
import { pathToFileURL } from "url";
import { type EngineLayout, readPassphrase } from "./layout";

const policyLauncherFolder = path.resolve(__dirname, "bin");

/**
 * The environment of the CLI and of all that it starts: its own home, backend and passphrase whatever the user has
 * set, no network, and the fallback policy launcher last on PATH, so that an official one wins.
 */
export function engineEnvironment(
    layout: EngineLayout,
    { cli, kubeconfig }: { cli: string; kubeconfig: string },
): Record<string, string> {
    // An official CLI brings its own policy launcher in its folder.
    const folders = [path.dirname(cli), process.env.PATH ?? "", policyLauncherFolder];
    return {
        PATH: folders.filter((folder) => folder !== "").join(path.delimiter),
        PULUMI_HOME: layout.home,
        PULUMI_BACKEND_URL: fileBackendUrl(layout.backend),
        PULUMI_CONFIG_PASSPHRASE: readPassphrase(layout),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        // A program or a provider that asks for the default kubeconfig must not reach the user's own cluster.
        KUBECONFIG: kubeconfig,
    };
}

const keptVariables = ["PULUMI_HOME", "PULUMI_EXPERIMENTAL", "PULUMI_SKIP_CHECKPOINTS"];

/**
 * Takes out of an environment what steers Pulumi: what the user has set is for stacks of their own, and would give ours
 * flags, config or another provider. Where the user's plugins are stays known, and so does what the README offers for
 * large stacks.
 */
export function dropPulumiVariables(environment: NodeJS.ProcessEnv): void {
    for (const name of Object.keys(environment)) {
        if (name.startsWith("PULUMI_") && !keptVariables.includes(name)) {
            delete environment[name];
        }
    }
}

/**
 * The URL of a backend in files, without metadata beside each file: that is not replaced in one step as the file is, and
 * a run killed while it is written leaves a state that nobody can read (gocloud.dev/blob/fileblob: "failed to load
 * checkpoint: EOF").
 */
export function fileBackendUrl(folder: string): string {
    return `${pathToFileURL(folder).href}?metadata=skip`;
}

/** Runs `action` with variables of this process set, since an inline program reads them here. */
export async function withProcessVariables<T>(
    variables: Record<string, string>,
    action: () => Promise<T>,
): Promise<T> {
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, variables);
    try {
        return await action();
    } finally {
        for (const [name, value] of before) {
            if (value === undefined) {
                delete process.env[name];
            } else {
                process.env[name] = value;
            }
        }
    }
}
