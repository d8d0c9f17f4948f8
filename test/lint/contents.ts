import * as fs from "fs";
import * as path from "path";
import * as ts from "typescript";
import { fingerprint } from "../../local/toolchain/cache";

/** Hashes files together with what they import. */
export class Contents {
    private readonly known = new Map<string, { hash: string; imports: readonly string[] }>();
    private readonly resolutions: ts.ModuleResolutionCache;

    /**
     * @param root the folder whose files are read; of what is imported from elsewhere, no contents are.
     * @param options by which imports are resolved.
     */
    constructor(
        private readonly root: string,
        private readonly options: ts.CompilerOptions,
    ) {
        this.resolutions = ts.createModuleResolutionCache(root, (name) => name, options);
    }

    /** A hash of the contents of files and of all that they import, directly or not: whatever their types may hang on. */
    of(...files: string[]): string {
        const reached = new Set(files);
        for (const next of reached) {
            this.read(next).imports.forEach((imported) => reached.add(imported));
        }
        return fingerprint(
            ...[...reached].sort().flatMap((name) => [path.relative(this.root, name), this.read(name).hash]),
        );
    }

    private read(file: string): { hash: string; imports: readonly string[] } {
        let found = this.known.get(file);
        if (found === undefined) {
            const text = fs.readFileSync(file, "utf8");
            const imports = /\.[cm]?[jt]s$/.test(file) ? this.imports(file, text) : [];
            found = { hash: fingerprint(text), imports };
            this.known.set(file, found);
        }
        return found;
    }

    private imports(file: string, text: string): string[] {
        return ts
            .preProcessFile(text, true, true)
            .importedFiles.map(({ fileName }) =>
                ts.resolveModuleName(fileName, file, this.options, ts.sys, this.resolutions),
            )
            .flatMap(({ resolvedModule }) => resolvedModule?.resolvedFileName ?? [])
            .filter((name) => !path.relative(this.root, name).split(path.sep).includes("node_modules"));
    }
}
