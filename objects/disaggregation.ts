import { separatesRoles } from "../releases";
import { kinds } from "./kinds";
import type { KubernetesObject } from "./kubernetesObject";
import type { StackIndex } from "./stackIndex";
import { configTextOf, readConfig } from "./pickerConfig";
import { pickerReference, pickersOf } from "./pickers";

/**
 * Whether a pool's endpoint picker tells prefill from decode pods, so that the pool has to hold both. It does by its
 * configuration.
 */
export function isDisaggregated(pool: KubernetesObject, index: StackIndex): boolean {
    const service = index.find(kinds.service, pool.namespace, pickerReference(pool).name);
    const pickers = service ? pickersOf(index).behind(service) : [];
    return (
        pickers.length > 0 &&
        pickers.every((picker) => {
            const config = configTextOf(picker, index);
            return config !== undefined && "text" in config && separates(config.text, index);
        })
    );
}

/** Whether requests go to any pod of a pool while its endpoint picker cannot be asked. */
export function failsOpen(pool: KubernetesObject): boolean {
    return pickerReference(pool).failureMode === "FailOpen";
}

function separates(config: string, index: StackIndex): boolean {
    const read = readConfig(config, index);
    // A configuration that cannot be read is another rule's to report.
    return "content" in read && separatesRoles(read.content);
}
