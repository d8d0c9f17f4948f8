import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { epp, namespaceOf } from "./picker";

const advised = breaking("pod-disruption-budget", "advisory");

const decode = /-decode$/;

/** Budgets that are missing, that let nothing go, or that are for an endpoint picker. */
export const podDisruptionBudget: Generator = function* (program) {
    if (program.has("PodDisruptionBudget", decode)) {
        yield advised("no budget", (copy) => {
            copy.remove("PodDisruptionBudget", decode);
        });
        yield advised("a budget for other pods", (copy) => {
            copy.get("PodDisruptionBudget", decode).set("spec.selector.matchLabels", { app: "other" });
        });
        yield advised("a budget in another namespace", (copy) => {
            copy.get("PodDisruptionBudget", decode).set("metadata.namespace", "default");
        });
        const limit = (title: string, limits: Record<string, unknown>, level = advised) =>
            level(title, (copy) => {
                const budget = copy.get("PodDisruptionBudget", decode);
                budget.set("spec", { selector: budget.get("spec.selector"), ...limits });
            });
        yield limit("a budget of none", { maxUnavailable: 0 });
        yield limit("a budget of no percent", { maxUnavailable: "0%" });
        yield limit("all pods have to stay", { minAvailable: "100%" });
        yield limit("more pods have to stay than there are", { minAvailable: 20 });
        yield limit("one pod has to stay", { minAvailable: 1 }, harmless);
        yield limit("half of the pods may go", { maxUnavailable: "50%" }, harmless);
    }
    yield advised("a budget for the endpoint picker", (copy) => {
        copy.add({
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "epp", namespace: namespaceOf(copy) },
            spec: { minAvailable: 1, selector: copy.get("Deployment", epp).get("spec.selector") },
        });
    });
    yield harmless("a budget for somebody else's pods", (copy) => {
        copy.add({
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "web", namespace: "web" },
            spec: { maxUnavailable: 0, selector: { matchLabels: { app: "web" } } },
        });
    });
};
