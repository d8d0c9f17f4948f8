import { findSimulator, minorOf } from "../../releases";
import { setFlag } from "../framework/argumentFix";
import { eachPicker } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { list, record, text } from "../../objects/json";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { simulatorsOf } from "../../objects/modelServers";
import type { Simulator } from "../../objects/servers";
import { configTextOf, readConfig } from "../../objects/pickerConfig";
import { Picker } from "../../objects/pickers";

const metricFlag = "kv-cache-usage-percentage-metric";

/** An endpoint picker reads the metric of KV cache usage that its model servers emit. */
export const eppMetricName: Rule = {
    name: "epp-metric-name",
    description:
        "The endpoint picker reads the KV cache metric by the name under which the simulator emits it.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps: `Take versions of both that agree. Up to GIE 1.3 --${metricFlag} names the metric; from GIE 1.5 kvUsageSpec of an engineConfigs entry does.`,
    *checkStack(index) {
        yield* eachPicker(index, (picker) => checkPicker(picker, index));
    },
};

function* checkPicker(picker: Picker, index: StackIndex): Findings {
    const { release } = picker;
    if (!release) {
        return;
    }
    const flag = picker.flag(metricFlag);
    const configured =
        release.kvCacheMetric.rename === "engineConfigs" ? configuredMetric(picker, index) : undefined;
    const expected = flag?.value ?? configured ?? release.kvCacheMetric.name;
    const origin = flag
        ? `--${metricFlag} at ${flag.path}`
        : configured === undefined
          ? Picker.describe(release)
          : "kvUsageSpec of its EndpointPickerConfig";
    const { all, undecided } = simulatorsOf(picker, index);
    for (const { template, container, version = "" } of all) {
        const emitted = findSimulator(version)?.kvCacheMetric;
        if (emitted && emitted !== expected) {
            yield {
                message: `${picker.owner.toString()} reads ${expected} (${origin}), but ${template.owner.toString()} emits ${emitted} (simulator ${minorOf(version) ?? ""} at ${container.path}.image), so that KV cache usage counts as 0.`,
                fix: () =>
                    flag && emittedBy(all).size === 1
                        ? setFlag(picker.container, flag.path, emitted)
                        : undefined,
            };
        }
    }
    if (undecided) {
        yield { unknown: undecided };
    }
}

/** The metrics that simulators emit. */
function emittedBy(simulators: readonly Simulator[]): ReadonlySet<string | undefined> {
    return new Set(simulators.map(({ version }) => findSimulator(version ?? "")?.kvCacheMetric));
}

/** The metric of the default engine, `vllm`, where the configuration defines that engine itself. */
function configuredMetric(picker: Picker, index: StackIndex): string | undefined {
    const found = configTextOf(picker, index);
    if (!found || "problem" in found) {
        return undefined;
    }
    const read = readConfig(found.text, index);
    // What is no YAML is for `epp-config` to report.
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
