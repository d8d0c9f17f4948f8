import { strict as assert } from "assert";
import { spawn } from "child_process";
import * as path from "path";
import { copyCheckout } from "../support/cli/checkout";
import { CliMachine } from "../support/cli/machine";

/** What docs/operations.md says to do when the pulumi CLI was killed, on a cluster of one's own. */
describe("pulumi up, killed on its way", function () {
    let machine: CliMachine;
    let checkout: string;

    before(async function () {
        this.timeout(45 * 60_000);
        machine = await CliMachine.start();
        checkout = path.join(machine.home, "checkout");
        copyCheckout(checkout, "dev");
        pulumi("stack", "init", "dev");
        pulumi("config", "set", "--path", "readiness.gateway", "false");
    });
    after(() => machine.stop());

    const pulumi = (...args: string[]) => machine.pulumi(checkout, args);
    const up = (env: Record<string, string>) =>
        machine.pulumi(checkout, ["up", "--yes", "--skip-preview"], { env });

    /** Kills `pulumi up`, and all that it started, when its output has this text. */
    async function killUp(text: string): Promise<void> {
        const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
            cwd: checkout,
            env: machine.env,
            detached: true,
            stdio: ["ignore", "pipe", "ignore"],
        });
        let output = "";
        child.stdout.on("data", (bytes: Buffer) => {
            const before = output.includes(text);
            output += bytes.toString();
            if (!before && output.includes(text)) {
                process.kill(-child.pid!, "SIGKILL");
            }
        });
        const signal = await new Promise((resolve) => child.on("exit", (_, by) => resolve(by)));
        assert.equal(signal, "SIGKILL", output);
    }

    const resources = [
        "Namespace",
        "Deployment llm-d-sim/ms-sim-llm-d-modelservice-decode",
        "HTTPRoute",
        "Deployment llm-d-inference-scheduler/gaie-inference-scheduling-epp",
    ];
    /** Of what the killed run made and did not record. */
    const nextChange = [
        ["replicas.decode", "4"],
        ["epp.logLevel", "3"],
        ["routing.requestTimeout", "30s"],
    ] as const;

    for (const resource of resources) {
        it(`goes on from the first ${resource} after pulumi cancel, refresh and up`, async () => {
            await killUp(resource);
            pulumi("cancel", "--yes");
            pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
            up({ PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" });
            pulumi("preview", "--refresh", "--expect-no-changes");
            const state = JSON.parse(pulumi("stack", "export")) as {
                deployment: { pending_operations?: unknown[] };
            };
            assert.deepEqual(state.deployment.pending_operations ?? [], []);
            for (const [setting, value] of nextChange) {
                pulumi("config", "set", "--path", setting, value);
            }
            up({ PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
            pulumi("preview", "--refresh", "--expect-no-changes");
            // Once only.
            for (const [setting] of nextChange) {
                pulumi("config", "rm", "--path", setting);
            }
            pulumi("up", "--yes", "--skip-preview");
            pulumi("destroy", "--yes", "--skip-preview");
        });
    }
});
