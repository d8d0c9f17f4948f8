import { list, record, text } from "./json";
import { configTextOf, readConfig } from "./pickerConfig";
import { Picker } from "./pickers";
import type { StackIndex } from "./stackIndex";

/** The flag that names the metric, in the releases that have it. */
export const kvCacheMetricFlag = "kv-cache-usage-percentage-metric";

/** The metric of KV cache use that an endpoint picker reads, and what says so. */
export interface ReadMetric {
    readonly name: string;
    readonly origin: string;
    /** Path of the argument that says so, where one does. */
    readonly flag?: string;
}

/** By which name an endpoint picker reads the KV cache use; undefined where its version is not known. */
export function readKvCacheMetric(picker: Picker, index: StackIndex): ReadMetric | undefined {
    const { release } = picker;
    if (!release) {
        return undefined;
    }
    const flag = picker.flag(kvCacheMetricFlag);
    if (flag?.value) {
        return { name: flag.value, origin: `--${kvCacheMetricFlag} at ${flag.path}`, flag: flag.path };
    }
    const configured =
        release.kvCacheMetric.rename === "engineConfigs" ? configuredMetric(picker, index) : undefined;
    return configured === undefined
        ? { name: release.kvCacheMetric.name, origin: Picker.describe(release) }
        : { name: configured, origin: "kvUsageSpec of its EndpointPickerConfig" };
}

/** The metric of the default engine, `vllm`, where the configuration defines that engine itself. */
function configuredMetric(picker: Picker, index: StackIndex): string | undefined {
    const found = configTextOf(picker, index);
    if (!found || "problem" in found) {
        return undefined;
    }
    const read = readConfig(found.text, index);
    // What is no YAML is for others to report.
    const plugins = "content" in read ? list(record(read.content).plugins) : [];
    return plugins
        .map((plugin) => record(record(plugin).parameters))
        .flatMap(({ engineConfigs, defaultEngine }) =>
            list(engineConfigs)
                .map(record)
                .filter(({ name }) => name === (defaultEngine ?? "vllm")),
        )
        .map(({ kvUsageSpec }) => text(kvUsageSpec))
        .find((metric) => metric !== undefined);
}
