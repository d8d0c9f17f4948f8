import * as fs from "fs";
import * as path from "path";
import { parse, stringify } from "yaml";
import { yamlOf } from "../../../commands/render/manifests";
import { renderStack } from "../../../commands/render/render";
import { copyCheckout } from "../../support/cli/checkout";
import type { CliMachine } from "../../support/cli/machine";

/** The programs whose previews are compared. */

/** A folder to preview in, and with which pack. */
export interface Program {
    folder: string;
    /** Relative to the folder. Default: none. */
    policyPack?: string;
}

const root = path.resolve(__dirname, "../../..");
const nodeModules = path.join(root, "node_modules");

/** The environment whose resources are previewed. */
export const environment = "dev";

/** The SDK must be used, or TypeScript leaves the import out. */
const emptyProgram = `import * as k8s from "@pulumi/kubernetes";

export const sdk = typeof k8s.Provider;
`;

const providerProgram = `import * as k8s from "@pulumi/kubernetes";

new k8s.Provider("cluster");
`;

const configFileProgram = `import * as k8s from "@pulumi/kubernetes";

const provider = new k8s.Provider("cluster", { enableConfigMapMutable: true, enableSecretMutable: true });
new k8s.yaml.ConfigFile("manifests", { file: "manifests.yaml" }, { provider });
`;

/** A policy pack in JavaScript that finds nothing: what any pack costs. */
const emptyPack = `const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty", {
    policies: [{ name: "none", description: "Finds nothing.", validateStack: () => undefined }],
});
`;

/** As `pulumi new kubernetes-typescript` has them: types are checked at each start. */
const usualOptions = { packagemanager: "npm" };
const usualCompilerOptions = {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
};

/** How this project has itself run. */
const ownOptions = (
    parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as { runtime: { options: object } }
).runtime.options;

/** What is compared, and as what it is reported. The first is what the others are compared with. */
export const programs = {
    empty: "empty, as `pulumi new` makes it",
    quickEmpty: "empty, run as this project",
    provider: "a provider only, run as this project",
    configFile: "the same manifests in a `ConfigFile`, run as this project",
    project: "**this project**",
    emptyPack: "this project, an empty pack",
    pack: "**this project, its pack**",
    checked: "this project, types checked at each start",
    checkedPack: "this project, its pack, types of both checked at each start",
} as const;

/** One of {@link programs}. */
export type ProgramName = keyof typeof programs;

/** Writes the programs, each with a stack that has nothing yet. */
export async function writePrograms(machine: CliMachine): Promise<Record<ProgramName, Program>> {
    const written = await writeFolders((name) => path.join(machine.home, "programs", name));
    for (const folder of new Set(Object.values(written).map((program) => program.folder))) {
        machine.pulumi(folder, ["stack", "select", "--create", environment]);
    }
    return written;
}

async function writeFolders(at: (name: string) => string): Promise<Record<ProgramName, Program>> {
    const configFile = writeProject(at("config-file"), configFileProgram, ownOptions);
    const manifests = await renderStack({ root, stack: environment, overrides: {} });
    const documents = manifests.map(({ object }) => yamlOf(object));
    fs.writeFileSync(path.join(configFile, "manifests.yaml"), documents.join("---\n"));
    const project = at("project");
    copyCheckout(project, environment);
    writePack(path.join(project, "empty-pack"));
    const checked = at("project-checked");
    copyCheckout(checked, environment);
    checkTypesAtStart(checked);
    return {
        empty: { folder: writeProject(at("empty"), emptyProgram, usualOptions) },
        quickEmpty: { folder: writeProject(at("empty-quick"), emptyProgram, ownOptions) },
        provider: { folder: writeProject(at("provider"), providerProgram, ownOptions) },
        configFile: { folder: configFile },
        project: { folder: project },
        emptyPack: { folder: project, policyPack: "empty-pack" },
        pack: { folder: project, policyPack: "policy" },
        checked: { folder: checked },
        checkedPack: { folder: checked, policyPack: "policy" },
    };
}

/** Makes a project folder with a program of one file. */
function writeProject(folder: string, program: string, options: object): string {
    fs.mkdirSync(folder, { recursive: true });
    const project = {
        name: path.basename(folder),
        runtime: { name: "nodejs", options },
        main: "index.ts",
    };
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), stringify(project));
    fs.writeFileSync(path.join(folder, "index.ts"), program);
    fs.copyFileSync(path.join(root, "package.json"), path.join(folder, "package.json"));
    fs.symlinkSync(nodeModules, path.join(folder, "node_modules"));
    if (options === usualOptions) {
        writeJson(path.join(folder, "tsconfig.json"), {
            compilerOptions: usualCompilerOptions,
            files: ["index.ts"],
        });
    } else {
        for (const file of ["tsconfig.json", "tsconfig.run.json"]) {
            fs.copyFileSync(path.join(root, file), path.join(folder, file));
        }
    }
    return folder;
}

function writePack(folder: string): void {
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "PulumiPolicy.yaml"), stringify({ runtime: "nodejs" }));
    writeJson(path.join(folder, "package.json"), { name: "empty", version: "0.0.1", main: "index.js" });
    fs.writeFileSync(path.join(folder, "index.js"), emptyPack);
}

/** Undoes, in a copy of this project, what it does against type checks. */
function checkTypesAtStart(folder: string): void {
    const edit = (file: string, change: (value: Record<string, unknown>) => void) => {
        const target = path.join(folder, file);
        const value = parse(fs.readFileSync(target, "utf8")) as Record<string, unknown>;
        change(value);
        writeJson(target, value);
    };
    edit("Pulumi.yaml", (project) => (project.runtime = { name: "nodejs", options: usualOptions }));
    edit("tsconfig.json", (tsconfig) => delete tsconfig["ts-node"]);
    edit("policy/package.json", (manifest) => (manifest.main = "index.ts"));
}

/** JSON is YAML, too. */
function writeJson(file: string, value: object): void {
    fs.writeFileSync(file, JSON.stringify(value, undefined, 2));
}
