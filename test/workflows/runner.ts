import { execFileSync, spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../../local/controlplane";
import { ensureToolchain } from "../../local/toolchain";
import { copyCheckout } from "../support/cli/checkout";
import { cliEnvironment } from "../support/cli/environment";
import type { WorkflowStep } from "./workflows";

/** What a step did. */
export interface StepRun {
    code: number;
    output: string;
    /** What the step wrote to `$GITHUB_OUTPUT`. */
    outputs: string;
}

/**
 * A machine that runs the scripts of workflows: a checkout of its own, the pulumi CLI on the PATH, a backend in files,
 * and a control plane. The stack is made, as a maintainer makes it once.
 */
export class Runner {
    private readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-runner-"));
    private kubeconfig = "";
    private kubectlPath = "";
    private env: NodeJS.ProcessEnv = {};
    readonly checkout = path.join(this.home, "checkout");

    async start(environment: string): Promise<void> {
        const report = () => undefined;
        const toolchain = await ensureToolchain(report);
        const controlPlane = await startControlPlane({ toolchain, stateDir: this.stateDir, report });
        this.kubeconfig = controlPlane.kubeconfig;
        this.kubectlPath = toolchain.kubectl;
        copyCheckout(this.checkout, environment);
        this.env = cliEnvironment(this.home, toolchain.pulumi);
        this.pulumi("stack", "init", environment);
        // No Istio runs there, which would program the Gateway.
        this.pulumi("config", "set", "--stack", environment, "--path", "readiness.gateway", "false");
    }

    async stop(): Promise<void> {
        await stopControlPlane(this.stateDir);
        fs.rmSync(this.home, { recursive: true, force: true });
    }

    /** Runs a step's script as GitHub does, with values for its variables. */
    run(step: WorkflowStep, variables: Record<string, string>): StepRun {
        const outputs = path.join(this.home, "outputs");
        fs.writeFileSync(outputs, "");
        const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", step.run!], {
            cwd: this.checkout,
            encoding: "utf8",
            env: {
                ...this.env,
                ...variables,
                KUBECONFIG_CONTENTS: fs.readFileSync(this.kubeconfig, "utf8"),
                RUNNER_TEMP: this.home,
                GITHUB_OUTPUT: outputs,
            },
        });
        return {
            code: status ?? -1,
            output: `${stdout}${stderr}`,
            outputs: fs.readFileSync(outputs, "utf8"),
        };
    }

    /** Sets a value of a stack's config as the docs say of credentials: from the standard input. */
    setFromInput(stack: string, setting: string, value: string, flags: string[] = []): void {
        const args = ["config", "set", "--stack", stack, ...flags, "--path", setting];
        execFileSync("pulumi", args, { cwd: this.checkout, env: this.env, input: value, stdio: "pipe" });
    }

    /** Runs the pulumi CLI in the checkout. */
    pulumi(...args: string[]): string {
        return execFileSync("pulumi", args, {
            cwd: this.checkout,
            encoding: "utf8",
            env: this.env,
            stdio: "pipe",
        });
    }

    kubectl(...args: string[]): string {
        return execFileSync(this.kubectlPath, ["--kubeconfig", this.kubeconfig, ...args], {
            encoding: "utf8",
        });
    }

    /** A file that a step wrote into the checkout. */
    read(file: string): string {
        return fs.readFileSync(path.join(this.checkout, file), "utf8");
    }

    private get stateDir(): string {
        return path.join(this.home, "control-plane");
    }
}
