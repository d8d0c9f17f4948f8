import type { EppRelease } from "../../releases";
import { configuredPlugins, flowControlGate } from "../../releases";
import type { Role } from "../contract";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import { disaggregates } from "./roles";
import type { Model, Settings } from "./schema";

/** What is set of the autoscaler of one role. */
interface Scaled {
    role: Role;
    /** Where its settings stand: `autoscaling` or `autoscaling.prefill`. */
    at: string;
    settings: Model["autoscaling"] | Model["autoscaling"]["prefill"];
}

/** The autoscalers of both roles. */
function scaledOf({ autoscaling }: Model): Scaled[] {
    return [
        { role: "decode", at: "autoscaling", settings: autoscaling },
        { role: "prefill", at: "autoscaling.prefill", settings: autoscaling.prefill },
    ];
}

/** What of the autoscalers' settings does not go together, or with the others. */
export function autoscalingConflicts(
    model: Model,
    settings: Pick<Settings, "routing" | "extProc">,
    name: Name,
): Problem[] {
    const { epp, autoscaling } = model;
    const problems = scaledOf(model).flatMap((scaled) => [
        ...demandConflicts(scaled, model, settings, name),
        ...zeroConflicts(scaled, model, settings, name),
        ...moreThanMost(scaled, name),
    ]);
    if (autoscaling.prefill.enabled && !disaggregates(model)) {
        problems.push(
            refused(
                name("autoscaling.prefill.enabled"),
                true,
                " while the EPP picks no prefill pods",
                "false, epp.plugins pd-disaggregated, or a customConfig with a profile for each role",
            ),
        );
    }
    if (epp.flowControl && epp.plugins === "custom") {
        problems.push(
            refused(
                name("epp.flowControl"),
                true,
                " with epp.plugins custom",
                `false, and ${flowControlGate} in epp.customConfig.featureGates`,
            ),
        );
    }
    return problems;
}

/** A signal that the EPP's release does not have. */
export function lackingMetric(model: Model, epp: EppRelease, name: Name): Problem[] {
    return scaledOf(model).flatMap(({ at, settings: { signal } }) =>
        signal === "cpu" || epp.demandMetrics
            ? []
            : [
                  refused(
                      name(`${at}.signal`),
                      signal,
                      ` with EPP ${epp.minor}, which has no such metric`,
                      "cpu, or EPP 0.9 or later",
                  ),
              ],
    );
}

function moreThanMost({ at, settings: { minReplicas, maxReplicas } }: Scaled, name: Name): Problem[] {
    return minReplicas <= maxReplicas
        ? []
        : [
              refused(
                  name(`${at}.maxReplicas`),
                  maxReplicas,
                  "",
                  `at least ${name(`${at}.minReplicas`)}, which is ${String(minReplicas)}`,
              ),
          ];
}

/** What an autoscaler that follows the EPP needs of the EPP. */
function demandConflicts(
    { at, settings: { enabled, signal, target } }: Scaled,
    model: Model,
    { routing, extProc }: Pick<Settings, "routing" | "extProc">,
    name: Name,
): Problem[] {
    const { autoscaling, epp } = model;
    if (signal === "cpu") {
        return target === undefined
            ? []
            : [
                  refused(
                      name(`${at}.target`),
                      target,
                      ` with ${at}.signal cpu`,
                      `another signal, or ${at}.targetCpuPercent`,
                  ),
              ];
    }
    const problems: Problem[] = [];
    const refuse = (because: string, allowed: string) =>
        problems.push(refused(name(`${at}.signal`), signal, because, allowed));
    if (!enabled) {
        refuse(" without an autoscaler", `cpu, or ${at}.enabled true`);
    }
    if (autoscaling.prometheusAddress === undefined) {
        problems.push(
            refused(
                name("autoscaling.prometheusAddress"),
                undefined,
                ` with ${at}.signal ${signal}`,
                "an http(s) URL",
            ),
        );
    }
    if (routing.backend !== "InferencePool" && !extProc.enabled) {
        refuse(" while nobody asks the EPP", "cpu, routing.backend InferencePool, or extProc.enabled true");
    }
    if ((signal === "queue-size" || signal === "pool-saturation") && !queues(model)) {
        refuse(
            " without flow control, of which it is a metric",
            "cpu, requests-running, or epp.flowControl true",
        );
    }
    if (signal === "prefills" && !countsPrefills(epp)) {
        refuse(
            ", which disagg-profile-handler alone counts",
            "cpu, requests-running, or that plugin in epp.customConfig",
        );
    }
    return problems;
}

/**
 * Why no pods at all would leave requests without an answer, or never start one. The EPP holds requests while its pool is
 * empty (router 0.9.0 and 0.10.0 `flowcontrol/README.md`, "scale-from-zero waiting room"), and nothing else does.
 */
function zeroConflicts(
    { role, at, settings: { minReplicas, signal } }: Scaled,
    model: Model,
    { routing }: Pick<Settings, "routing">,
    name: Name,
): Problem[] {
    if (minReplicas > 0) {
        return [];
    }
    const refuse = (because: string, allowed: string) => [
        refused(name(`${at}.minReplicas`), minReplicas, because, allowed),
    ];
    if (signal === "cpu") {
        return refuse(
            ` with ${at}.signal cpu, because a HorizontalPodAutoscaler keeps one pod at least`,
            `1 or more, or the signal ${role === "decode" ? "requests-running or queue-size" : "requests-running"}`,
        );
    }
    if (signal === "prefills") {
        return refuse(
            ` with ${at}.signal prefills, because there are none without prefill pods`,
            "1 or more, or the signal requests-running",
        );
    }
    if (role === "prefill") {
        return [];
    }
    if (signal === "pool-saturation") {
        return refuse(
            ` with ${at}.signal pool-saturation, because an empty pool counts as full`,
            "1 or more, or the signal requests-running or queue-size",
        );
    }
    if (routing.backend !== "InferencePool") {
        return refuse(
            " with routing.backend Service, because nothing holds requests to a Service without pods",
            "1 or more, or routing.backend InferencePool",
        );
    }
    return queues(model)
        ? []
        : refuse(
              " without flow control, which holds requests until a pod is ready",
              "1 or more, or epp.flowControl true",
          );
}

/** Whether the EPP holds requests while all pods are full, or there are none. */
function queues({ epp }: Model): boolean {
    return epp.plugins === "custom"
        ? pickerGates(epp.customConfig).includes(flowControlGate)
        : epp.flowControl;
}

/** The older handler counts by a metric of its own (router 0.9.0 and 0.10.0 `disagg/metrics.go`). */
function countsPrefills({ plugins, customConfig }: Model["epp"]): boolean {
    return (
        plugins !== "custom" ||
        configuredPlugins(customConfig).some((plugin) => plugin?.type === "disagg-profile-handler")
    );
}

/** The feature gates that a configuration turns on. */
function pickerGates(config: Record<string, unknown> | undefined): string[] {
    const gates = Array.isArray(config?.featureGates) ? config.featureGates : [];
    return gates.map((gate) => String(gate).replace(/=\s*(?:1|t|true)\s*$/i, ""));
}
