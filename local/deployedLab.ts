import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { DeploymentOutput } from "../components/deploymentOutput";
import { stopControlPlane } from "./controlplane";
import { stopLab } from "./lab";
import { keepOutputs, openPaths } from "./proof";
import type { Session } from "./session";
import { openSession } from "./session";

/** A lab with the dev stack in it. */
export interface DeployedLab extends Session {
    stateDir: string;
    deployment: DeploymentOutput;
    /** Of the Gateway, on this machine. */
    url: string;
}

/** Settings of the stack in pool mode. */
export const poolMode = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };

/**
 * Starts a lab of its own, deploys the dev stack with some settings, works on it, and ends the lab.
 *
 * @throws whatever `work` throws, and Error when the lab does not start or the stack is not deployed.
 */
export async function inDeployedLab<T>(
    config: Record<string, unknown>,
    { report, signal }: { report: (line: string) => void; signal?: AbortSignal },
    work: (lab: DeployedLab) => Promise<T>,
): Promise<T> {
    const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-deployed-"));
    try {
        const session = await openSession({ stack: "dev", config, report, state: stateDir, lab: true });
        await session.engine.up({ signal });
        const outputs = await session.engine.outputs();
        keepOutputs(stateDir, outputs);
        const deployment = outputs.deployment!.value as DeploymentOutput;
        const { gateway: url } = await openPaths(stateDir, deployment);
        return await work({ ...session, stateDir, deployment, url });
    } finally {
        await stopLab(stateDir);
        await stopControlPlane(stateDir);
    }
}
