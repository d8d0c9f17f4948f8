import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { version as sdkVersion } from "@pulumi/kubernetes/package.json";
import { rcompare, satisfies } from "semver";
import { shellWord } from "../../components/shell";
import { writePrivateFile } from "../controlplane/stateFolder";
import { versions } from "../toolchain/versions";

/** Which build of the official provider serves the Kubernetes resources. */
export interface KubernetesPlugin {
    /** The program, if it must be made known to the CLI; one on PATH the CLI finds by itself. */
    executable?: string;
    /** Version under which the CLI is to know it. */
    version?: string;
    /** One line for people. */
    description: string;
}

const pluginName = "pulumi-resource-kubernetes";

/**
 * Chooses the provider: one on the user's PATH, as the CLI would; else one in the user's Pulumi home that is not older
 * than the SDK; else the one that was built from its Go module.
 *
 * @param built path of that one.
 */
export function chooseKubernetesPlugin(
    built: string,
    env: NodeJS.ProcessEnv = process.env,
): KubernetesPlugin {
    const onPath = (env.PATH ?? "")
        .split(path.delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => path.join(folder, pluginName))
        .find(isExecutable);
    if (onPath !== undefined) {
        return { description: `Kubernetes provider: ${onPath} (on PATH)` };
    }
    const plugins = path.join(env.PULUMI_HOME || path.join(os.homedir(), ".pulumi"), "plugins");
    const newest = (fs.existsSync(plugins) ? fs.readdirSync(plugins) : [])
        .flatMap((folder) => {
            const version = /^resource-kubernetes-v(\d+\.\d+\.\d+)$/.exec(folder)?.[1];
            const usable =
                version !== undefined &&
                satisfies(version, `^${sdkVersion}`) &&
                isExecutable(path.join(plugins, folder, pluginName));
            return usable ? [{ folder, version }] : [];
        })
        .sort((left, right) => rcompare(left.version, right.version))[0];
    if (newest !== undefined) {
        return {
            executable: path.join(plugins, newest.folder, pluginName),
            version: newest.version,
            description: `Kubernetes provider: ${newest.version} (installed plugin)`,
        };
    }
    return {
        executable: built,
        // The SDK asks for its own version or a newer one, which a program that is older in truth must claim to be.
        version: sdkVersion,
        description:
            `Kubernetes provider: ${versions.kubernetesProviderRelease} of ${versions.kubernetesProviderDate}, ` +
            `built from its Go module (the program's SDK is ${sdkVersion}; a plugin of that version is not installed)`,
    };
}

/**
 * Makes the chosen plugin, and no other, the Kubernetes provider of a CLI whose home is `home`: as an installed
 * plugin that starts it. (The CLI looks into real folders only, so that a link to the plugin's folder would not do.)
 * Done again, it changes nothing, so that a CLI that runs meanwhile finds it.
 */
export function installPlugin(plugin: KubernetesPlugin, home: string): void {
    const plugins = path.join(home, "plugins");
    fs.mkdirSync(plugins, { recursive: true });
    const wanted = plugin.version === undefined ? undefined : `resource-kubernetes-v${plugin.version}`;
    for (const name of fs.readdirSync(plugins)) {
        if (name.startsWith("resource-kubernetes-") && name !== wanted) {
            fs.rmSync(path.join(plugins, name), { force: true, recursive: true });
        }
    }
    if (plugin.executable !== undefined && wanted !== undefined) {
        const folder = path.join(plugins, wanted);
        fs.mkdirSync(folder, { recursive: true });
        const script = `#!/bin/sh\nexec ${shellWord(plugin.executable)} "$@"\n`;
        writePrivateFile(path.join(folder, pluginName), script, 0o700);
    }
}

function isExecutable(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}
