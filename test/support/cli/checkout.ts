import * as fs from "fs";
import * as path from "path";

const root = path.resolve(__dirname, "../../..");

/** What the pulumi CLI and the workflows' commands need of a checkout. */
const needed = [
    "commands",
    "components",
    "objects",
    "policy",
    "releases",
    "index.ts",
    "package.json",
    "tsconfig.json",
    "tsconfig.run.json",
    "Pulumi.yaml",
];

/**
 * Makes a checkout of its own for a test, because the CLI writes into the settings of an environment. `node_modules`
 * is linked, as `npm ci` would fill it.
 */
export function copyCheckout(target: string, environment: string): void {
    for (const name of [...needed, `Pulumi.${environment}.yaml`]) {
        fs.cpSync(path.join(root, name), path.join(target, name), { recursive: true });
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(target, "node_modules"));
}
