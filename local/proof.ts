import { spawn } from "child_process";
import * as fs from "fs";
import * as path from "path";
import type { OutputMap } from "@pulumi/pulumi/automation";
import type { DeploymentOutput } from "../components/deploymentOutput";
import { gatewayEntrance, serviceHost } from "../components/contract";
import { topologyOfPreview } from "../commands/topology/preview";
import { markdownOf, renderMermaid } from "../commands/topology/mermaid";
import { renderSvg } from "../commands/topology/svg";
import type { Step } from "./engine";
import { openEntrances } from "./lab";
import { projectRoot } from "./paths";
import { npmRun } from "../commands/shared/npmRun";

/** The commands of `commands/` that prove the paths of a deployed stack. */
export const proofs = ["verify", "compare", "topology"] as const;

export type Proof = (typeof proofs)[number];

/** Ports of this machine that lead into the lab. */
export interface LabUrls {
    /** To the Gateway's Service. */
    gateway: string;
    /** To each model's proxy Service, by its release. */
    direct: Record<string, string>;
}

/** Where the outputs of a deployment are kept, as `pulumi stack output --json` writes them. */
export function outputsFile(stateDir: string): string {
    return path.join(stateDir, "outputs.json");
}

/** Keeps the outputs of a deployment where the proofs read them: in {@link outputsFile}. */
export function keepOutputs(stateDir: string, outputs: OutputMap): void {
    const values = Object.fromEntries(
        Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]),
    );
    fs.writeFileSync(outputsFile(stateDir), JSON.stringify(values, undefined, 2), { mode: 0o600 });
}

/** Opens ports of the loopback interface that lead to the paths of a deployment in the lab. */
export async function openPaths(stateDir: string, deployment: DeploymentOutput): Promise<LabUrls> {
    const { namespaces, gateway, models } = deployment;
    const place = (service: string, namespace: string, port: number) =>
        `${serviceHost(service, namespace)}:${String(port)}`;
    const entrance = gatewayEntrance(gateway);
    const gatewayPlace = place(gateway.service, namespaces.scheduler, entrance.port);
    const proxyPlaces = Object.entries(models).map(
        ([release, { proxy }]) => [release, place(proxy.name, namespaces.simulator, proxy.port)] as const,
    );
    const ports = await openEntrances(stateDir, [gatewayPlace, ...proxyPlaces.map(([, at]) => at)]);
    const url = (at: string, scheme = "http") => `${scheme}://127.0.0.1:${String(ports[at])}`;
    return {
        gateway: url(gatewayPlace, entrance.scheme),
        direct: Object.fromEntries(proxyPlaces.map(([release, at]) => [release, url(at)])),
    };
}

/**
 * Runs a proof against the embedded control plane, with arguments of the user's own.
 *
 * @returns its exit code.
 * @throws Error when nothing was deployed, or the proof needs the lab and it does not run.
 */
export async function runProof(
    proof: Proof,
    args: string[],
    { stateDir, labRuns }: { stateDir: string; labRuns: boolean },
): Promise<number> {
    const outputs = outputsFile(stateDir);
    if (!fs.existsSync(outputs)) {
        throw new Error(
            `Nothing is deployed on the embedded control plane: run \`make up\` or \`make lab\` first.`,
        );
    }
    const own = ["--kubeconfig", path.join(stateDir, "kubeconfig"), "--outputs", outputs];
    if (proof === "compare") {
        if (!labRuns) {
            throw new Error("Pods are only simulated here, and answer no request: run `make lab` first.");
        }
        own.push(...(await urlFlags(stateDir, args)));
    }
    const child = spawn(process.execPath, [...npmRun(`commands/${proof}/main.ts`), ...own, ...args], {
        cwd: projectRoot,
        stdio: "inherit",
    });
    // The terminal sends ctrl-c to both; the proof ends in its own way, and this waits for it.
    process.on("SIGINT", () => undefined);
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
    });
}

async function urlFlags(stateDir: string, args: string[]): Promise<string[]> {
    const { deployment } = JSON.parse(fs.readFileSync(outputsFile(stateDir), "utf8")) as {
        deployment: DeploymentOutput;
    };
    const urls = await openPaths(stateDir, deployment);
    const asked = args.flatMap((word, index) => (word === "--model" ? (args[index + 1] ?? []) : []))[0];
    const direct = urls.direct[asked ?? ""] ?? Object.values(urls.direct)[0]!;
    return ["--gateway-url", urls.gateway, "--direct-url", direct];
}

/**
 * Draws what a preview would deploy.
 *
 * @returns the files written: Markdown with a Mermaid picture, for pull requests, and an SVG.
 */
export async function drawPreview(stateDir: string, steps: readonly Step[]): Promise<string[]> {
    const topology = topologyOfPreview(steps);
    const files = {
        [path.join(stateDir, "preview.md")]: markdownOf(renderMermaid(topology)),
        [path.join(stateDir, "preview.svg")]: await renderSvg(topology),
    };
    for (const [file, contents] of Object.entries(files)) {
        fs.writeFileSync(file, contents);
    }
    return Object.keys(files);
}
