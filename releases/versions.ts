import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import type { IstioRelease } from "./istio";
import { istioReleases } from "./istio";
import type { PluginType } from "./plugins";
import { pluginTypes } from "./plugins";
import type { SimulatorRelease } from "./simulator";
import { simulatorReleases } from "./simulator";

/**
 * A coherent set that works in every mode: EPP 0.5 is the newest whose flags and plugins are known from sources and that
 * finds pods with and without a pool; 0.10.2 is the simulator that the router's own CI uses (router#2030); Istio 1.28.5 is
 * the first with several pools on one Gateway.
 */
export const defaultVersions = {
    epp: "0.5.0",
    simulator: "0.10.2",
    istio: "1.28.5",
} as const;

/** `0.8` of `0.8.0`, `v0.8` and `0.8.0-rc.1`; undefined when that is no version. */
export function minorOf(version: string): string | undefined {
    return /^v?(\d+\.\d+)(?![\d])/.exec(version)?.[1];
}

/** The matrix of an EPP version. Patch versions resolve to their minor version; an unlisted minor is unknown. */
export function findEpp(version: string): EppRelease | undefined {
    return findMinor(eppReleases, version);
}

/** The matrix of a simulator version. Patch versions resolve to their minor version; an unlisted minor is unknown. */
export function findSimulator(version: string): SimulatorRelease | undefined {
    return findMinor(simulatorReleases, version);
}

/** The matrix of an Istio version: the last entry of its minor version that is not newer. */
export function findIstio(version: string): IstioRelease | undefined {
    return istioReleases.findLast(
        (release) =>
            minorOf(release.since) === minorOf(version) && compareVersions(release.since, version) <= 0,
    );
}

/** The plugin types that an EPP knows, by name. */
export function pluginTypesOf(release: EppRelease): ReadonlyMap<string, PluginType> {
    return new Map(
        pluginTypes
            .filter(
                ({ since, last }) =>
                    compareVersions(since, release.minor) <= 0 &&
                    (last === undefined || compareVersions(release.minor, last) <= 0),
            )
            .map((plugin) => [plugin.type, plugin]),
    );
}

/** Compares `major.minor.patch` as numbers; a missing part is 0, and a pre-release counts as its release. */
export function compareVersions(left: string, right: string): number {
    const [a, b] = [left, right].map((version) =>
        (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number),
    );
    return [0, 1, 2].reduce((order, index) => order || (a?.[index] ?? 0) - (b?.[index] ?? 0), 0);
}

function findMinor<T extends { minor: string }>(releases: readonly T[], version: string): T | undefined {
    const minor = minorOf(version);
    return releases.find((release) => release.minor === minor);
}
