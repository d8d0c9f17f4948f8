import { eachPicker } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { integer, record, text } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { append } from "../../objects/multimap";
import type { PodTemplate } from "../../objects/podIndex";
import { labelSelector } from "../../objects/selectors";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { UnknownInputError } from "../../objects/unknown";
import { Unknowns } from "../../objects/unknown";
import { chainsOf } from "../../objects/chains";
import { pickersOf } from "../../objects/pickers";

const horizontal = { group: "autoscaling", kind: "HorizontalPodAutoscaler" };
/** KEDA's, of which it makes the other one. */
const scaledObject = { group: "keda.sh", kind: "ScaledObject" };

/** Nodes can be drained without stopping inference, and can be drained at all. */
export const podDisruptionBudget: Rule = {
    name: "pod-disruption-budget",
    description:
        "Replicated model servers have a PodDisruptionBudget that leaves some running and lets others go; an endpoint picker has none that keeps a pod.",
    severity: "medium",
    enforcementLevel: "advisory",
    remediationSteps:
        "Add a PodDisruptionBudget with maxUnavailable 1 and the Deployment's selector. Remove one that selects an endpoint picker, or let it keep none (maxUnavailable 100%, unhealthyPodEvictionPolicy AlwaysAllow): only its leader is Ready, so the budget keeps every node that it runs on from being drained.",
    *checkStack(index) {
        const budgets = index.model(budgetsOf);
        const pickers = new Set(pickersOf(index).all.map(({ template }) => template));
        const chains = chainsOf(index);
        yield* chains.undecided;
        for (const template of chains.templates) {
            if (!pickers.has(template)) {
                yield* each([template.owner], () => checkServer(template, budgets, index));
            }
        }
        yield* eachPicker(index, function* ({ owner, template }) {
            for (const budget of budgets.of(template).filter((candidate) => !allowsEverything(candidate))) {
                yield {
                    object: budget,
                    message: `${budget.toString()} selects the endpoint picker ${owner.toString()}, of which only the leader is ever Ready: its node cannot be drained.`,
                };
            }
        });
    },
};

interface Budgets {
    of(template: PodTemplate): readonly KubernetesObject[];
    readonly unknowns: readonly UnknownInputError[];
}

function budgetsOf(index: StackIndex): Budgets {
    const unknowns = new Unknowns();
    const byTemplate = new Map<PodTemplate, KubernetesObject[]>();
    for (const budget of index.ofKind(kinds.podDisruptionBudget)) {
        unknowns.attempt(() => {
            if (budget.spec.selector === undefined) {
                return;
            }
            const selector = labelSelector(budget.spec.selector);
            for (const template of index.pods.select(budget.namespace, selector).templates) {
                append(byTemplate, template, budget);
            }
        });
    }
    return { of: (template) => byTemplate.get(template) ?? [], unknowns: unknowns.errors };
}

function* checkServer(template: PodTemplate, budgets: Budgets, index: StackIndex): Findings {
    const { owner } = template;
    const replicated = [kinds.deployment, kinds.statefulSet].some((kind) => owner.is(kind));
    const replicas = replicated ? replicasOf(owner, index) : 1;
    if (replicas <= 1) {
        return;
    }
    const found = budgets.of(template);
    const [unknown] = budgets.unknowns;
    if (found.length === 0) {
        yield unknown
            ? { unknown }
            : {
                  message: `${owner.toString()} has ${String(replicas)} replicas of a model server, and no PodDisruptionBudget of the program selects its pods (spec.template.metadata.labels): draining nodes may stop all of them at once.`,
              };
    }
    for (const budget of found) {
        if (allowsNothing(budget, replicas)) {
            yield {
                object: budget,
                message: `${budget.toString()} lets none of the ${String(replicas)} pods of ${owner.toString()} go (${limitOf(budget)}): their nodes cannot be drained.`,
            };
        }
    }
}

/** A workload without replicas of its own has those of its autoscaler. */
function replicasOf(owner: KubernetesObject, index: StackIndex): number {
    return integer(owner.spec.replicas) ?? index.model(autoscaledReplicas).get(owner.toString()) ?? 1;
}

/** The fewest replicas of each workload that has an autoscaler. */
function autoscaledReplicas(index: StackIndex): ReadonlyMap<string, number> {
    const replicas = new Map<string, number>();
    for (const scaler of index.ofKind(horizontal, scaledObject)) {
        // Of an autoscaler that is not known, the workload counts as not replicated until it is.
        new Unknowns().attempt(() => {
            const { kind, name } = record(scaler.spec.scaleTargetRef);
            const target = `${text(kind) ?? "Deployment"} ${scaler.namespace}/${text(name) ?? ""}`;
            const { minReplicas, minReplicaCount } = scaler.spec;
            replicas.set(
                target,
                scaler.is(scaledObject) ? (integer(minReplicaCount) ?? 0) : (integer(minReplicas) ?? 1),
            );
        });
    }
    return replicas;
}

function allowsNothing({ spec }: KubernetesObject, replicas: number): boolean {
    const { maxUnavailable, minAvailable } = spec;
    if (maxUnavailable !== undefined) {
        return maxUnavailable === 0 || maxUnavailable === "0" || maxUnavailable === "0%";
    }
    return minAvailable === "100%" || (integer(minAvailable) ?? 0) >= replicas;
}

/** Whether every pod may go at any time: of pods that are not Ready, a budget by itself lets none go while none is Ready. */
function allowsEverything({ spec }: KubernetesObject): boolean {
    return text(spec.maxUnavailable) === "100%" && text(spec.unhealthyPodEvictionPolicy) === "AlwaysAllow";
}

function limitOf({ spec }: KubernetesObject): string {
    const field = spec.maxUnavailable === undefined ? "minAvailable" : "maxUnavailable";
    return `spec.${field} is ${text(spec[field]) ?? String(integer(spec[field]))}`;
}
