import { strict as assert } from "assert";
import { picker } from "../pickerFixtures";
import { deployment, models, pool } from "../fixtures";
import { stack } from "./fixtures";

describe("inference-port: further target ports", () => {
    const image = "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2";
    const ranks = [{ number: 8200 }, { number: 8201 }];
    const said = (
        args: string[],
        targetPorts: unknown = ranks,
        container: Record<string, unknown> = { image },
    ) =>
        stack([
            deployment({ container: { args: ["--port=8200", ...args], ...container } }),
            pool({ targetPorts }),
        ]);

    it("are those of data-parallel ranks, declared or not", () => {
        assert.deepEqual(said(["--data-parallel-size=2"]), []);
        assert.deepEqual(said(["--data-parallel-size", "8"], [{ number: 8200 }, { number: 8207 }]), []);
    });

    it("are ports where a simulator listens, and advice where another server may", () => {
        assert.match(
            said([])[0] ?? "",
            /^InferencePool models\/pool: .* is 8201, which .* neither declare nor/,
        );
        assert.equal(said(["--data-parallel-size=2"], [{ number: 8200 }, { number: 8202 }]).length, 1);
        assert.match(said([], ranks, {})[0] ?? "", /^advisory: .* do not declare: nothing tells whether/);
    });

    it("are an endpoint picker's that has no pool as well", () => {
        const epp = (ports: string) =>
            picker({
                args: [
                    "--endpoint-selector=llm-d.ai/role=decode",
                    `--pool-namespace=${models}`,
                    `--endpoint-target-ports=${ports}`,
                ],
            });
        const pods = (args: string[]) => deployment({ container: { image, args: ["--port=8200", ...args] } });
        assert.deepEqual(stack([epp("8200,8201"), pods(["--data-parallel-size=2"])]), []);
        assert.match(
            stack([epp("8200,8201"), pods([])])[0] ?? "",
            /^Deployment models\/epp: .*`--endpoint-target-ports` of container epp .* is 8201/,
        );
    });
});
