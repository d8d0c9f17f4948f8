import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";

const broken = breaking("objective-pool");

const group = "inference.networking.x-k8s.io";

/** What is said of a pool's requests, to nobody. */
export const objectivePool: Generator = function* (program) {
    if (!program.has("InferencePool")) {
        return;
    }
    const add = (copy: Program, reference: object, own: { group?: string; namespace?: string } = {}) => {
        const pool = copy.get("InferencePool");
        copy.add({
            apiVersion: `${own.group ?? group}/v1alpha2`,
            kind: "InferenceObjective",
            metadata: { name: "added", namespace: own.namespace ?? pool.get("metadata.namespace") },
            spec: { priority: 1, poolRef: { name: pool.kubernetesName, ...reference } },
        });
    };
    yield harmless("an objective more", (copy) => {
        add(copy, {});
    });
    yield broken("an objective of the experimental group's pool", (copy) => {
        add(copy, { group });
    });
    yield broken("an objective in another namespace", (copy) => {
        add(copy, {}, { namespace: "default" });
    });
    yield broken("an objective of a kind that is no pool", (copy) => {
        add(copy, { kind: "Service", group: "" });
    });
    yield broken("an objective of a group that nobody reads", (copy) => {
        add(copy, {}, { group: "llm-d.ai" });
        copy.get("Deployment", /-epp$/).set(
            "spec.template.spec.containers.0.image",
            "registry.example.com/llm-d-inference-scheduler:v0.8.0",
        );
    });
    yield breaking("objective-pool", "advisory")("an objective of no pool", (copy) => {
        add(copy, { name: "absent" });
    });
};
