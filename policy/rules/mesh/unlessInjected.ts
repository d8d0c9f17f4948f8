import type { Sidecar } from "../../../objects/mesh";
import type { PodTemplate } from "../../../objects/podIndex";
import type { Violation } from "../../framework/finding";

/** What is said of pods' sidecars is advice where the Namespace, which decides whether they have any, is not there. */
export function unlessInjected(
    sidecar: Sidecar,
    { namespace }: PodTemplate,
): Pick<Violation, "absent" | "level"> {
    return sidecar === "unknown" ? { absent: `Namespace ${namespace}`, level: "advisory" } : {};
}
