import { strict as assert } from "assert";
import { objectivePool as rule } from "../../../policy/rules/objectivePool";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { models } from "./fixtures";
import { picker, pickerPool, pickerService, simulator } from "./pickerFixtures";

const ofScheduler = [simulator(), picker(), pickerService(), pickerPool()];
const ofRouter = [
    simulator(),
    picker({ image: "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0" }),
    pickerService(),
    pickerPool(),
];

function objective(
    poolRef: unknown,
    { kind = "InferenceObjective", group = "inference.networking.x-k8s.io", namespace = models } = {},
): Manifest {
    return {
        apiVersion: `${group}/v1alpha2`,
        kind,
        metadata: { name: "o", namespace },
        spec: { priority: 1, poolRef },
    };
}

describe("objective-pool", () => {
    it("passes what names a pool of the program, by default in the group of v1", () => {
        const full = { group: "inference.networking.k8s.io", kind: "InferencePool", name: "pool" };
        for (const reference of [full, { name: "pool" }]) {
            for (const kind of ["InferenceObjective", "InferenceModelRewrite"]) {
                assert.deepEqual(checkStack(rule, [...ofScheduler, objective(reference, { kind })]), []);
            }
        }
        assert.deepEqual(checkStack(rule, [...ofRouter, objective(full, { group: "llm-d.ai" })]), []);
        assert.deepEqual(checkStack(rule, [...ofRouter, objective(full)]), []);
    });

    it("advises on a pool that is not in the program", () => {
        assert.deepEqual(checkStack(rule, [...ofScheduler, objective({ name: "pol" })]), [
            `advisory: InferenceObjective models/o: InferenceObjective models/o is for InferencePool models/pol in group "inference.networking.k8s.io" (spec.poolRef), which is not in this program: no endpoint picker of the program reads it.`,
        ]);
    });

    it("reports a pool that the program has in another group or namespace", () => {
        const alpha = { group: "inference.networking.x-k8s.io", name: "pool" };
        for (const wrong of [objective(alpha), objective({ name: "pool" }, { namespace: "other" })]) {
            assert.match(
                checkStack(rule, [...ofScheduler, wrong])[0] ?? "",
                /^InferenceObjective .*, but the program has InferencePool models\/pool in group "inference.networking.k8s.io"\.$/,
            );
        }
    });

    it("reports a kind that is no pool, and a group that the endpoint picker does not read", () => {
        assert.match(
            checkStack(rule, [...ofScheduler, objective({ kind: "Service", group: "", name: "pool" })])[0] ??
                "",
            /, which is no kind of pool\.$/,
        );
        assert.match(
            checkStack(rule, [...ofScheduler, objective({ name: "pool" }, { group: "llm-d.ai" })])[0] ?? "",
            /is in group "llm-d\.ai", which Deployment models\/epp does not read: EPP 0\.8 \(GIE 1\.5\) reads inference\.networking\.x-k8s\.io\.$/,
        );
    });

    it("waits for a pool that is not known", () => {
        assert.match(
            checkStack(rule, [...ofScheduler, objective({ name: unknown })])[0] ?? "",
            /^waits: .*spec\.poolRef\.name of InferenceObjective models\/o/,
        );
    });
});
