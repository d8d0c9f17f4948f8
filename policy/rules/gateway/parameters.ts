import type { Findings } from "../../framework/finding";
import { record, text } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { StackIndex } from "../../../objects/stackIndex";
import { isIstio } from "./gatewayClass";

/**
 * What a Gateway takes its parameters from is there. Istio reads ConfigMaps of the Gateway's namespace, and refuses a
 * Gateway whose parameters it cannot read (Accepted False, InvalidParameters).
 */
export function* checkParameters(
    gateway: KubernetesObject,
    istioClasses: readonly string[],
    index: StackIndex,
): Findings {
    const { parametersRef } = record(gateway.spec.infrastructure);
    if (parametersRef === undefined) {
        return;
    }
    const reference = record(parametersRef);
    const group = text(reference.group) ?? "";
    const kind = text(reference.kind) ?? "";
    const name = text(reference.name) ?? "";
    const takes = `${gateway.toString()} takes its parameters from ${kind} ${gateway.namespace}/${name} (spec.infrastructure.parametersRef)`;
    if (group !== kinds.configMap.group || kind !== kinds.configMap.kind) {
        // Other implementations have kinds of their own.
        if (isIstio(text(gateway.spec.gatewayClassName) ?? "", istioClasses, index)) {
            yield { message: `${takes}, in group "${group}", but Istio reads ConfigMaps only.` };
        }
        return;
    }
    if (index.find(kinds.configMap, gateway.namespace, name)) {
        return;
    }
    const elsewhere = index.ofKind(kinds.configMap).find((candidate) => candidate.name === name);
    yield elsewhere
        ? { message: `${takes}, but the program has ${elsewhere.toString()}.` }
        : {
              message: `${takes}, which is not in this program. Without it, Istio refuses the Gateway.`,
              absent: `ConfigMap ${gateway.namespace}/${name}`,
              level: "advisory",
          };
}
