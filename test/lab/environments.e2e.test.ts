import { strict as assert } from "assert";
import * as path from "path";
import type { Environment } from "../../docs/environments";
import { environments } from "../../docs/environments";
import { actions, leftToDo } from "../e2e/support/actions";
import { advice } from "../e2e/support/advice";
import { TestLab } from "./support/lab";
import { Traffic } from "./support/traffic";

const policyPacks = [path.resolve(__dirname, "../../policy")];

/**
 * Each environment as its file has it, on real parts. Settings are the lab's own only where it has one release of a part
 * (`local/session.ts`). NetworkPolicies are there and enforced by nobody, and the autoscaler has no metrics.
 */
describe("the environments in the lab", function () {
    const lab = new TestLab();

    before(async function () {
        await TestLab.skipWherePipIsMissing(this);
    });
    after(() => lab.stop());

    /** From the number of EPPs that the file says, to the other, and back. */
    const scalings: Record<Environment, [number, number]> = { dev: [2, 1], staging: [1, 2], prod: [1, 2] };

    for (const stack of environments) {
        describe(stack, () => {
            const deploy = (config = {}) => lab.deploy(config, { stack, policyPacks });

            // The first one builds what is missing, which takes minutes.
            before(async function () {
                this.timeout(60 * 60_000);
                const { violations } = await deploy();
                assert.deepEqual(
                    violations.map(({ policy, level }) => `${policy} ${level}`),
                    advice[stack],
                );
            });
            after(async () => {
                await deploy({ protect: false });
                const engine = await lab.cluster.open({ protect: false }, { stack, lab: true });
                await engine.destroy();
            });

            it("answers, and `verify` passes", async () => {
                await lab.askUntil("gateway", ({ status }) => status === 200);
                const { exitCode, stdout, stderr } = await lab.prove("verify");
                assert.equal(exitCode, 0, stdout + stderr);
            });

            it("has nothing to do at a second `up`, nor after a refresh", async () => {
                assert.deepEqual(actions(await deploy()), []);
                const engine = await lab.cluster.open({}, { stack, policyPacks, lab: true });
                assert.deepEqual(await leftToDo(engine, { refresh: true }), []);
            });

            for (const epp of scalings[stack]) {
                it(`goes to ${String(epp)} EPP, with requests all the while`, async () => {
                    const traffic = new Traffic(lab.urls.gateway);
                    try {
                        await deploy({ replicas: { epp } });
                        await traffic.finish();
                    } finally {
                        // Also where the deployment fails, so that nothing is sent on.
                        await traffic.stop();
                    }
                    // Where it fails closed, a first leader is an interruption: docs/rollouts.md.
                    if (stack !== "staging" || epp === 1) {
                        assert.deepEqual(traffic.result.failed, []);
                    }
                    await lab.askUntil("gateway", ({ status }) => status === 200);
                });
            }
        });
    }
});
