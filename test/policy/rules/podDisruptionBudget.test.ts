import { strict as assert } from "assert";
import { podDisruptionBudget as rule } from "../../../policy/rules/podDisruptionBudget";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { decodeLabels, deployment, models } from "./fixtures";
import { picker } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);

function replicated(replicas: unknown): Manifest {
    const { spec, ...rest } = deployment();
    return { ...rest, spec: { ...(spec as object), replicas } };
}

function budget(
    limits: object = { maxUnavailable: 1 },
    matchLabels: unknown = decodeLabels,
    name = "budget",
): Manifest {
    return {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name, namespace: models },
        spec: { selector: { matchLabels }, ...limits },
    };
}

const autoscaler: Manifest = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "decode", namespace: models },
    spec: { scaleTargetRef: { kind: "Deployment", name: "decode" }, minReplicas: 2 },
};

/** As KEDA's users write it: a Deployment is the default of its target. */
const scaledObject = (minReplicaCount?: number): Manifest => ({
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "decode", namespace: models },
    spec: { scaleTargetRef: { name: "decode" }, minReplicaCount },
});

describe("pod-disruption-budget", () => {
    it("passes replicated model servers with a budget, and single ones", () => {
        assert.deepEqual(check(replicated(2), budget()), []);
        assert.deepEqual(check(replicated(1)), []);
        assert.deepEqual(check(deployment()), []);
    });

    it("reports replicated model servers without a budget", () => {
        assert.deepEqual(check(replicated(2)), [
            "Deployment models/decode: Deployment models/decode has 2 replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.",
        ]);
        assert.deepEqual(check(replicated(2), budget({}, { app: "other" })), [
            "Deployment models/decode: Deployment models/decode has 2 replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.",
        ]);
        assert.deepEqual(
            check(replicated(2), { ...budget(), metadata: { name: "b", namespace: "elsewhere" } }),
            [
                "Deployment models/decode: Deployment models/decode has 2 replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.",
            ],
        );
        assert.deepEqual(check(deployment(), autoscaler), [
            "Deployment models/decode: Deployment models/decode has 2 replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.",
        ]);
    });

    it("takes the fewest replicas from a ScaledObject too, which are none by default", () => {
        assert.deepEqual(check(deployment(), scaledObject(3)), [
            "Deployment models/decode: Deployment models/decode has 3 replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.",
        ]);
        assert.deepEqual(check(deployment(), scaledObject()), []);
        assert.deepEqual(check(deployment(), scaledObject(0)), []);
    });

    it("reports a budget that lets nothing go", () => {
        assert.deepEqual(check(replicated(2), budget({ maxUnavailable: 0 })), [
            "PodDisruptionBudget models/budget: PodDisruptionBudget models/budget lets none of the 2 pods of Deployment models/decode go (spec.maxUnavailable is 0): their nodes cannot be drained.",
        ]);
        assert.deepEqual(check(replicated(2), budget({ maxUnavailable: "0%" })), [
            "PodDisruptionBudget models/budget: PodDisruptionBudget models/budget lets none of the 2 pods of Deployment models/decode go (spec.maxUnavailable is 0%): their nodes cannot be drained.",
        ]);
        assert.deepEqual(check(replicated(2), budget({ minAvailable: 2 })), [
            "PodDisruptionBudget models/budget: PodDisruptionBudget models/budget lets none of the 2 pods of Deployment models/decode go (spec.minAvailable is 2): their nodes cannot be drained.",
        ]);
        assert.deepEqual(check(replicated(2), budget({ minAvailable: "100%" })), [
            "PodDisruptionBudget models/budget: PodDisruptionBudget models/budget lets none of the 2 pods of Deployment models/decode go (spec.minAvailable is 100%): their nodes cannot be drained.",
        ]);
        assert.deepEqual(check(replicated(2), budget({ minAvailable: 1 })), []);
    });

    it("reports a budget for an endpoint picker", () => {
        assert.deepEqual(check(picker(), budget({}, { app: "epp" })), [
            "PodDisruptionBudget models/budget: PodDisruptionBudget models/budget selects the endpoint picker Deployment models/epp, of which only the leader is ever Ready: its node cannot be drained.",
        ]);
    });

    it("reports no budget for an endpoint picker that lets every pod go at any time", () => {
        const all = { maxUnavailable: "100%", unhealthyPodEvictionPolicy: "AlwaysAllow" };
        assert.deepEqual(check(picker(), budget(all, { app: "epp" })), []);
        for (const field of Object.keys(all)) {
            const { length } = check(picker(), budget({ ...all, [field]: undefined }, { app: "epp" }));
            assert.equal(length, 1, field);
        }
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(check(replicated(unknown)), [
            "waits: Deployment models/decode: spec.replicas of Deployment models/decode is not known in preview",
        ]);
        assert.deepEqual(check(replicated(2), budget({}, unknown)), [
            "waits: Deployment models/decode: spec.selector.matchLabels of PodDisruptionBudget models/budget is not known in preview",
        ]);
    });
});
