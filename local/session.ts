import program from "../index";
import * as fs from "fs";
import * as path from "path";
import { readStackConfig, requireStack } from "../commands/render/stackConfig";
import { deepMerge } from "../objects/merge";
import { isObject } from "../objects/json";
import { startControlPlane } from "./controlplane";
import { linkTo } from "./controlplane/stateFolder";
import type { Engine } from "./engine";
import { openEngine } from "./engine";
import { isLabRunning, startLab } from "./lab";
import { projectRoot, stateDir } from "./paths";
import { takeSecrets } from "./secrets";
import type { Toolchain } from "./toolchain";
import { ensureToolchain } from "./toolchain";
import { ensureLabTools } from "./toolchain/lab";
import { versions } from "./toolchain/versions";

/** A running control plane and the engine that deploys to it. */
export interface Session {
    toolchain: Toolchain;
    kubeconfig: string;
    engine: Engine;
}

/** How a session is opened. */
export interface SessionOptions {
    /** The environment: `Pulumi.<stack>.yaml`. */
    stack: string;
    /** Config over the environment's own. */
    config?: Record<string, unknown>;
    /** Whether fields that somebody else set on the cluster are taken back. Default: false, they are conflicts. */
    forceConflicts?: boolean;
    /** Folders of policy packs, each with its config of the environment, if any: `config/<stack>.json`. Default: none. */
    policyPacks?: string[];
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
    /** Default: the folder of {@link stateDir}. */
    state?: string;
    /** Whether pods run and Istio routes to them. Default: only where the lab runs already. */
    lab?: boolean;
}

/** What a cluster without the lab lacks: no Istio runs there to make a Gateway Programmed. */
const simulatedConfig = { readiness: { gateway: false, timeoutSeconds: 120 } };

/** What the lab has Istio for, and an endpoint picker that it can run: built here, and pulled from nowhere. */
function labConfig(epp: string): Record<string, unknown> {
    return {
        images: { epp: `localhost/llm-d-inference-scheduler:${epp}` },
        gateway: { istioVersion: "1.31.0" },
        // From 3 on it logs which pod it picks, which `verify` holds against the pod that answers.
        epp: { logLevel: 3 },
        readiness: { gateway: true, timeoutSeconds: 120 },
    };
}

/** The newest endpoint picker that can be built; without a pool the oldest, for the newest exits there at start. */
function labEpp(stack: string, overrides: Record<string, unknown>): string {
    const { routing } = readStackConfig(projectRoot, stack, overrides).config;
    const hasPool = isObject(routing) && routing.backend === "InferencePool";
    return hasPool ? versions.llmdScheduler : versions.llmdOldestScheduler;
}

/**
 * Builds what is missing, starts what does not run, and opens the stack with the program of `index.ts`.
 *
 * @throws Error when there is no settings file for the stack, or a step fails.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
    const { stack, report, state = stateDir, policyPacks = [] } = options;
    requireStack(projectRoot, stack);
    const toolchain = await ensureToolchain(report);
    const controlPlane = await startControlPlane({ toolchain, stateDir: state, report });
    const { kubeconfig, context, started } = controlPlane;
    report(
        started.length > 0
            ? `Control plane: started ${started.join(", ")}`
            : "Control plane: already running",
    );
    // The kubectl that fits the API server, for users who have none.
    linkTo(toolchain.kubectl, path.join(state, "kubectl"));
    const lab = options.lab ?? isLabRunning(state);
    if (lab) {
        const tools = await ensureLabTools(report);
        await startLab({ tools, kubectl: toolchain.kubectl, controlPlane, stateDir: state, report });
    }
    const merged = deepMerge(
        lab ? labConfig(labEpp(stack, options.config ?? {})) : simulatedConfig,
        options.config,
    ) as Record<string, unknown>;
    const { config, secrets } = takeSecrets(merged);
    const engine = await openEngine({
        pulumi: toolchain.pulumi,
        kubernetesProvider: toolchain.kubernetesProvider,
        projectRoot,
        stateDir: state,
        stack,
        kubeconfig,
        secrets,
        config: {
            ...config,
            // Last, so that nothing leads to another cluster.
            cluster: { kubeconfig, context },
        },
        program,
        forceConflicts: options.forceConflicts,
        policyPacks,
        policyPackConfigs: policyPackConfigs(policyPacks, stack),
        report,
        color: process.stdout.isTTY,
    });
    return { toolchain, kubeconfig, engine };
}

/** The CLI takes one for each pack or none at all, and refuses anything between: none is left out in silence. */
function policyPackConfigs(packs: string[], stack: string): string[] {
    return packs
        .map((pack) => path.join(pack, "config", `${stack}.json`))
        .filter((file) => fs.existsSync(file));
}
