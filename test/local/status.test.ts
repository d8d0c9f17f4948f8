import { strict as assert } from "assert";
import type { LiveObject } from "../../local/status";
import { describe as stateOf } from "../../local/status";
import { runProgram } from "../support/mocks";

describe("`make status`", () => {
    /** The EPP's Deployment as the program makes it, with so many of its pods Ready. */
    async function epp(replicas: number, readyReplicas: number): Promise<LiveObject> {
        const { registrations } = await runProgram({ replicas: { epp: replicas } });
        const { inputs } = registrations.find(
            ({ type, name }) => type === "kubernetes:apps/v1:Deployment" && name.endsWith("-epp"),
        )!;
        return { ...(inputs as unknown as LiveObject), status: { readyReplicas } };
    }

    it("calls an EPP ready when every pod is, or the one that leads", async () => {
        assert.equal(stateOf(await epp(1, 1)), "ready 1/1");
        assert.equal(stateOf(await epp(1, 0)), "not ready 0/1");
        assert.equal(stateOf(await epp(3, 1)), "ready 1/3, one leads");
        assert.equal(stateOf(await epp(3, 0)), "not ready 0/3, one leads");
    });

    it("calls model servers ready when all pods are", () => {
        const decode = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "decode" } };
        const state = (readyReplicas: number) =>
            stateOf({ ...decode, spec: { replicas: 3 }, status: { readyReplicas } });
        assert.deepEqual([state(3), state(2)], ["ready 3/3", "not ready 2/3"]);
    });
});
