import { z } from "zod";
import type { DemandSignal } from "../simulator/demand";
import { demandTargets } from "../simulator/demand";
import { oneOf, replicas, setting, toggle, wholeNumber } from "./values";

const demandSignals = Object.keys(demandTargets) as DemandSignal[];

/** What the number of decode pods may follow; all but the first are metrics of the EPP. */
const scalingSignals = ["cpu", ...demandSignals] as const;

const [perRunning, perQueued, saturation] = demandSignals.map((signal) => demandTargets[signal]);

/** Who owns the number of decode pods, and what it follows. */
export const autoscaling = z
    .strictObject({
        enabled: toggle(
            "Whether an autoscaler owns the number of decode pods, instead of replicas.decode.",
        ).default(false),
        signal: setting(
            oneOf(scalingSignals),
            "What the number of decode pods follows: their CPU use, by a HorizontalPodAutoscaler, or what the EPP tells of demand, by a ScaledObject of KEDA. From EPP 0.9 on; queue-size and pool-saturation with epp.flowControl.",
        ).default("cpu"),
        target: setting(
            z.number().positive().max(1_000_000),
            `What the signal is to be: requests in flight or queued for each pod, or the pool's saturation, of which 1 is full. None means ${String(perRunning)}, ${String(perQueued)} or ${String(saturation)}. Not of cpu.`,
            "a number above 0, at most 1000000",
        ).optional(),
        prometheusAddress: setting(
            z.url({ protocol: /^https?$/ }).max(2048),
            "Prometheus that scrapes the EPP, as KEDA reaches it. Needed with any signal but cpu.",
            "an http(s) URL, e.g. http://prometheus-operated.monitoring:9090",
        ).optional(),
        cooldownSeconds: setting(
            wholeNumber(0, 86_400),
            "How long KEDA waits before it takes pods away, in seconds. Not of cpu.",
        ).default(300),
        minReplicas: replicas(1, "Fewest decode pods.").default(1),
        maxReplicas: replicas(1, "Most decode pods.").default(10),
        targetCpuPercent: setting(
            wholeNumber(1, 100),
            "CPU use, in percent of the request, that the autoscaler aims at.",
        ).default(80),
    })
    .prefault({});
