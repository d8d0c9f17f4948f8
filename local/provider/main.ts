import { endWithEngine } from "./endWithEngine";
import { EngineLogClient } from "./engineLog";
import { serve } from "./server";

async function main(engineAddress: string | undefined): Promise<void> {
    if (engineAddress === undefined) {
        throw new Error(
            "usage: pulumi-resource-kubernetes ENGINE_ADDRESS (it is started by the Pulumi engine)",
        );
    }
    endWithEngine();
    // The first line on standard output must be the port: it is how the engine finds its plugin.
    process.stdout.write(`${await serve(new EngineLogClient(engineAddress))}\n`);
}

main(process.argv[2]).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
});
