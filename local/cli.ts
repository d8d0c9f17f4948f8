import { Command } from "commander";
import * as path from "path";
import type { OutputMap } from "@pulumi/pulumi/automation";
import type { DeploymentOutput } from "../components/deploymentOutput";
import type { PathOutput } from "../components/outputs";
import { shellCommand } from "../components/shell";
import { controlPlaneStatus, stopControlPlane } from "./controlplane";
import { refuseForeignFolder } from "./controlplane/stateFolder";
import { findEnvironment } from "../commands/ci-preview/environment";
import { exitCodes, verdictOf } from "../commands/ci-preview/report";
import type { RunResult, StateResource } from "./engine";
import { dropPulumiVariables } from "./engine/environment";
import { isLabRunning, parts, stopLab } from "./lab";
import type { KubeObject } from "../commands/shared/cluster";
import { parseOverrides } from "../commands/shared/overrides";
import { takeMakeVariables } from "./makeVariables";
import { projectRoot, stateDir } from "./paths";
import { previewAndReport } from "./ciPreview";
import { drawPreview, keepOutputs, openPaths, proofs, runProof } from "./proof";
import type { Session } from "./session";
import { openSession } from "./session";
import { readLive, resourceTable, serverTable } from "./status";

/** What `make` runs: the program on the embedded control plane. */

interface Options {
    stack: string;
    config: string[];
    refresh: boolean;
    force: boolean;
    lab?: boolean;
}

function report(line: string): void {
    console.log(line);
}

function open({ stack, config, force, lab: withLab }: Options): Promise<Session> {
    return openSession({
        stack,
        config: parseOverrides(config),
        forceConflicts: force,
        policyPacks: [path.join(projectRoot, "policy")],
        report,
        lab: withLab,
    });
}

/** Ends the engine's work in order when asked to end; on ctrl-c the engine is asked by the terminal itself. */
function endInOrder(): AbortSignal {
    const controller = new AbortController();
    process.once("SIGINT", () => report("Interrupted: waiting for the engine to record what it did ..."));
    process.once("SIGTERM", () => controller.abort());
    return controller.signal;
}

function summarize(result: RunResult, verb: string): void {
    const changes = Object.entries(result.changes).filter(([op]) => op !== "same");
    report(
        changes.length === 0
            ? `${verb}: unchanged`
            : `${verb}: ${changes.map(([op, count]) => `${String(count)} to ${op}`).join(", ")}`,
    );
}

async function up(options: Options): Promise<OutputMap> {
    const signal = endInOrder();
    const { engine, kubeconfig } = await open(options);
    summarize(await engine.up({ signal, refresh: options.refresh }), "Deployed");
    const outputs = await engine.outputs();
    keepOutputs(stateDir, outputs);
    report(`Path in force: ${String(outputs.path?.value)}`);
    // In full, which the engine's own display is not.
    report(`Scheduler path: ${(outputs.schedulerPath?.value as PathOutput).curl as string}`);
    report(`Direct path: ${(outputs.directPath?.value as PathOutput).curl as string}`);
    report(
        `Look around: ${shellCommand([
            ...[path.join(stateDir, "kubectl"), "--kubeconfig", kubeconfig],
            ...["get", "all,gateway,httproute,referencegrant", "-A"],
        ])}`,
    );
    if (options.lab !== true && !isLabRunning(stateDir)) {
        report(
            "No pod runs here; `make lab` runs them, so that both paths answer. All outputs: `make status`.",
        );
    }
    return outputs;
}

async function lab(options: Options): Promise<void> {
    const outputs = await up({ ...options, lab: true });
    const urls = await openPaths(stateDir, outputs.deployment!.value as DeploymentOutput);
    report(`Gateway on this machine: ${urls.gateway}`);
    for (const [release, url] of Object.entries(urls.direct)) {
        report(`Proxy of ${release} on this machine: ${url}`);
    }
    report(`Real in the lab: ${parts.real.join("; ")}.`);
    report(`Standing in: ${parts.standIns.join("; ")}.`);
    report("Try: make verify, make compare, make topology");
}

async function preview(options: Options): Promise<void> {
    const signal = endInOrder();
    const { engine } = await open(options);
    const result = await engine.preview({ diff: true, signal, refresh: options.refresh });
    summarize(result, "Preview");
    report(`Topology: ${(await drawPreview(stateDir, result.steps)).join(", ")}`);
}

/** What the workflow on pull requests does, on the embedded control plane. */
async function ciPreview(options: Options): Promise<void> {
    const { name } = findEnvironment(projectRoot, made.environment ?? options.stack);
    const signal = endInOrder();
    const { engine } = await open({ ...options, stack: name });
    const file = path.join(stateDir, `ci-preview-${name}.md`);
    const preview = await previewAndReport(engine, { environment: name, file, signal });
    report(`Report: ${file}`);
    process.exitCode = exitCodes[verdictOf(preview)];
}

async function down(): Promise<void> {
    await stopLab(stateDir);
    await stopControlPlane(stateDir, report);
    report("Stopped; nothing is left.");
}

async function status(options: Options): Promise<void> {
    const controlPlane = await controlPlaneStatus(stateDir);
    report(`Control plane: ${controlPlane.state}`);
    if (controlPlane.state === "absent") {
        report("`make up` starts it.");
        return;
    }
    report(serverTable(controlPlane));
    report(`Lab: ${isLabRunning(stateDir) ? "running" : "not running; `make lab` starts it"}`);
    if (controlPlane.state !== "healthy") {
        report("`make up` starts what does not run.");
        return;
    }
    const { engine, toolchain, kubeconfig } = await open(options);
    const refs = objectsOf(engine.resources());
    report(resourceTable(refs, readLive(toolchain.kubectl, { kubeconfig, stateDir }, refs)));
    for (const [name, { value }] of Object.entries(await engine.outputs())) {
        report(`${name}: ${JSON.stringify(value, undefined, 2)}`);
    }
}

function objectsOf(resources: readonly StateResource[]): KubeObject[] {
    return resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ outputs }) => outputs as unknown as KubeObject)
        .map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
            apiVersion,
            kind,
            metadata: { name, namespace },
        }));
}

dropPulumiVariables(process.env);
const made = takeMakeVariables(process.env);
const cli = new Command("local")
    .description("The program on the embedded control plane")
    .option("--stack <name>", "the environment: Pulumi.<name>.yaml", made.stack)
    .option(
        "--config <path=value>",
        "a setting over the environment's own, for this run; can be repeated",
        (pair: string, pairs: string[]) => [...pairs, pair],
        made.config,
    )
    .option("--refresh", "look at the cluster first, and repair what changed there", made.refresh)
    .option("--force", "take back fields that somebody else set on the cluster", made.force)
    // Before any command, each of which reads, ends or removes what a folder of ours would hold.
    .hook("preAction", () => refuseForeignFolder(stateDir));
for (const [name, action] of Object.entries({ up, lab, preview, "ci-preview": ciPreview, down, status })) {
    cli.command(name).action(async () => {
        await action(cli.opts<Options>());
    });
}
for (const proof of proofs) {
    cli.command(`${proof} [args...]`)
        .allowUnknownOption()
        .helpOption(false)
        .action(async (args: string[]) => {
            process.exitCode = await runProof(proof, [...args, ...made.args], {
                stateDir,
                labRuns: isLabRunning(stateDir),
            });
        });
}
// Loaded when they are asked for: it takes as long as the start of everything else.
const trials = {
    conformance: async (args: string[]) =>
        (await import("./conformance")).conformance(args, stateDir, report),
    soak: async (args: string[]) => (await import("./soak")).soakCommand(args, report),
};
for (const [trial, run] of Object.entries(trials)) {
    cli.command(`${trial} [args...]`)
        .allowUnknownOption()
        .helpOption(false)
        .action(async (args: string[]) => {
            process.exitCode = await run([...args, ...made.args]);
        });
}

cli.command("scoring [args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
        const { scoreInLab } = await import("./scoring");
        const options = cli.opts<Options>();
        await scoreInLab([...args, ...made.args], {
            stateDir,
            pairs: options.config,
            open: (session) => openSession({ ...session, stack: options.stack, lab: true }),
            // What is printed is the command's own.
            report: (line) => process.stderr.write(`${line}\n`),
        });
    });

cli.parseAsync().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
