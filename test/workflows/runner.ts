import { execFileSync, spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { copyCheckout } from "../support/cli/checkout";
import { CliMachine } from "../support/cli/machine";
import type { WorkflowStep } from "./workflows";

/** What a step did. */
export interface StepRun {
    code: number;
    output: string;
    /** What the step wrote to `$GITHUB_OUTPUT`. */
    outputs: string;
}

/** A machine that runs the scripts of workflows in a checkout. The stack is made, as a maintainer makes it once. */
export class Runner {
    private constructor(private readonly machine: CliMachine) {}

    static async start(environment: string): Promise<Runner> {
        const runner = new Runner(await CliMachine.start());
        copyCheckout(runner.checkout, environment);
        runner.pulumi("stack", "init", environment);
        // No Istio runs there, which would program the Gateway.
        runner.pulumi("config", "set", "--stack", environment, "--path", "readiness.gateway", "false");
        return runner;
    }

    stop(): Promise<void> {
        return this.machine.stop();
    }

    get checkout(): string {
        return path.join(this.machine.home, "checkout");
    }

    /** Runs a step's script as GitHub does, with values for its variables. */
    run(step: WorkflowStep, variables: Record<string, string>): StepRun {
        const { home, kubeconfig, env } = this.machine;
        const outputs = path.join(home, "outputs");
        fs.writeFileSync(outputs, "");
        const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", step.run!], {
            cwd: this.checkout,
            encoding: "utf8",
            env: {
                ...env,
                ...variables,
                // Its script makes its own.
                KUBECONFIG: undefined,
                KUBECONFIG_CONTENTS: fs.readFileSync(kubeconfig, "utf8"),
                RUNNER_TEMP: home,
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
        this.machine.pulumi(this.checkout, args, { input: value });
    }

    /** Runs the pulumi CLI in the checkout. */
    pulumi(...args: string[]): string {
        return this.machine.pulumi(this.checkout, args);
    }

    kubectl(...args: string[]): string {
        const { toolchain, kubeconfig } = this.machine;
        return execFileSync(toolchain.kubectl, ["--kubeconfig", kubeconfig, ...args], { encoding: "utf8" });
    }

    /** A file that a step wrote into the checkout. */
    read(file: string): string {
        return fs.readFileSync(path.join(this.checkout, file), "utf8");
    }
}
