import program from "../index";
import * as fs from "fs";
import * as path from "path";
import { deepMerge } from "../components/settings/merge";
import { startControlPlane } from "./controlplane";
import type { Engine } from "./engine";
import { openEngine } from "./engine";
import { projectRoot, stateDir } from "./paths";
import type { Toolchain } from "./toolchain";
import { ensureToolchain } from "./toolchain";

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
    /** Folders of policy packs. Default: none. */
    policyPacks?: string[];
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
    /** Default: the folder of {@link stateDir}. */
    state?: string;
}

/** What the embedded cluster lacks: no Istio runs there to make a Gateway Programmed. */
const embeddedReadiness = { gateway: false, timeoutSeconds: 120 };

/**
 * Builds what is missing, starts what does not run, and opens the stack with the program of `index.ts`.
 *
 * @throws Error when there is no settings file for the stack, or a step fails.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
    const { stack, report, state = stateDir } = options;
    refuseUnknownStack(stack);
    const toolchain = await ensureToolchain(report);
    const { kubeconfig, context, started } = await startControlPlane({ toolchain, stateDir: state, report });
    report(
        started.length > 0
            ? `Control plane: started ${started.join(", ")}`
            : "Control plane: already running",
    );
    linkKubectl(toolchain.kubectl, state);
    const engine = await openEngine({
        pulumi: toolchain.pulumi,
        projectRoot,
        stateDir: state,
        stack,
        kubeconfig,
        config: {
            ...options.config,
            readiness: deepMerge(embeddedReadiness, options.config?.readiness),
            // Last, so that nothing leads to another cluster.
            cluster: { kubeconfig, context },
        },
        program,
        forceConflicts: options.forceConflicts,
        policyPacks: options.policyPacks ?? [],
        report,
        color: process.stdout.isTTY,
    });
    return { toolchain, kubeconfig, engine };
}

/** Puts the kubectl that fits the API server beside its kubeconfig, for users who have none. */
function linkKubectl(kubectl: string, state: string): void {
    const link = path.join(state, "kubectl");
    fs.rmSync(link, { force: true });
    fs.symlinkSync(kubectl, link);
}

function refuseUnknownStack(stack: string): void {
    const known = fs.readdirSync(projectRoot).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    if (!known.includes(stack)) {
        throw new Error(
            `--stack: "${stack}" is not allowed, because there is no Pulumi.${stack}.yaml; allowed: ${known.join(", ")}.`,
        );
    }
}
