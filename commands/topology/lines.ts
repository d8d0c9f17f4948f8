import { targetPortsOf } from "../../objects/chains";
import { declaredPortsIn } from "../../objects/containers";
import { integer, text, written } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { listenersOf } from "../../objects/listeners";
import { pickerReference, servicePortsOf } from "../../objects/pickers";
import { replicasOf, templatesOf } from "../../objects/podIndex";
import { roleLabel } from "../../objects/servers";
import { matchesOf, matchText } from "../shared/routeMatch";

/** What to show of a Gateway. */
export function gatewayLines(gateway: KubernetesObject): string[] {
    return [
        `Envoy, class ${written(gateway.spec.gatewayClassName)}`,
        ...listenersOf(gateway).map(
            ({ name, port, protocol }) =>
                `listener ${text(name) ?? ""}: ${text(protocol) ?? ""} :${String(integer(port) ?? 0)}`,
        ),
    ];
}

/** What to show of a route. */
export function routeLines(route: KubernetesObject): string[] {
    return matchesOf(route).map(matchText);
}

/** What to show of a Service. */
export function serviceLines(service: KubernetesObject): string[] {
    return [portsLine(servicePortsOf(service).map(({ number }) => number))];
}

/** What to show of an InferencePool. */
export function poolLines(pool: KubernetesObject): string[] {
    return [
        `target ${portsLine(targetPortsOf(pool).map(({ value }) => value))}`,
        pickerReference(pool).failureMode ?? "",
    ];
}

/** What to show of pods, of which a running cluster tells how many are ready. */
export function workloadLines(workload: KubernetesObject, live: boolean): string[] {
    const templates = templatesOf(workload);
    const wanted = replicasOf(workload);
    const role = templates[0]?.labels[roleLabel];
    const ready = integer(workload.status.readyReplicas) ?? 0;
    const counted = `${String(wanted)} ${wanted === 1 ? "pod" : "pods"}`;
    const asked = workload.is(kinds.daemonSet) ? "a pod on each node" : counted;
    const pods = live ? `${String(ready)} of ${String(wanted)} pods ready` : asked;
    return [
        role === undefined ? pods : `role ${role}, ${pods}`,
        portsLine(templates.flatMap(declaredPortsIn).map(({ number }) => number)),
    ];
}

/** Ports as text: `:80, :443`. What is no port is left out. */
export function portsLine(ports: readonly (number | undefined)[]): string {
    return [...new Set(ports)].flatMap((port) => (port === undefined ? [] : `:${String(port)}`)).join(", ");
}
