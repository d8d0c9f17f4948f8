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
 * set: requests in flight or queued for each pod, or the pool's saturation.
 */
export const demandTargets = {
    "requests-running": 10,
    "queue-size": 5,
    "pool-saturation": 0.8,
} as const;

/** One of {@link demandTargets}. */
export type DemandSignal = keyof typeof demandTargets;

/** Where an EPP and its pool are. */
export interface Picker {
    namespace: string;
    /** Name of its Deployment, with which its pods' names begin. */
    epp: string;
    pool: string;
}

/**
 * What Prometheus is asked for a signal. `namespace` and `pod` are labels that its own discovery of pods gives, with and
 * without the operator's monitors. Of several EPPs the one that leads has all of it.
 *
 * @param target default: that of {@link demandTargets}.
 */
export function demand(signal: DemandSignal, { namespace, epp, pool }: Picker, target?: number): Demand {
    const threshold = target ?? demandTargets[signal];
    const of = `namespace="${namespace}",pod=~"${epp}-.+"`;
    switch (signal) {
        case "requests-running":
            return { query: `sum(llm_d_epp_request_running{${of}})`, threshold, metricType: "AverageValue" };
        case "queue-size":
            return {
                query: `sum(llm_d_epp_flow_control_queue_size{${of},inference_pool="${pool}"})`,
                threshold,
                metricType: "AverageValue",
            };
        case "pool-saturation":
            return {
                query: `max(llm_d_epp_flow_control_pool_saturation{${of},inference_pool="${pool}"})`,
                threshold,
                metricType: "Value",
            };
    }
}
