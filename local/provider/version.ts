import { version as sdkVersion } from "@pulumi/kubernetes/package.json";

/**
 * What the stand-in answers to GetPluginInfo: the SDK's version, because the engine compares it with the
 * version a resource asks for, and a semver build tag, because the engine shows it and parses it as semver.
 */
export const pluginVersion = `${sdkVersion}+stand-in`;

/** How the stand-in presents itself wherever a person may look for the reason of an odd behaviour. */
export const standInNotice =
    `Kubernetes provider: stand-in local/provider ${pluginVersion} ` +
    "(the official pulumi-resource-kubernetes is not installed)";
