import type { EppRelease, SimulatorRelease } from "../../releases";
import { pluginTypesOf } from "../../releases";
import type { EppSource, PluginSource } from "./readSource";

/** What the table says of a plugin on purpose, where the source of its factory says something else. */
const onPurpose: Readonly<Record<string, string>> = {
    // GIE 1.5.0 makes a producer of the parameters that its scorer no longer reads.
    "0.8 prefix-cache-scorer": "parameters",
};

/** In what the table of an EPP and its sources differ; one sentence each. */
export function eppDifferences(release: EppRelease, source: EppSource): string[] {
    const types = pluginTypesOf(release);
    const read = source.plugins.map(({ type }) => type);
    return [
        ...setDifferences("flag", release.flags, source.flags),
        ...setDifferences("feature gate", release.featureGates, source.featureGates),
        ...setDifferences("plugin", [...types.keys()], read),
        ...source.plugins.flatMap((plugin) => pluginDifferences(release, plugin)),
    ];
}

/** In what the table of a simulator and its sources differ. */
export function simulatorDifferences(release: SimulatorRelease, flags: readonly string[]): string[] {
    // klog's have underscores, and come from its dependencies.
    const own = release.flags.filter((flag) => !flag.includes("_") && !klogWords.includes(flag));
    return setDifferences("flag", own, flags);
}

const klogWords = ["alsologtostderr", "logtostderr", "stderrthreshold", "v", "vmodule"];

function pluginDifferences(
    release: EppRelease,
    { type, parameters, experimental, goneFrom }: PluginSource,
): string[] {
    const known = pluginTypesOf(release).get(type);
    if (known === undefined) {
        return [];
    }
    const announced = known.announcement?.release;
    return [
        ...(parameters === undefined || onPurpose[`${release.minor} ${type}`] === "parameters"
            ? []
            : setDifferences(`parameter of ${type}`, known.parameters, parameters)),
        ...(experimental === known.experimental
            ? []
            : [`${type}: the source says that it is ${experimental ? "" : "not "}experimental`]),
        // Sources tell of it only where they tell of stability too.
        ...(goneFrom === undefined || goneFrom === announced
            ? []
            : [`${type}: the source announces it to go in ${goneFrom}, the table in ${announced ?? "none"}`]),
    ];
}

/** Go reads the json names of parameters whatever their case. */
function setDifferences(what: string, table: readonly string[], source: readonly string[]): string[] {
    const without = (names: readonly string[], others: readonly string[]) => {
        const known = new Set(others.map((name) => name.toLowerCase()));
        return names.filter((name) => !known.has(name.toLowerCase()));
    };
    return [
        ...without(source, table).map((name) => `${what} ${name}: in the source, not in the table`),
        ...without(table, source).map((name) => `${what} ${name}: in the table, not in the source`),
    ];
}
