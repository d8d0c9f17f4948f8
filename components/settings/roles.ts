import { separatesRoles } from "../../releases";
import type { Model } from "./schema";

/** Whether an EPP picks a prefill pod beside a decode pod: by the preset, or by a configuration of the user's own. */
export function disaggregates({ epp }: Model): boolean {
    return epp.plugins === "custom" ? separatesRoles(epp.customConfig) : epp.plugins === "pd-disaggregated";
}

/** Whether decode pods have upstream's routing sidecar, without which nothing prefills where the EPP says. */
export function hasRoutingSidecar(model: Model): boolean {
    return disaggregates(model) && model.epp.routingSidecar;
}
