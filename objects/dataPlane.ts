import { record, strings, text } from "./json";
import type { KubernetesObject } from "./kubernetesObject";

/** The label of a Gateway's pods, whose value is the Gateway's name. */
export const gatewayNameLabel = "gateway.networking.k8s.io/gateway-name";

/** The name of the Deployment and the Service that Istio makes for a Gateway (istio.io "Gateway API", automated deployment). */
export function dataPlaneName(gateway: string, gatewayClass: string): string {
    return `${gateway}-${gatewayClass}`;
}

/** {@link dataPlaneName} of a Gateway. */
export function dataPlaneOf({ name = "", spec }: KubernetesObject): string {
    return dataPlaneName(name, text(spec.gatewayClassName) ?? "");
}

/** The labels that Istio puts on the pods that it makes for a Gateway. */
export function podLabelsOf(gateway: KubernetesObject): Readonly<Record<string, string>> {
    const name = gateway.name ?? "";
    return {
        ...gateway.labels,
        ...strings(record(gateway.spec.infrastructure).labels),
        [gatewayNameLabel]: name,
        "gateway.networking.k8s.io/gateway-class-name": text(gateway.spec.gatewayClassName) ?? "",
        // As Istio spelled it before 1.20.
        "istio.io/gateway-name": name,
        "service.istio.io/canonical-name": dataPlaneOf(gateway),
    };
}
