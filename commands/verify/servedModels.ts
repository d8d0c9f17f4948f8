import { kinds } from "../../objects/kinds";
import { selectorOf } from "../../objects/selections";
import { selects } from "../../objects/selectors";
import type { PodReach } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import { messageOf } from "../shared/errors";
import type { ModelContext } from "./checks/check";
import type { Kinds } from "./kinds";

/** The models that one pod says it serves, or why it does not say. */
export type Served = { models: string[] } | { error: string };

/** At most so many pods are asked: of hundreds that are alike, a few tell what they are. */
const mostPods = 40;

/** How long a pod's answer may take, in milliseconds. */
const timeoutMs = 5_000;

/** The ready pods that a request of a model may reach: those of its pool, or else of its proxy Service. */
function reachablePods({ snapshot, deployment, model }: ModelContext): Kinds["pod"][] {
    const { simulator } = deployment.namespaces;
    const pool =
        model.pool === undefined
            ? undefined
            : snapshot.index.find(kinds.inferencePool, simulator, model.pool);
    const service = snapshot.find("service", simulator, model.proxy.name)?.spec?.selector;
    const selector = pool ? selectorOf(pool) : { matchLabels: service ?? model.pickable };
    return snapshot
        .inNamespace("pod", simulator)
        .filter((pod) => isReady(pod) && selects(selector, pod.metadata.labels));
}

/** Asks the pods that a request may reach which models they serve. */
export async function readServedModels(
    reach: PodReach,
    context: ModelContext,
): Promise<Record<string, Served>> {
    const served: Record<string, Served> = {};
    for (const { metadata } of reachablePods(context).slice(0, mostPods)) {
        served[metadata.name] = await ask(reach, context, metadata.name);
    }
    return served;
}

async function ask(reach: PodReach, { deployment, model }: ModelContext, pod: string): Promise<Served> {
    try {
        const { status, body, apiServerError } = await reach.request(
            {
                namespace: deployment.namespaces.simulator,
                target: { pod, port: model.proxy.port },
                path: "/v1/models",
            },
            { timeoutMs },
        );
        if (apiServerError !== undefined || status !== 200) {
            return { error: apiServerError ?? `it answered ${String(status)}` };
        }
        const { data = [] } = JSON.parse(body) as { data?: { id?: unknown }[] };
        return { models: data.flatMap(({ id }) => (typeof id === "string" ? [id] : [])) };
    } catch (error) {
        return { error: messageOf(error) };
    }
}
