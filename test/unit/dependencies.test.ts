import { strict as assert } from "assert";
import * as fs from "fs";
import { builtinModules } from "module";
import * as path from "path";

const root = path.resolve(__dirname, "../..");

/** The packages that a module and all that it loads import. */
function packagesOf(entry: string): Set<string> {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const visit = (file: string) => {
        if (seen.has(file)) {
            return;
        }
        seen.add(file);
        const imports = fs
            .readFileSync(file, "utf8")
            .matchAll(
                /(?:^(?:import|export) (?!type)[^;]*?from |^import |\b(?:require|import)\()"([^"]+)"/gm,
            );
        for (const [, name] of imports) {
            if (name!.startsWith(".")) {
                const target = path.resolve(path.dirname(file), name!);
                const found = [target, `${target}.ts`, path.join(target, "index.ts")].find(
                    (candidate) => fs.existsSync(candidate) && fs.statSync(candidate).isFile(),
                );
                assert.ok(found !== undefined, `${file}: ${name!}`);
                visit(found);
            } else if (!builtinModules.includes(name!)) {
                packages.add(name!.split("/", name!.startsWith("@") ? 2 : 1).join("/"));
            }
        }
    };
    visit(path.join(root, entry));
    return packages;
}

describe("the packages that `npm ci --omit=dev` installs", () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
        dependencies: Record<string, string>;
    };

    for (const entry of ["index.ts", "policy/main.js", "components/plugin.ts"]) {
        it(`are all that ${entry} loads`, () => {
            const packages = packagesOf(entry);
            assert.ok(packages.size > 1, [...packages].join(", "));
            assert.deepEqual(
                [...packages].filter((name) => !(name in dependencies)),
                [],
            );
        });
    }
});
