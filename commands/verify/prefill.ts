import { listeningContainersOf } from "../../objects/containers";
import { isRoutingSidecar } from "../../objects/serving";
import type { PodReach } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import type { ModelContext } from "./checks/check";
import { decodeOf } from "./containers";
import { podsOf, scrape } from "./snapshot";

/** Requests that a model server has answered, as vLLM counts them and the simulator does. */
const answeredMetric = "vllm:request_success_total";

/** What prefill pods did, or why that cannot be told. */
export type PrefillCount = { requests: number } | { error: string };

/** Whether a model's decode pods have other pods prefill. */
export function hasRoutingSidecar(context: ModelContext): boolean {
    const decode = decodeOf(context);
    return decode !== undefined && listeningContainersOf(decode.template).some(isRoutingSidecar);
}

/** How many requests the prefill pods that are ready have answered so far. */
async function answeredByPrefill(
    reach: PodReach,
    { snapshot, deployment, model }: ModelContext,
): Promise<PrefillCount> {
    const namespace = deployment.namespaces.simulator;
    const pods = podsOf(snapshot, namespace, model.pods.prefill.deployment).filter(isReady);
    if (pods.length === 0) {
        return { error: "no prefill pod is ready" };
    }
    let requests = 0;
    for (const pod of pods) {
        const read = await scrape(reach, namespace, pod.metadata.name, model.proxy.port);
        if ("error" in read) {
            return { error: `the metrics of Pod ${pod.metadata.name} cannot be read: ${read.error}` };
        }
        requests += read.metrics.sum(answeredMetric);
    }
    return { requests };
}

/**
 * Begins to count what prefill pods do.
 *
 * @returns what gives the requests that they answered since; undefined for a model whose decode pods prefill themselves.
 */
export async function watchPrefill(
    reach: PodReach,
    context: ModelContext,
): Promise<(() => Promise<PrefillCount>) | undefined> {
    if (!hasRoutingSidecar(context)) {
        return undefined;
    }
    const before = await answeredByPrefill(reach, context);
    return async () => {
        const now = await answeredByPrefill(reach, context);
        return "error" in before
            ? before
            : "error" in now
              ? now
              : { requests: now.requests - before.requests };
    };
}
