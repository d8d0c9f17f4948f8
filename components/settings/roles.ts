import { separatesRoles } from "../../releases";
import type { Model } from "./schema";

/** Whether an EPP picks a prefill pod beside a decode pod: by the preset, or by a configuration of the user's own. */
export function disaggregates({ epp }: Model): boolean {
    return epp.plugins === "custom" ? separatesRoles(epp.customConfig) : epp.plugins === "pd-disaggregated";
}
