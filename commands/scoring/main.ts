import * as path from "path";
import { UsageError } from "../shared/errors";
import { httpUrl } from "../shared/flags";
import { runCommand } from "../shared/runCommand";
import type { ScoringFlags } from "./options";
import { scoringCommand } from "./options";
import { PulumiStage } from "./pulumiStage";
import { runScoring, scoringCodeOf } from "./scoring";

/** What `npm run scoring` runs: switches a stack on a cluster from preset to preset, and measures each. */

interface Flags extends ScoringFlags {
    stack?: string;
    kubeconfig?: string;
    context?: string;
    gatewayUrl?: string;
    directUrl?: string;
}

const command = scoringCommand()
    .option(
        "--stack <name>",
        "the stack that is deployed, again and again; its settings file is put back as it was",
    )
    .option("--kubeconfig <path>", "kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option("--gateway-url <url>", "where the Gateway is reached, instead of by a port-forward", httpUrl)
    .option("--direct-url <url>", "where the proxy Service is reached, likewise", httpUrl);

void runCommand(
    command,
    (flags: Flags) => {
        const { stack, gatewayUrl, directUrl } = flags;
        if (stack === undefined) {
            throw new UsageError("--stack: none is given, and it will be deployed again and again: name it");
        }
        if ((gatewayUrl === undefined) !== (directUrl === undefined)) {
            throw new UsageError(
                "give both of --gateway-url and --direct-url; paths are compared only if reached alike",
            );
        }
        const root = path.resolve(__dirname, "../..");
        return runScoring(
            flags,
            (signal, progress) => new PulumiStage({ ...flags, root, stack, signal, progress }),
            process.argv.slice(2),
        );
    },
    scoringCodeOf,
);
