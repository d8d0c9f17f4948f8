import { targetNumber } from "../../../objects/containers";
import { destinationRulesOf, tlsOf } from "../../../objects/destinationRules";
import { leavesPort, peerDemandAt, sidecarOf } from "../../../objects/mesh";
import { scrapedBy } from "../../../objects/modelServers";
import type { Picker, PickerService } from "../../../objects/pickers";
import { servicePortsOf } from "../../../objects/pickers";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Findings } from "../../framework/finding";
import { unlessInjected } from "./unlessInjected";

/** The TLS that gateways are told to use for an endpoint picker is its own, which its sidecar takes for a stranger's. */
export function* checkPickerCalls({ object, pickers }: PickerService, index: StackIndex): Findings {
    for (const picker of pickers) {
        const sidecar = sidecarOf(picker.template, index);
        for (const { number, target } of servicePortsOf(object)) {
            const port = targetNumber(picker.template, target);
            const demand = port === undefined ? undefined : peerDemandAt(picker.template, port, index);
            if (
                port === undefined ||
                picker.portOf(port) !== "grpc" ||
                sidecar === "no" ||
                demand?.mode !== "STRICT" ||
                leavesPort(picker.template, port)
            ) {
                continue;
            }
            const tls = destinationRulesOf(index)
                .covering(object)
                .map((rule) => tlsOf(rule, number))
                .find((settings) => settings !== undefined);
            // Left to itself, Istio uses the mesh's TLS with whatever has a sidecar.
            if (tls && tls.mode !== "ISTIO_MUTUAL") {
                yield {
                    object: demand.object,
                    message: `${demand.object.toString()} demands the mesh's mutual TLS (${demand.path}: STRICT) at gRPC port ${String(port)} of ${picker.owner.toString()}, but ${tls.rule.toString()} has gateways use mode ${tls.mode} (${tls.path}): ${sidecarText(sidecar)} refuses their calls, and no endpoint is picked.`,
                    ...unlessInjected(sidecar, picker.template),
                };
            }
        }
    }
}

/** An endpoint picker reads the metrics of pods at their addresses, for which the mesh has no TLS. */
export function* checkMetricsReads(picker: Picker, index: StackIndex): Findings {
    for (const { template, port } of scrapedBy(picker, index)) {
        const sidecar = sidecarOf(template, index);
        const demand = peerDemandAt(template, port, index);
        if (sidecar !== "no" && demand?.mode === "STRICT" && !leavesPort(template, port)) {
            yield {
                object: demand.object,
                message: `${demand.object.toString()} demands the mesh's mutual TLS (${demand.path}: STRICT) at port ${String(port)} of ${template.owner.toString()}, of which ${picker.owner.toString()} reads the metrics in plain HTTP: ${sidecarText(sidecar)} refuses that, and all pods score alike.`,
                ...unlessInjected(sidecar, template),
                level: "advisory",
            };
        }
    }
}

function sidecarText(sidecar: "yes" | "unknown"): string {
    return sidecar === "yes" ? "the sidecar" : "the sidecar, if the pods' namespace has them put in,";
}
