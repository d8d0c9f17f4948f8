import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../../../local/controlplane";
import { ensureToolchain, type Toolchain } from "../../../local/toolchain";
import { cliEnvironment } from "./environment";

/** A user's machine that has the pulumi CLI, with a backend in files, and an embedded control plane as its cluster. */
export class CliMachine {
    private constructor(
        /** Deleted when the machine stops. */
        readonly home: string,
        readonly toolchain: Toolchain,
        readonly kubeconfig: string,
        /** Of what runs on it: the CLI is on the PATH, and KUBECONFIG names the cluster. */
        readonly env: Record<string, string>,
    ) {}

    /** @param report takes one line of progress at a time. Default: none is taken. */
    static async start(report: (line: string) => void = () => undefined): Promise<CliMachine> {
        const toolchain = await ensureToolchain(report);
        const home = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-cli-"));
        const { kubeconfig } = await startControlPlane({ toolchain, stateDir: stateDirOf(home), report });
        const env = { ...cliEnvironment(home, toolchain), KUBECONFIG: kubeconfig };
        return new CliMachine(home, toolchain, kubeconfig, env);
    }

    async stop(): Promise<void> {
        await stopControlPlane(stateDirOf(this.home));
        fs.rmSync(this.home, { recursive: true, force: true });
    }

    /**
     * Runs the CLI in a folder and gives what it prints.
     *
     * @param options what it reads, and variables besides the machine's.
     * @throws Error with what it printed, when it fails.
     */
    pulumi(
        folder: string,
        args: readonly string[],
        { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
    ): string {
        const options = { cwd: folder, encoding: "utf8", env: { ...this.env, ...env }, input } as const;
        const { status, stdout, stderr } = spawnSync("pulumi", args, options);
        if (status !== 0) {
            throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
        }
        return stdout;
    }
}

function stateDirOf(home: string): string {
    return path.join(home, "control-plane");
}
