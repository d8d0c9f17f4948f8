import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { poll } from "../../../commands/shared/poll";
import type { DeploymentOutput } from "../../../components/deploymentOutput";
import type { LabUrls } from "../../../local/proof";
import type { RunResult } from "../../../local/engine";
import { keepOutputs, openPaths } from "../../../local/proof";
import { hasPip } from "../../../local/toolchain/python";
import { npmRun } from "../../../commands/shared/npmRun";
import type { Pod } from "../../e2e/support/cluster";
import { TestCluster } from "../../e2e/support/cluster";
import { patience } from "../../support/eventually";

/** An answer to a request on one of the paths. */
export interface Answer {
    status: number;
    /** The pod that answered; undefined where no pod did. */
    pod: string | undefined;
    body: string;
}

/** The project's own lab, in a state folder of the test's own, and what tests do in it. */
export class TestLab {
    readonly cluster = new TestCluster();
    private paths: LabUrls | undefined;

    /**
     * Skips the suite whose `before` hook calls it where the lab cannot be had. Envoy comes from Python's package index,
     * which only pip fetches; a machine without it has all of the rest. CI must not pass without the lab.
     */
    static async skipWherePipIsMissing(hook: Mocha.Context): Promise<void> {
        if (process.env.CI !== "true" && !(await hasPip())) {
            console.log("      skipped: Envoy cannot be had without Python's pip");
            hook.skip();
        }
    }

    /** Deploys a stack, that of dev by default, with config over the environment's own, and opens its paths. */
    async deploy(
        config: Record<string, unknown> = {},
        {
            refresh,
            ...session
        }: { refresh?: boolean; forceConflicts?: boolean; stack?: string; policyPacks?: string[] } = {},
    ): Promise<RunResult> {
        const engine = await this.cluster.open(config, { ...session, lab: true });
        const result = await engine.up({ refresh });
        const outputs = await engine.outputs();
        keepOutputs(this.cluster.state, outputs);
        this.paths = await openPaths(this.cluster.state, outputs.deployment!.value as DeploymentOutput);
        return result;
    }

    get urls(): { gateway: string; direct: string } {
        return { gateway: this.paths!.gateway, direct: Object.values(this.paths!.direct)[0]! };
    }

    /** Asks for a completion, on a connection of its own. */
    async ask(on: "gateway" | "direct", prompt = "Hello", model = "random"): Promise<Answer> {
        try {
            const response = await fetch(`${this.urls[on]}/v1/completions`, {
                method: "POST",
                headers: { "Content-Type": "application/json", Connection: "close" },
                body: JSON.stringify({ model, prompt, max_tokens: 3 }),
            });
            const pod = response.headers.get("x-inference-pod") ?? undefined;
            return { status: response.status, pod, body: await response.text() };
        } catch (error) {
            return { status: 0, pod: undefined, body: String(error) };
        }
    }

    /** Waits until answers are as wanted, and gives the last one. */
    async askUntil(on: "gateway" | "direct", isSo: (answer: Answer) => boolean): Promise<Answer> {
        return this.until(
            () => this.ask(on),
            isSo,
            (last) => `the last answer was ${JSON.stringify(last)}`,
        );
    }

    /** Waits until a value is as wanted. */
    async until<T>(
        look: () => T | Promise<T>,
        isSo: (value: T) => boolean,
        describe: (last: T) => string = (last) => JSON.stringify(last),
    ): Promise<T> {
        const value = await poll(look, isSo, { every: 250, atMost: patience });
        if (!isSo(value)) {
            throw new Error(`It did not become so: ${describe(value)}`);
        }
        return value;
    }

    /** Kills the process that plays a pod's container. */
    kill({ metadata, status }: Pod): void {
        const pid = /^process:\/\/(\d+)$/.exec(status?.containerStatuses?.[0]?.containerID ?? "")?.[1];
        if (pid === undefined) {
            throw new Error(`${metadata.name} has no process.`);
        }
        process.kill(Number(pid), "SIGKILL");
    }

    /** Runs one of the project's proofs as a user does, against this lab. */
    async prove(
        proof: "verify" | "compare" | "topology",
        ...args: string[]
    ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
        const { state } = this.cluster;
        const urls = ["--gateway-url", this.urls.gateway, "--direct-url", this.urls.direct];
        const { exitCode, stdout, stderr } = await execa(
            process.execPath,
            [
                ...npmRun(path.join("commands", proof, "main.ts")),
                ...["--kubeconfig", path.join(state, "kubeconfig")],
                ...["--outputs", path.join(state, "outputs.json")],
                ...(proof === "compare" ? urls : []),
                ...args,
            ],
            { reject: false },
        );
        return { exitCode: exitCode ?? -1, stdout, stderr };
    }

    /** What the lab's own process has said, for the message of a failed test. */
    get log(): string {
        return fs.readFileSync(path.join(this.cluster.state, "logs", "lab.log"), "utf8");
    }

    async stop(): Promise<void> {
        await this.cluster.stop();
    }
}
