/** How much an EPP has to do, as Prometheus is asked for it. */
export interface Demand {
    /** PromQL of one value. */
    query: string;
    threshold: number;
    /** Whether the threshold is each pod's part of the value, or the whole of it. */
    metricType: "AverageValue" | "Value";
}

/**
 * Signals of an EPP, each a metric of its own (router 0.9.0 and 0.10.0 `docs/metrics.md`), with the target where none is
 * set: requests in flight or queued for each pod, the pool's saturation, or prefills a second for each pod.
 */
export const demandTargets = {
    "requests-running": 10,
    "queue-size": 5,
    "pool-saturation": 0.8,
    prefills: 5,
} as const;

/** One of {@link demandTargets}. */
export type DemandSignal = keyof typeof demandTargets;

/** Where an EPP is. */
export interface Picker {
    namespace: string;
    /** Name of its Deployment, with which its pods' names begin. */
    epp: string;
}

/** Kubernetes cuts what a pod's name begins with to so many characters (`maxGeneratedNameLength` of apiserver's names). */
const longestPrefix = 58;

/**
 * What Prometheus is asked for a signal. `namespace` and `pod` are labels that its own discovery of pods gives, with and
 * without the operator's monitors. Of several EPPs the one that leads has all of it. The label `inference_pool` tells
 * nothing besides, and is empty where an EPP has no pool (router 0.9.0 and 0.10.0 `runner.go`: `opts.PoolName`).
 *
 * @param target default: that of {@link demandTargets}.
 */
export function demand(signal: DemandSignal, picker: Picker, target?: number): Demand {
    const threshold = target ?? demandTargets[signal];
    const of = podsOf(picker);
    switch (signal) {
        case "requests-running":
            return { query: `sum(llm_d_epp_request_running{${of}})`, threshold, metricType: "AverageValue" };
        case "queue-size":
            return {
                query: `sum(llm_d_epp_flow_control_queue_size{${of}})`,
                threshold,
                metricType: "AverageValue",
            };
        case "pool-saturation":
            return {
                query: `max(llm_d_epp_flow_control_pool_saturation{${of}})`,
                threshold,
                metricType: "Value",
            };
        case "prefills":
            return {
                query: `sum(rate(llm_d_epp_disagg_decision_total{${of},decision_type=~"(encode-)?prefill-decode"}[2m]))`,
                threshold,
                metricType: "AverageValue",
            };
    }
}

/** The pods of one Deployment, and none of another whose name is longer: what follows are two words at most. */
function podsOf({ namespace, epp }: Picker): string {
    const prefix = `${epp}-`.slice(0, longestPrefix);
    return `namespace="${namespace}",pod=~"${prefix}[a-z0-9]+(-[a-z0-9]+)?"`;
}
