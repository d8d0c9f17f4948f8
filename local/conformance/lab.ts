import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../controlplane";
import { startLab, stopLab } from "../lab";
import type { Toolchain } from "../toolchain";
import { ensureToolchain } from "../toolchain";
import type { ConformanceTools } from "../toolchain/conformance";
import { ensureConformanceTools } from "../toolchain/conformance";
import { ensureLabTools } from "../toolchain/lab";

/** A lab for the conformance suites, of their own: they make and remove namespaces, and deploy what the lab of users is not to know. */
export class ConformanceLab {
    private constructor(
        readonly tools: ConformanceTools,
        readonly stateDir: string,
        readonly kubeconfig: string,
        readonly toolchain: Toolchain,
        private readonly report: (line: string) => void,
    ) {}

    /**
     * Builds what is missing, and starts the lab in a temporary folder.
     *
     * @param report takes one line of progress at a time.
     * @throws Error when a step fails; nothing is left running then.
     */
    static async start(report: (line: string) => void): Promise<ConformanceLab> {
        const toolchain = await ensureToolchain(report);
        const labTools = await ensureLabTools(report);
        const tools = await ensureConformanceTools(report);
        const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-conformance-"));
        try {
            const controlPlane = await startControlPlane({ toolchain, stateDir, report });
            const lab = { ...labTools, conformance: tools.images };
            const { kubectl } = toolchain;
            await startLab({ tools: lab, kubectl, controlPlane, stateDir, report });
            return new ConformanceLab(tools, stateDir, controlPlane.kubeconfig, toolchain, report);
        } catch (error) {
            await stop(stateDir, report);
            throw error;
        }
    }

    /** Ends everything that the lab runs, and removes its folder. */
    async stop(): Promise<void> {
        await stop(this.stateDir, this.report);
    }
}

/** The GatewayClass that the suites are run with. */
export const gatewayClass = "istio";

async function stop(stateDir: string, report: (line: string) => void): Promise<void> {
    await stopLab(stateDir);
    await stopControlPlane(stateDir, report);
}
