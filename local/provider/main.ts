import * as fs from "fs";
import { EngineLogClient } from "./engineLog";
import { serve } from "./server";

/** How often to look whether the engine is still there, in milliseconds. */
const parentCheckMs = 500;

/**
 * Ends this process when the engine that started it is gone, however it went: a provider must never stay behind.
 * The engine holds our standard input open; where that is no pipe, the parent's process id tells.
 */
function endWithParent(): void {
    const parent = process.ppid;
    setInterval(() => {
        if (process.ppid !== parent) {
            process.exit(0);
        }
    }, parentCheckMs);
    if (fs.fstatSync(0).isFIFO()) {
        process.stdin.on("end", () => process.exit(0));
        process.stdin.resume();
    }
}

async function main(engineAddress: string | undefined): Promise<void> {
    if (engineAddress === undefined) {
        throw new Error(
            "usage: pulumi-resource-kubernetes ENGINE_ADDRESS (it is started by the Pulumi engine)",
        );
    }
    endWithParent();
    // The first line on standard output must be the port: it is how the engine finds its plugin.
    process.stdout.write(`${await serve(new EngineLogClient(engineAddress))}\n`);
}

main(process.argv[2]).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
});
