import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { injectionLabel, sidecarOf } from "../../../objects/mesh";
import type { PodTemplate } from "../../../objects/podIndex";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Findings } from "../../framework/finding";
import { isolated } from "../../framework/finding";

const enforceLabel = "pod-security.kubernetes.io/enforce";
/** Both refuse the capabilities NET_ADMIN and NET_RAW (Pod Security Standards). */
const refusing = ["baseline", "restricted"];

/**
 * The sidecar's init container sets up the pod's network, which Pod Security refuses. Istio's CNI plugin does that on the
 * node instead; whether a cluster has it, no program shows.
 */
export function* checkInjection(
    namespace: KubernetesObject,
    templates: ReadonlySet<PodTemplate>,
    index: StackIndex,
): Findings {
    const level = namespace.labels[enforceLabel];
    if (level === undefined || !refusing.includes(level)) {
        return;
    }
    const injected: string[] = [];
    for (const template of templates) {
        yield* isolated(() => {
            if (template.namespace === namespace.name && sidecarOf(template, index) === "yes") {
                injected.push(template.owner.toString());
            }
            return [];
        });
    }
    if (injected.length > 0) {
        const by = injectionLabel(namespace) ?? "the pods' labels";
        yield {
            message: `${namespace.toString()} enforces Pod Security ${level} (metadata.labels), and Istio puts sidecars (${by}) into pods of ${injected.join(", ")}: their init container istio-init needs NET_ADMIN and NET_RAW, so that no such pod is made where Istio's CNI plugin does not take its place.`,
            level: "advisory",
        };
    }
}
