import { strict as assert } from "assert";
import * as path from "path";
import { configOf, environments } from "../../docs/environments";
import type { RunResult } from "../../local/engine";
import { EngineError } from "../../local/engine";
import { actions } from "./support/actions";
import { advice } from "./support/advice";
import { TestCluster } from "./support/cluster";

const pack = path.resolve(__dirname, "../../policy");

/** The violations of a preview, without the checks that wait for what only `up` knows. */
function definite({ violations }: RunResult): string[] {
    return violations
        .filter(({ message }) => !message.includes("waits for `pulumi up`"))
        .map(({ policy, level }) => `${policy} ${level}`);
}

describe("the environments on the real engine", function () {
    const cluster = new TestCluster();
    const policyPacks = [pack];

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open();
    });
    after(() => cluster.stop());

    for (const stack of environments) {
        it(`${stack} passes the pack with its own config in preview`, async () => {
            const engine = await cluster.open({}, { stack, policyPacks });
            const result = await engine.preview();
            assert.ok(actions(result).includes("create Gateway"));
            assert.deepEqual(definite(result), advice[stack]);
        });
    }

    it("prod comes up under its own config of the pack, and goes once it is not protected", async () => {
        const engine = await cluster.open({}, { stack: "prod", policyPacks });
        const up = await engine.up();
        assert.deepEqual(definite(up), advice.prod);
        assert.ok(actions(up).includes("create HorizontalPodAutoscaler"));
        const open = await cluster.open({ protect: false }, { stack: "prod", policyPacks });
        assert.deepEqual(actions(await open.up()), []);
        await open.destroy();
    });

    it("the same settings pass with dev's config of the pack and fail with prod's", async () => {
        const notObeyed = { ...configOf("prod"), routing: { backend: "Service" } };
        const said = async (stack: string) => {
            const engine = await cluster.open(notObeyed, { stack, policyPacks });
            const result = await engine.preview().catch((error: unknown) => {
                assert.ok(error instanceof EngineError && stack === "prod", String(error));
                assert.match(error.message, /ext-proc-obeyed/);
                return error.result;
            });
            return definite(result);
        };
        assert.deepEqual(await said("dev"), ["ext-proc-obeyed advisory"]);
        assert.deepEqual(await said("prod"), [...advice.prod, "ext-proc-obeyed mandatory"]);
    });
});
