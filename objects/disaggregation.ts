import { list, record, text } from "./json";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import { configTextOf, readConfig } from "./pickerConfig";
import { pickerReference, pickersOf } from "./pickers";

/** The plugins that run a prefill and a decode profile for one request; the second name is of llm-d's EPP 0.8. */
const profileHandlers = ["pd-profile-handler", "disagg-profile-handler"];

/**
 * Whether a pool's endpoint picker tells prefill from decode pods, so that the pool has to hold both. It does by its
 * configuration: a handler that runs a profile for each role, and a filter by role for each.
 */
export function isDisaggregated(pool: KubernetesObject, index: StackIndex): boolean {
    const service = index.find(kinds.service, pool.namespace, pickerReference(pool).name);
    const pickers = service ? pickersOf(index).behind(service) : [];
    return (
        pickers.length > 0 &&
        pickers.every((picker) => {
            const config = configTextOf(picker, index);
            return config !== undefined && "text" in config && separatesRoles(config.text, index);
        })
    );
}

/** Whether requests go to any pod of a pool while its endpoint picker cannot be asked. */
export function failsOpen({ spec }: KubernetesObject): boolean {
    return record(spec.endpointPickerRef).failureMode === "FailOpen";
}

function separatesRoles(config: string, index: StackIndex): boolean {
    const read = readConfig(config, index);
    // A configuration that cannot be read is another rule's to report.
    const plugins = "content" in read ? list(record(read.content).plugins) : [];
    const types = plugins.map((plugin) => text(record(plugin).type) ?? "");
    return (
        profileHandlers.some((handler) => types.includes(handler)) &&
        ["decode-filter", "prefill-filter"].every((filter) => types.includes(filter))
    );
}
