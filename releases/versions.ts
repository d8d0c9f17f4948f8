import { coerce, compare } from "semver";
import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import type { IstioRelease } from "./istio";
import { istioReleases } from "./istio";
import { otherPlugins } from "./otherPlugins";
import { blockHistories } from "./pluginBlocks";
import type { PluginType } from "./plugins";
import { announcedSince, announcements, experimentalSince, experimentalTypes } from "./pluginStability";
import { schedulingPlugins } from "./schedulingPlugins";
import type { SimulatorRelease } from "./simulator";
import { simulatorReleases } from "./simulator";

/**
 * A coherent set that works in every mode: EPP 0.10 is the newest that anybody may pull, and finds pods with and without a
 * pool; 0.10.2 is the simulator that the router's own CI uses (router#2030); Istio 1.29.2 is what llm-d's own guide
 * installs, and has several pools on one Gateway.
 */
export const defaultVersions = {
    epp: "0.10.0",
    simulator: "0.10.2",
    istio: "1.29.2",
} as const;

/** `0.8` of `0.8.0`, `v0.8` and `0.8.0-rc.1`; undefined when that is no version. */
export function minorOf(version: string): string | undefined {
    return /^v?(\d+\.\d+)(?![\d])/.exec(version)?.[1];
}

/** The matrix of an EPP version. Patch versions resolve to their minor version; an unlisted minor is unknown. */
export function findEpp(version: string): EppRelease | undefined {
    const minor = minorOf(version);
    return eppReleases.find((release) => release.minor === minor);
}

/** The matrix of a simulator version: the last entry of its minor version that is not newer. */
export function findSimulator(version: string): SimulatorRelease | undefined {
    return findSince(simulatorReleases, version);
}

/** The matrix of an Istio version: the last entry of its minor version that is not newer. */
export function findIstio(version: string): IstioRelease | undefined {
    return findSince(istioReleases, version);
}

const typesByMinor = new Map<string | undefined, ReadonlyMap<string, PluginType>>();

/** The plugin types that an EPP knows, by name; without a release, all that any knows, as the newest of those has them. */
export function pluginTypesOf(release?: EppRelease): ReadonlyMap<string, PluginType> {
    const known = typesByMinor.get(release?.minor) ?? collectTypes(release);
    typesByMinor.set(release?.minor, known);
    return known;
}

function collectTypes(release?: EppRelease): ReadonlyMap<string, PluginType> {
    const types = new Map<string, PluginType>();
    for (const [type, { kind, parameters, gone }] of Object.entries({
        ...schedulingPlugins,
        ...otherPlugins,
    })) {
        const [first = ""] = Object.keys(parameters);
        const minor = release?.minor ?? newestBefore(gone);
        const isPast = (version: string) => compareVersions(version, minor) <= 0;
        if (!isPast(first) || (gone !== undefined && isPast(gone))) {
            continue;
        }
        types.set(type, {
            type,
            kind,
            parameters: Object.entries(parameters)
                .filter(([since]) => isPast(since))
                .reduce<readonly string[]>((names, [, changes]) => changed(names, changes), []),
            block: Object.entries(blockHistories[type] ?? {}).findLast(([since]) => isPast(since))?.[1],
            experimental: experimentalTypes.has(type) && isPast(experimentalSince),
            announcement: isPast(announcedSince) ? announcements[type] : undefined,
        });
    }
    return types;
}

/** The newest release, or the newest of those that come before one. */
function newestBefore(version: string | undefined): string {
    const earlier = eppReleases.filter(
        ({ minor }) => version === undefined || compareVersions(minor, version) < 0,
    );
    return earlier.at(-1)?.minor ?? "";
}

/** Names after changes such as `+added` and `-removed`. */
function changed(names: readonly string[], changes: readonly string[]): readonly string[] {
    const removed = changes.filter((change) => change.startsWith("-")).map((change) => change.slice(1));
    const added = changes
        .filter((change) => !change.startsWith("-"))
        .map((change) => change.replace(/^\+/, ""));
    return [...names.filter((name) => !removed.includes(name)), ...added];
}

/** Compares `major.minor.patch`; a missing part is 0, and a pre-release counts as its release. */
export function compareVersions(left: string, right: string): number {
    return compare(coerce(left) ?? "0.0.0", coerce(right) ?? "0.0.0");
}

function findSince<T extends { since: string }>(releases: readonly T[], version: string): T | undefined {
    return releases.findLast(
        (release) =>
            minorOf(release.since) === minorOf(version) && compareVersions(release.since, version) <= 0,
    );
}
