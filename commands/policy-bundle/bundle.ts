import { build } from "esbuild";
import * as fs from "fs";
import * as path from "path";
import { parse, stringify } from "yaml";

const pack = path.resolve(__dirname, "../../policy");

/**
 * Writes the policy pack into a folder that needs nothing of this repository: one file of JavaScript, with all that the
 * pack imports but Pulumi's own packages, which `npm install` in that folder gets.
 *
 * @param folder made where it is not there; what the pack itself has there is replaced.
 */
export async function bundlePack(folder: string): Promise<void> {
    await build({
        entryPoints: [path.join(pack, "index.ts")],
        outfile: path.join(folder, "index.js"),
        bundle: true,
        platform: "node",
        target: "node20",
        // The engine's side and the pack's have to be one copy, which the launcher looks for beside the pack.
        external: ["@pulumi/*"],
        logLevel: "error",
    });
    const manifest = JSON.parse(read("package.json")) as object;
    fs.writeFileSync(
        path.join(folder, "package.json"),
        `${JSON.stringify({ ...manifest, main: "index.js" }, undefined, 2)}\n`,
    );
    const { description } = parse(read("PulumiPolicy.yaml")) as { description: string };
    // There is no TypeScript left to compile at each start.
    const runtime = { name: "nodejs", options: { typescript: false } };
    fs.writeFileSync(path.join(folder, "PulumiPolicy.yaml"), stringify({ runtime, description }));
}

function read(file: string): string {
    return fs.readFileSync(path.join(pack, file), "utf8");
}
