import * as fs from "fs";
import * as path from "path";

/** A Go file without its comments, and what it imports: folders within the trees, by the name that the file uses. */
export interface GoFile {
    readonly text: string;
    readonly imports: ReadonlyMap<string, GoPackage>;
}

/** A folder of Go files; those of tests left out. */
export interface GoPackage {
    readonly files: readonly GoFile[];
}

/** Go source trees that import each other, such as the scheduler's and the GIE's that it is built on. */
export class GoTrees {
    private readonly modules: ReadonlyMap<string, string>;
    private readonly packages = new Map<string, GoPackage>();

    /**
     * @param roots folders with a go.mod each.
     * @throws Error when one has none.
     */
    constructor(private readonly roots: readonly string[]) {
        this.modules = new Map(roots.map((root) => [moduleName(root), root]));
    }

    /** Whether one of them is of a repository of that name. */
    has(repository: string): boolean {
        return [...this.modules.keys()].some((module) => module.split("/").includes(repository));
    }

    /** Every file below a folder of any of the trees that has the given name, or any name. */
    filesBelow(folder: string, name?: string): GoFile[] {
        return this.roots.flatMap((root) => {
            const top = path.join(root, folder);
            return foldersBelow(top)
                .filter((at) => name === undefined || fs.existsSync(path.join(at, name)))
                .flatMap((at) =>
                    name === undefined ? this.packageAt(at).files : [this.fileAt(path.join(at, name))],
                );
        });
    }

    private fileAt(file: string): GoFile {
        const text = withoutComments(fs.readFileSync(file, "utf8"));
        const block = /^import\s*(?:\(([^)]*)\)|(.*))$/gm;
        const specs = [...text.matchAll(block)].map(([, many, one]) => many ?? one ?? "").join("\n");
        const packageOf = (target: string) => this.packageOf(target);
        const imports = new Map<string, GoPackage>();
        for (const [, alias, target = ""] of specs.matchAll(/^[ \t]*(?:([\w.]+)\s+)?"([^"]+)"/gm)) {
            // Read when it is asked for, because packages are many.
            const lazy: GoPackage = {
                get files() {
                    return packageOf(target);
                },
            };
            imports.set(alias ?? target.split("/").at(-1) ?? "", lazy);
        }
        return { text, imports };
    }

    private packageOf(target: string): readonly GoFile[] {
        for (const [module, root] of this.modules) {
            if (target.startsWith(`${module}/`)) {
                return this.packageAt(path.join(root, target.slice(module.length))).files;
            }
        }
        return [];
    }

    private packageAt(folder: string): GoPackage {
        const known = this.packages.get(folder);
        if (known !== undefined) {
            return known;
        }
        const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
        const made = {
            files: names
                .filter((name) => name.endsWith(".go") && !/^test_|_test\.go$/.test(name))
                .map((name) => this.fileAt(path.join(folder, name))),
        };
        this.packages.set(folder, made);
        return made;
    }
}

function moduleName(root: string): string {
    const name = /^module\s+(\S+)/m.exec(fs.readFileSync(path.join(root, "go.mod"), "utf8"))?.[1];
    if (name === undefined) {
        throw new Error(`${root}/go.mod names no module`);
    }
    return name;
}

function foldersBelow(top: string): string[] {
    if (!fs.existsSync(top)) {
        return [];
    }
    const inner = fs.readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [top, ...inner.flatMap(({ name }) => foldersBelow(path.join(top, name)))];
}

/** Comments go, text in quotes stays, whatever is in it. */
function withoutComments(text: string): string {
    return text.replace(/"(?:\\.|[^"\\\n])*"|`[^`]*`|\/\/[^\n]*|\/\*[^]*?\*\//g, (found) =>
        found.startsWith("/") ? "" : found,
    );
}
