import * as fs from "fs";
import * as path from "path";
import { parseAllDocuments } from "yaml";
import type { CacheEntry } from "./cache";
import { fingerprint } from "./cache";
import type { GoProgram } from "./go";
import { buildArguments, buildProgram, downloadModule, goModules, requireGo } from "./go";

/**
 * A program that is built of a Go module.
 *
 * @param beside files that the program reads from its own folder.
 */
export function programEntry(version: string, program: GoProgram, beside?: ModuleFiles): CacheEntry {
    return {
        name: program.name,
        version,
        fingerprint: fingerprint(
            moduleContents(program.module),
            ...buildArguments(program),
            program.importPath,
            ...(beside?.folders ?? []),
        ),
        // Two programs of one module would compile the same packages at the same time, each for itself.
        shares: program.module,
        produce: async (folder) => {
            await requireGo();
            await buildProgram(program, folder);
            if (beside !== undefined) {
                await copyModuleFiles(beside, folder);
            }
        },
    };
}

/** Files of a Go module. */
export interface ModuleFiles {
    /** Folder under {@link goModules} whose `go.sum` the download is checked with. */
    module: string;
    /** The Go module to take files from. */
    source: string;
    version: string;
    /** Folders within it; their files with the {@link ending} are taken, except kustomizations. */
    folders: string[];
    /** Default: `.yaml`. */
    ending?: string;
}

/** Files of a Go module, as they are. */
export function filesEntry({ name, ...files }: ModuleFiles & { name: string }): CacheEntry {
    return {
        name,
        version: files.version,
        fingerprint: fingerprint(moduleContents(files.module), files.source, ...files.folders),
        produce: async (target) => {
            await requireGo();
            await copyModuleFiles(files, target);
        },
    };
}

/** The file of a {@link definitionsEntry}. */
export const definitionsFile = "definitions.json";

/**
 * The custom resource definitions in a module's YAML files, as one list in JSON: every start of a control plane reads them,
 * and YAML takes a second and a half for what takes JSON ten milliseconds.
 */
export function definitionsEntry(files: ModuleFiles & { name: string }): CacheEntry {
    const copied = filesEntry(files);
    return {
        ...copied,
        fingerprint: fingerprint(copied.fingerprint, definitionsFile),
        produce: async (folder) => {
            await copied.produce(folder);
            const definitions = fs
                .readdirSync(folder)
                .sort()
                .flatMap((name) => {
                    const file = path.join(folder, name);
                    const documents = parseAllDocuments(fs.readFileSync(file, "utf8"));
                    fs.rmSync(file);
                    return documents
                        .map((document) => document.toJS() as { kind: string } | null)
                        .filter((document) => document?.kind === "CustomResourceDefinition");
                });
            fs.writeFileSync(path.join(folder, definitionsFile), JSON.stringify(definitions));
        },
    };
}

async function copyModuleFiles(files: ModuleFiles, target: string): Promise<void> {
    const { module, source, version, folders, ending = ".yaml" } = files;
    const downloaded = await downloadModule(module, source, version);
    for (const folder of folders) {
        for (const file of fs.readdirSync(path.join(downloaded, folder))) {
            if (file.endsWith(ending) && file !== "kustomization.yaml" && file !== "kustomizeconfig.yaml") {
                // Written anew and not copied: files of the module cache are read-only.
                fs.writeFileSync(
                    path.join(target, file),
                    fs.readFileSync(path.join(downloaded, folder, file)),
                );
            }
        }
    }
}

/**
 * Whatever is in a module's folder takes part in what is built: `go.mod`, `go.sum` and Go files of our own, those of
 * modules that stand in for others included.
 */
function moduleContents(module: string): string {
    const folder = path.join(goModules, module);
    return fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => ["go.mod", "go.sum"].includes(path.basename(name)) || name.endsWith(".go"))
        .sort()
        .map((name) => `${name}\n${fs.readFileSync(path.join(folder, name), "utf8")}`)
        .join("\n");
}
