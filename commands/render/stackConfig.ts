import * as fs from "fs";
import { deepMerge } from "../../objects/merge";
import { isObject } from "../../objects/json";
import { UsageError } from "../shared/errors";
import { defaultsOf, isSecret, mapping, readYaml, secretsIn } from "../shared/stackFiles";

/** The config of a stack, as its files and the command line say. */
export interface StackConfig {
    project: string;
    stack: string;
    /** The project's own settings, by their key without the project's name. */
    config: Record<string, unknown>;
}

/** The only setting that no manifest is made of: how to reach the cluster. Its secrets are never read. */
const clusterSetting = "cluster";

/** Stands in for a value that cannot be decrypted here and is not needed. */
const unread = "[secret]";

/**
 * Reads `Pulumi.yaml`, for the defaults, and `Pulumi.<stack>.yaml`. Config of other namespaces, such as
 * `kubernetes:context`, is how to reach the cluster as well and is left out.
 *
 * @param root the folder that has the files.
 * @param overrides settings over the stack's own, merged deeply.
 * @throws UsageError for a stack that has no file, a file that cannot be read, an environment of Pulumi ESC, which
 * nobody but the CLI can open, or a secret outside `cluster`, which would have to be written out.
 */
export function readStackConfig(
    root: string,
    stack: string,
    overrides: Record<string, unknown> = {},
): StackConfig {
    requireStack(root, stack);
    const projectFile = readYaml(root, "Pulumi.yaml");
    const file = `Pulumi.${stack}.yaml`;
    const stackFile = readYaml(root, file);
    const project = String(projectFile.name);
    if (stackFile.environment !== undefined) {
        throw new UsageError(
            `${file}: environment is not allowed, because only the Pulumi CLI can open it; allowed: config, or its settings with --config path=value.`,
        );
    }
    const own = ownKeys(project, mapping(file, "config", stackFile.config));
    const merged = mapping(file, "config", deepMerge({ ...defaultsOf(projectFile), ...own }, overrides));
    return { project, stack, config: withoutSecrets(file, merged) };
}

/** @throws UsageError for a stack that has no file, naming those that have. */
export function requireStack(root: string, stack: string): void {
    const known = knownStacks(root);
    if (!known.includes(stack)) {
        throw new UsageError(
            `--stack: ${JSON.stringify(stack)} is not allowed, because there is no Pulumi.${stack}.yaml; allowed: ${known.join(", ")}.`,
        );
    }
}

function knownStacks(root: string): string[] {
    return fs
        .readdirSync(root)
        .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
}

/** `project:key` and, as Pulumi allows, `key` alone. */
function ownKeys(project: string, config: Record<string, unknown>): Record<string, unknown> {
    const prefix = `${project}:`;
    return Object.fromEntries(
        Object.entries(config)
            .filter(([key]) => key.startsWith(prefix) || !key.includes(":"))
            .map(([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value]),
    );
}

function withoutSecrets(file: string, config: Record<string, unknown>): Record<string, unknown> {
    const { [clusterSetting]: cluster, ...others } = config;
    const [secret] = secretsIn(others, []);
    if (secret !== undefined) {
        throw new UsageError(
            `${secret}: a secret of ${file} is not allowed, because the manifests would have it in clear; allowed: a value in clear, or another with --config ${secret}=value.`,
        );
    }
    return {
        ...others,
        ...(cluster !== undefined && !isSecret(cluster) && { [clusterSetting]: unreadSecrets(cluster) }),
    };
}

function unreadSecrets(value: unknown): unknown {
    if (isSecret(value)) {
        return unread;
    }
    return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unreadSecrets(inner)]))
        : value;
}
