import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";
import { writePrivateFile } from "../controlplane/stateFolder";
import { defaultsOf, mapping, readYaml, secretsIn } from "../../commands/shared/stackFiles";
import { deepMerge } from "../../objects/merge";

/** What the overrides of a stack's config are. */
export interface StackFileOptions {
    /** The checkout that has `Pulumi.yaml` and, if it likes, `Pulumi.<stack>.yaml`. */
    projectRoot: string;
    stack: string;
    /** Config values by key (`key` or `namespace:key`); objects are merged into the stack's own, deeply. */
    config: Record<string, unknown>;
    /** Values that the engine itself decides; they replace the stack's own, and undefined removes them. */
    forced: Record<string, string | undefined>;
}

type Values = Record<string, unknown>;

/**
 * The settings that the CLI works with: copies of the checkout's, with the overrides. The checkout is only read, since
 * the CLI writes its encryption salt into the stack's file.
 */
export interface StackFiles {
    /** The project's name. */
    projectName: string;
    /** Writes the project's file into the CLI's working folder. It is the same for every run. */
    writeProject(workDir: string): void;
    /** Writes the stack's file, which is another one for every run: of one that is alone on the stack. */
    writeStack(workDir: string): void;
}

/**
 * Reads the settings of the checkout; nothing is written yet.
 *
 * @throws if there is no `Pulumi.yaml`, or the stack's file holds encrypted values that are not overridden: they
 * are encrypted with a passphrase of the user's.
 */
export function readStackFiles(options: StackFileOptions): StackFiles {
    const { projectRoot, stack } = options;
    const project = readIfThere(projectRoot, "Pulumi.yaml");
    if (typeof project.name !== "string") {
        throw new Error(`${projectRoot} has no Pulumi.yaml that names a project`);
    }
    const stackFile = `Pulumi.${stack}.yaml`;
    const settings = readIfThere(projectRoot, stackFile);
    const config = mergeConfig(project, mapping(stackFile, "config", settings.config), options);
    refuseEncrypted(stackFile, config);
    return {
        projectName: project.name,
        writeProject: (workDir) =>
            writePrivateFile(path.join(workDir, "Pulumi.yaml"), stringify(withoutMain(project))),
        writeStack: (workDir) => {
            const target = path.join(workDir, stackFile);
            const salt = readIfThere(workDir, stackFile).encryptionsalt;
            writePrivateFile(
                target,
                stringify({ ...(salt === undefined ? {} : { encryptionsalt: salt }), config }),
            );
        },
    };
}

/** `main` and `backend` are of the checkout: the program is given inline, and the backend is ours. */
function withoutMain(project: Values): Values {
    return Object.fromEntries(
        Object.entries(project).filter(([name]) => name !== "main" && name !== "backend"),
    );
}

function mergeConfig(project: Values, own: Values, { config, forced }: StackFileOptions): Values {
    const fullKey = (key: string): string => (key.includes(":") ? key : `${project.name as string}:${key}`);
    const withFullKeys = (values: Values): Values =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [fullKey(key), value]));
    const defaults = withFullKeys(defaultsOf(project));
    const merged = withFullKeys(own);
    for (const [key, value] of Object.entries(config)) {
        const name = fullKey(key);
        const base = merged[name] ?? defaults[name];
        merged[name] = deepMerge(base, value);
    }
    for (const [key, value] of Object.entries(forced)) {
        merged[key] = value;
    }
    return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

function refuseEncrypted(file: string, config: Values): void {
    const keys = Object.keys(config).filter((key) => secretsIn(config[key], [key]).length > 0);
    if (keys.length > 0) {
        throw new Error(
            `${file} holds encrypted values, which the embedded engine cannot decrypt: ${keys.join(", ")}. ` +
                "Override them in the clear.",
        );
    }
}

function readIfThere(folder: string, file: string): Values {
    return fs.existsSync(path.join(folder, file)) ? readYaml(folder, file) : {};
}
