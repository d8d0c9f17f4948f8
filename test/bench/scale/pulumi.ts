import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";
import { readStackConfig } from "../../../commands/render/stackConfig";
import { projectRoot } from "../../../local/paths";
import { copyCheckout } from "../../support/cli/checkout";
import type { CliMachine } from "../../support/cli/machine";
import { environment, modelsConfig } from "./models";
import { type Duration, durationText, operate, type Operation } from "./operation";

/** What the pulumi CLI took for some models. */
export interface PulumiCosts {
    /** With the components, the provider and the stack itself. */
    resources: number;
    preview: Duration;
    up: Duration;
    unchanged: Duration;
    destroy: Duration;
    /** The most of any of these, in bytes, of each process. */
    memory: { program: number; engine: number; provider: number };
}

/**
 * Left out: the engine's checkpoints. On a backend in files each step writes the whole state again, so that they grow
 * with the square of the resources and would hide everything else (Pulumi Cloud keeps a journal instead).
 */
const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** Variables of the provider, such as PULUMI_K8S_CLIENT_QPS, and of Node can be set for the bench. */
const ownVariables = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith("PULUMI_K8S_") || name === "NODE_OPTIONS"),
);

/**
 * Deploys the models with the pulumi CLI, and destroys them again.
 *
 * @param report takes one line of progress at a time.
 */
export async function measurePulumi(
    machine: CliMachine,
    models: number,
    report: (line: string) => void,
): Promise<PulumiCosts> {
    const folder = path.join(machine.home, `models-${String(models)}`);
    copyCheckout(folder, environment);
    writeConfig(folder, modelsConfig(models));
    machine.pulumi(folder, ["stack", "init", environment]);
    const options = {
        cwd: folder,
        env: { ...machine.env, ...withoutCheckpoints, ...ownVariables },
        nameOf: processName,
    };
    const pulumi = async (...args: string[]) => {
        const operation = await operate("pulumi", [...args, "--non-interactive"], options);
        const memory = Object.entries(operation.memory).map(
            ([name, bytes]) => `, ${name} ${String(Math.round(bytes / 2 ** 20))} MiB`,
        );
        report(`pulumi ${args.join(" ")}: ${durationText(operation.duration)}${memory.join("")}`);
        return operation;
    };
    const preview = await pulumi("preview");
    const up = await pulumi("up", "--yes", "--skip-preview");
    const unchanged = await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    const resources = resourcesOf(await pulumi("stack", "export"));
    const destroy = await pulumi("destroy", "--yes", "--skip-preview");
    const operations = [preview, up, unchanged, destroy];
    const most = (name: string) => Math.max(...operations.map(({ memory }) => memory[name] ?? 0));
    return {
        resources,
        preview: preview.duration,
        up: up.duration,
        unchanged: unchanged.duration,
        destroy: destroy.duration,
        memory: { program: most("program"), engine: most("engine"), provider: most("provider") },
    };
}

function writeConfig(folder: string, overrides: Record<string, unknown>): void {
    const { project, config } = readStackConfig(projectRoot, environment, overrides);
    const ofProject = Object.entries(config).map(([key, value]) => [`${project}:${key}`, value]);
    const file = path.join(folder, `Pulumi.${environment}.yaml`);
    fs.writeFileSync(file, stringify({ config: Object.fromEntries(ofProject) as object }));
}

function processName(commandLine: string): "program" | "engine" | "provider" | undefined {
    if (/@pulumi\/pulumi\/cmd\/run[/ ]/.test(commandLine)) {
        return "program";
    }
    if (commandLine.includes("pulumi-resource-kubernetes")) {
        return "provider";
    }
    return commandLine.startsWith("pulumi ") ? "engine" : undefined;
}

function resourcesOf({ stdout }: Operation): number {
    return (JSON.parse(stdout) as { deployment: { resources: unknown[] } }).deployment.resources.length;
}
