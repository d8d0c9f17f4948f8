import { labels } from "../../components/contract";
import { integer, record, text } from "../../objects/json";
import { servicePortsOf } from "../../objects/pickers";
import type { TopologyObject } from "./objects";
import { containerPorts, listenersOf, podLabels, poolSelection, replicasOf } from "./objects";
import { matchesOf, matchText } from "../shared/routeMatch";

/** What to show of a Gateway. */
export function gatewayLines(gateway: TopologyObject): string[] {
    return [
        `Envoy, class ${String(gateway.spec.gatewayClassName)}`,
        ...listenersOf(gateway).map(
            ({ name, port, protocol }) => `listener ${name}: ${protocol} :${String(port)}`,
        ),
    ];
}

/** What to show of a route. */
export function routeLines(route: TopologyObject): string[] {
    return matchesOf(route).map(matchText);
}

/** What to show of a Service. */
export function serviceLines(service: TopologyObject): string[] {
    return [portsLine(servicePortsOf(service.object).map(({ number }) => number))];
}

/** What to show of an InferencePool. */
export function poolLines(pool: TopologyObject): string[] {
    const failureMode = text(record(pool.spec.endpointPickerRef).failureMode);
    return [
        `target ${portsLine(poolSelection(pool).ports.map(({ number }) => number))}`,
        ...(failureMode === undefined ? [] : [failureMode]),
    ];
}

/** What to show of pods, of which a running cluster tells how many are ready. */
export function workloadLines(workload: TopologyObject, live: boolean): string[] {
    const wanted = replicasOf(workload);
    const role = podLabels(workload)[labels.role];
    const ready = integer(workload.status.readyReplicas) ?? 0;
    const pods = live
        ? `${String(ready)} of ${String(wanted)} pods ready`
        : `${String(wanted)} ${wanted === 1 ? "pod" : "pods"}`;
    return [role === undefined ? pods : `role ${role}, ${pods}`, portsLine(containerPorts(workload))];
}

/** Ports as text: `:80, :443`. */
export function portsLine(ports: readonly number[]): string {
    return [...new Set(ports)].map((port) => `:${String(port)}`).join(", ");
}
