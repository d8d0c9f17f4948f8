import { strict as assert } from "assert";
import * as path from "path";
import { EngineError } from "../../local/engine";
import { TestCluster } from "./support/cluster";

const pack = path.resolve(__dirname, "../../policy");

/** A Gateway of another class than Istio's, which the settings allow and the pack does not. */
const broken = { gateway: { className: "nginx" } };

function isGatewayViolation(error: unknown): boolean {
    return (
        error instanceof EngineError &&
        error.result.violations.some(
            ({ policy, level, message }) =>
                policy === "gateway" &&
                level === "mandatory" &&
                message.includes("is of class nginx (spec.gatewayClassName), which is none of Istio's"),
        )
    );
}

describe("the policy pack in the real engine", function () {
    const cluster = new TestCluster();
    const scheduler = "llm-d-inference-scheduler";

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open();
    });
    after(() => cluster.stop());

    it("makes a preview of a broken config fail, and nothing is created", async () => {
        const engine = await cluster.open(broken, { policyPacks: [pack] });
        await assert.rejects(engine.preview(), isGatewayViolation);
        assert.ok(!cluster.names("namespaces", "default").includes(scheduler));
    });

    it("makes an up of it fail", async () => {
        const engine = await cluster.open(broken, { policyPacks: [pack] });
        await assert.rejects(engine.up(), isGatewayViolation);
        await engine.destroy();
    });

    it("has nothing mandatory to say of any mode, and advice where scores are not obeyed", async () => {
        const obeyed = await cluster.open(
            { extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            { policyPacks: [pack] },
        );
        assert.deepEqual((await obeyed.up()).violations, []);
        const notObeyed = await cluster.open({ extProc: { enabled: true } }, { policyPacks: [pack] });
        const { violations } = await notObeyed.up();
        assert.deepEqual(
            violations.map(({ policy, level }) => `${policy} ${level}`),
            ["ext-proc-obeyed advisory"],
        );
    });
});
