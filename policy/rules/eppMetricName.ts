import { findSimulator, minorOf } from "../../releases";
import { setFlag } from "../framework/argumentFix";
import { eachPicker } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { kvCacheMetricFlag, readKvCacheMetric } from "../../objects/kvCacheMetric";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { simulatorsOf } from "../../objects/modelServers";
import type { Simulator } from "../../objects/servers";
import type { Picker } from "../../objects/pickers";

/** An endpoint picker reads the metric of KV cache usage that its model servers emit. */
export const eppMetricName: Rule = {
    name: "epp-metric-name",
    description:
        "The endpoint picker reads the KV cache metric by the name under which the simulator emits it.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps: `Take versions of both that agree. Up to GIE 1.3 --${kvCacheMetricFlag} names the metric; from GIE 1.5 kvUsageSpec of an engineConfigs entry does.`,
    *checkStack(index) {
        yield* eachPicker(index, (picker) => checkPicker(picker, index));
    },
};

function* checkPicker(picker: Picker, index: StackIndex): Findings {
    const read = readKvCacheMetric(picker, index);
    if (!read) {
        return;
    }
    const { all, undecided } = simulatorsOf(picker, index);
    for (const { template, container, version = "" } of all) {
        const emitted = findSimulator(version)?.kvCacheMetric;
        if (emitted && emitted !== read.name) {
            yield {
                message: `${picker.owner.toString()} reads ${read.name} (${read.origin}), but ${template.owner.toString()} emits ${emitted} (simulator ${minorOf(version) ?? ""} at ${container.path}.image), so that KV cache usage counts as 0.`,
                fix: () =>
                    read.flag && emittedBy(all).size === 1
                        ? setFlag(picker.container, read.flag, emitted)
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
