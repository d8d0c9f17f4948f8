import type { EppRelease } from "../../releases";
import { flowControlGate } from "../../releases";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import type { Model, Settings } from "./schema";

/** What of the autoscaler's settings does not go together, or with the others. */
export function autoscalingConflicts(
    model: Model,
    settings: Pick<Settings, "routing" | "extProc">,
    name: Name,
): Problem[] {
    const { epp, autoscaling } = model;
    const problems = demandConflicts(model, settings, name);
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
    if (autoscaling.minReplicas > autoscaling.maxReplicas) {
        problems.push(
            refused(
                name("autoscaling.maxReplicas"),
                autoscaling.maxReplicas,
                "",
                `at least ${name("autoscaling.minReplicas")}, which is ${String(autoscaling.minReplicas)}`,
            ),
        );
    }
    return problems;
}

/** A signal that the EPP's release does not have. */
export function lackingMetric({ autoscaling: { signal } }: Model, epp: EppRelease, name: Name): Problem[] {
    return signal === "cpu" || epp.demandMetrics
        ? []
        : [
              refused(
                  name("autoscaling.signal"),
                  signal,
                  ` with EPP ${epp.minor}, which has no such metric`,
                  "cpu, or EPP 0.9 or later",
              ),
          ];
}

/** What an autoscaler that follows the EPP needs of the EPP. */
function demandConflicts(
    { epp, autoscaling }: Model,
    { routing, extProc }: Pick<Settings, "routing" | "extProc">,
    name: Name,
): Problem[] {
    const { enabled, signal, target, prometheusAddress } = autoscaling;
    if (signal === "cpu") {
        return target === undefined
            ? []
            : [
                  refused(
                      name("autoscaling.target"),
                      target,
                      " with autoscaling.signal cpu",
                      "another signal, or autoscaling.targetCpuPercent",
                  ),
              ];
    }
    const problems: Problem[] = [];
    const refuse = (because: string, allowed: string) =>
        problems.push(refused(name("autoscaling.signal"), signal, because, allowed));
    if (!enabled) {
        refuse(" without an autoscaler", "cpu, or autoscaling.enabled true");
    }
    if (prometheusAddress === undefined) {
        problems.push(
            refused(
                name("autoscaling.prometheusAddress"),
                undefined,
                ` with autoscaling.signal ${signal}`,
                "an http(s) URL",
            ),
        );
    }
    if (routing.backend !== "InferencePool" && !extProc.enabled) {
        refuse(" while nobody asks the EPP", "cpu, routing.backend InferencePool, or extProc.enabled true");
    }
    const gates =
        epp.plugins === "custom" ? pickerGates(epp.customConfig) : epp.flowControl ? [flowControlGate] : [];
    if (signal !== "requests-running" && !gates.includes(flowControlGate)) {
        refuse(
            " without flow control, of which it is a metric",
            "cpu, requests-running, or epp.flowControl true",
        );
    }
    return problems;
}

/** The feature gates that a configuration turns on. */
function pickerGates(config: Record<string, unknown> | undefined): string[] {
    const gates = Array.isArray(config?.featureGates) ? config.featureGates : [];
    return gates.map((gate) => String(gate).replace(/=\s*(?:1|t|true)\s*$/i, ""));
}
