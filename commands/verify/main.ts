import { Command, Option } from "commander";
import { Cluster } from "../shared/cluster";
import { UsageError } from "../shared/errors";
import { httpUrl, wholeNumber } from "../shared/flags";
import { PortForwards } from "../shared/portForward";
import { runCommand } from "../shared/runCommand";
import { readStackOutputs } from "../shared/stackOutputs";
import type { Path } from "./checks/check";
import { paths, pathsOf } from "./checks/check";
import { explainRequest, explanationText } from "./explain";
import { modelsOf } from "./judge";
import { reportText } from "./report";
import { takeSnapshot } from "./snapshot";
import { verifyStack } from "./verifyStack";
import type { DeploymentOutput } from "../../components/deploymentOutput";

/** What `npm run verify` runs: walks the paths of a deployed stack hop by hop, and says where they break. */

interface Flags {
    outputs?: string;
    stack?: string;
    kubeconfig?: string;
    context?: string;
    path?: Path;
    model?: string;
    requests: number;
    gatewayUrl?: string;
    directUrl?: string;
    portForward: boolean;
    timeout: number;
    explain?: string;
    json: boolean;
}

const epilogue = `
Exit codes:
  0  every hop passes
  1  a hop is broken
  2  a flag, the stack's outputs or the kubeconfig cannot be used
  3  the hops could not be checked: cluster unreachable, rights missing, or out of time

With --explain: 0 explained; 1 not answered, or not by the pod that was picked; 3 the EPP does not tell, with the setting
that makes it.

Requests go through the API server, which needs the rights to create and get services/proxy and pods/proxy, and which
NetworkPolicies seldom admit to pods. --port-forward sends them by kubectl port-forward, which no NetworkPolicy is asked
about and which needs the right to create pods/portforward; --gateway-url and --direct-url to where you say.`;

function commandLine(): Command {
    return new Command("verify")
        .description(
            "Walks the paths of a deployed stack hop by hop, says where they break, and measures them",
        )
        .option(
            "--outputs <file>",
            "the stack's outputs, as `pulumi stack output --json` writes them; - for stdin",
        )
        .option("--stack <name>", "the stack whose outputs Pulumi is asked for (default: the selected one)")
        .option("--kubeconfig <path>", "kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
        .option("--context <name>", "context of the kubeconfig (default: its current one)")
        .addOption(
            new Option("--path <path>", "only this path (default: all that the mode has)").choices(paths),
        )
        .option("--model <release>", "only this model, by its release (default: all)")
        .option("--requests <n>", "completions on each path; 0 sends none", wholeNumber(0, 10_000), 20)
        .option(
            "--gateway-url <url>",
            "where the Gateway is reached, instead of through the API server",
            httpUrl,
        )
        .option(
            "--direct-url <url>",
            "where the proxy Service is reached, instead of through the API server",
            httpUrl,
        )
        .option(
            "--port-forward",
            "send to pods and Services by kubectl port-forward instead of through the API server",
            false,
        )
        .option("--timeout <seconds>", "how long the whole run may take", wholeNumber(1, 86_400), 120)
        .option(
            "--explain <prompt>",
            "send this one prompt instead, and show each scorer's score of each pod, the pick, and the pod that answered",
        )
        .option("--json", "write the report as JSON to stdout, and nothing else", false)
        .addHelpText("after", epilogue);
}

/** Releases that are checked. */
function releasesOf({ model }: Flags, { models }: DeploymentOutput): string[] {
    const known = Object.keys(models);
    if (model !== undefined && !known.includes(model)) {
        throw new UsageError(`--model ${model}: the stack has no such release; allowed: ${known.join(", ")}`);
    }
    return model === undefined ? known : [model];
}

function requirePath({ path }: Flags, { mode }: DeploymentOutput): void {
    const allowed = pathsOf(mode);
    if (path !== undefined && !allowed.includes(path)) {
        throw new UsageError(
            `--path ${path}: the stack has extProc.enabled: false, so no request is scored; allowed: ${allowed.join(", ")}`,
        );
    }
}

/** @throws UsageError where nothing is picked. */
function requirePicks({ explain }: Flags, { mode }: DeploymentOutput): void {
    if (explain !== undefined && mode === "scheduler") {
        throw new UsageError(
            `--explain ${explain}: the stack has extProc.enabled: false, so no pod is picked; allowed: with extProc.enabled: true`,
        );
    }
}

/** @returns the exit code. */
async function verify(flags: Flags): Promise<number> {
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    const { deployment, source } = await readStackOutputs({ file: flags.outputs, stack: flags.stack });
    const models = releasesOf(flags, deployment);
    requirePath(flags, deployment);
    requirePicks(flags, deployment);
    const signal = AbortSignal.timeout(flags.timeout * 1000);
    const { kubeconfig, context } = flags;
    const cluster = new Cluster({ kubeconfig, context, signal });
    const forwards = flags.portForward ? new PortForwards({ kubeconfig, context, signal }) : undefined;
    try {
        if (flags.explain !== undefined) {
            const { gatewayUrl, directUrl, explain } = flags;
            const snapshot = await takeSnapshot(cluster, deployment, forwards);
            const [model] = modelsOf({ deployment, models });
            const options = { gatewayUrl, directUrl, reach: forwards ?? cluster, signal };
            const explanation = await explainRequest(
                cluster,
                { snapshot, deployment, model: model! },
                explain,
                options,
            );
            const text = flags.json
                ? JSON.stringify(explanation, undefined, 2)
                : explanationText(explanation);
            process.stdout.write(`${text}\n`);
            return explanation.exitCode;
        }
        const report = await verifyStack({
            ...{ cluster, deployment, source, models, progress, signal },
            path: flags.path,
            requests: flags.requests,
            reach: forwards,
            gatewayUrl: flags.gatewayUrl,
            directUrl: flags.directUrl,
        });
        process.stdout.write(`${flags.json ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`);
        return report.exitCode;
    } finally {
        await forwards?.close();
        cluster.close();
    }
}

void runCommand(commandLine(), verify);
