import { z } from "zod";
import type { Role } from "../contract";
import { demandTargets } from "../simulator/demand";
import { oneOf, replicas, setting, toggle, wholeNumber } from "./values";

/** What the number of pods of each role may follow; all but the first are metrics of the EPP. */
const scalingSignals = {
    decode: ["cpu", "requests-running", "queue-size", "pool-saturation"],
    prefill: ["cpu", "requests-running", "prefills"],
} as const;

/** Those besides CPU use, with what each counts. */
const targets = {
    decode: `requests in flight or queued for each pod, or the pool's saturation, of which 1 is full. None means ${String(demandTargets["requests-running"])}, ${String(demandTargets["queue-size"])} or ${String(demandTargets["pool-saturation"])}`,
    prefill: `requests in flight, or prefills a second, for each prefill pod. None means ${String(demandTargets["requests-running"])} or ${String(demandTargets.prefills)}`,
};

const needs = {
    decode: "From EPP 0.9 on; queue-size and pool-saturation with epp.flowControl.",
    prefill: "From EPP 0.9 on; prefills are those that its disagg-profile-handler has pods of this role do.",
};

/** What 0 of the fewest pods asks for. */
const atZero = {
    decode: "0 takes all of them away while there are no requests; then the EPP holds the next ones until a pod is ready: with a pool, epp.flowControl, and the signal requests-running or queue-size, of which either then starts a pod.",
    prefill:
        "0 takes all of them away while there are no requests, with the signal requests-running; decode pods prefill by themselves until one is ready.",
};

function scaled<R extends Role>(role: R) {
    const signals: (typeof scalingSignals)[R] = scalingSignals[role];
    return {
        enabled: toggle(
            role === "decode"
                ? "Whether an autoscaler owns the number of decode pods, instead of replicas.decode."
                : "Whether an autoscaler owns the number of prefill pods, instead of replicas.prefill. Only where the EPP tells prefill from decode pods.",
        ).default(false),
        signal: setting(
            oneOf(signals),
            `What the number of ${role} pods follows: their CPU use, by a HorizontalPodAutoscaler, or what the EPP tells of demand, by a ScaledObject of KEDA. ${needs[role]}`,
        ).default("cpu"),
        target: setting(
            z.number().positive().max(1_000_000),
            `What the signal is to be: ${targets[role]}. Not of cpu.`,
            "a number above 0, at most 1000000",
        ).optional(),
        minReplicas: replicas(0, `Fewest ${role} pods. ${atZero[role]}`).default(1),
        maxReplicas: replicas(1, `Most ${role} pods.`).default(10),
        targetCpuPercent: setting(
            wholeNumber(1, 100),
            "CPU use, in percent of the request, that the autoscaler aims at.",
        ).default(80),
    };
}

/** Autoscalers: of decode pods, and of prefill pods apart. */
export const autoscaling = z
    .strictObject({
        ...scaled("decode"),
        prefill: z.strictObject(scaled("prefill")).prefault({}),
        prometheusAddress: setting(
            z.url({ protocol: /^https?$/ }).max(2048),
            "Prometheus that scrapes the EPP, as KEDA reaches it. Needed with any signal but cpu.",
            "an http(s) URL, e.g. http://prometheus-operated.monitoring:9090",
        ).optional(),
        cooldownSeconds: setting(
            wholeNumber(0, 86_400),
            "How long KEDA waits before it takes pods away, in seconds. Not of cpu.",
        ).default(300),
    })
    .prefault({});
