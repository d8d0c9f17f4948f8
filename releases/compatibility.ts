import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import type { IstioRelease } from "./istio";
import { istioReleases } from "./istio";
import { kvEventsRefusal } from "./kvEvents";
import type { SimulatorRelease } from "./simulator";
import { simulatorReleases } from "./simulator";
import { compareVersions, defaultVersions, findEpp, findIstio, findSimulator, minorOf } from "./versions";

/** What is to run together. */
export interface VersionSet {
    epp: string;
    simulator: string;
    /** Unset where the cluster's Istio is not known; nothing is then said of it. */
    istio?: string;
    backend: "Service" | "InferencePool";
    /** How many models share the Gateway. */
    models: number;
    /** Whether the EPP is to know prompts by the events of the model servers' caches. Default: false. */
    kvEvents?: boolean;
}

/** Why a set of versions does not work, and what does. */
export interface Incompatibility {
    reason: string;
    /** The versions of the parts concerned in the nearest set that works, e.g. `EPP 0.7 with simulator 0.7`. */
    nearest: string;
}

/** How an EPP is brought to read the simulator's KV cache metric. */
export interface KvCacheMetricSettings {
    /** Arguments of the EPP. */
    arguments: string[];
    /** The name that its configuration must give, where the configuration is the means. */
    engineMetric?: string;
}

interface Known {
    epp: EppRelease;
    simulator: SimulatorRelease;
    istio?: IstioRelease;
}

type Part = "epp" | "simulator" | "istio";

interface Rule {
    parts: readonly Part[];
    /** Why the set does not work, or undefined when it does. */
    reason: (known: Known, set: VersionSet) => string | undefined;
}

const rules: readonly Rule[] = [
    {
        parts: ["epp", "simulator"],
        reason: ({ epp, simulator }) =>
            epp.kvCacheMetric.name === simulator.kvCacheMetric || epp.kvCacheMetric.rename !== "none"
                ? undefined
                : `EPP ${epp.minor} reads the KV cache use from ${epp.kvCacheMetric.name} and cannot be given another name, but simulator ${simulator.minor} reports it as ${simulator.kvCacheMetric}; every pod would score alike.`,
    },
    {
        parts: ["epp", "simulator"],
        reason: ({ epp, simulator }, { kvEvents = false }) =>
            kvEvents ? kvEventsRefusal(epp, simulator) : undefined,
    },
    {
        parts: ["epp"],
        reason: ({ epp }, set) =>
            set.backend === "InferencePool" || epp.standalone
                ? undefined
                : `EPP ${epp.minor} cannot find pods without an InferencePool (GIE#2858), and a route to a Service has none.`,
    },
    {
        parts: ["epp", "istio"],
        reason: ({ istio }, set) => {
            if (set.backend !== "InferencePool" || istio === undefined || istio.poolVersions.includes("v1")) {
                return undefined;
            }
            const served = istio.poolVersions.length > 0 ? istio.poolVersions.join(", ") : "none";
            return `Istio ${set.istio ?? istio.since} does not serve InferencePool v1, which the EPP reads; it serves ${served}.`;
        },
    },
    {
        parts: ["epp", "istio"],
        reason: ({ istio }, set) =>
            set.backend !== "InferencePool" || set.models < 2 || istio === undefined || istio.manyPools
                ? undefined
                : `Istio ${set.istio ?? istio.since} asks the EPP of one InferencePool only where ${String(set.models)} share a Gateway (istio#58392).`,
    },
];

/**
 * Says what cannot run together, and the nearest set of versions that can: the one that is fewest releases away, and
 * the newest of those.
 */
export function incompatibilities(set: VersionSet): Incompatibility[] {
    const unknown = unknownVersions(set);
    const broken = unknown.length > 0 ? unknown : brokenRules(set);
    if (broken.length === 0) {
        return [];
    }
    const nearest = nearestSet(set);
    return broken.map(({ reason, parts }) => ({
        reason,
        nearest: listed(
            parts
                .filter((part) => nearest[part] !== undefined)
                .map((part) => `${partNames[part]} ${nearest[part] ?? ""}`),
        ),
    }));
}

/**
 * Arguments and configuration with which the EPP reads the simulator's KV cache metric. Without them a mismatch stays
 * silent: each pod's score is the same.
 *
 * @throws Error when the EPP can be given no other name; {@link incompatibilities} reports that pair.
 */
export function kvCacheMetricSettings(epp: EppRelease, simulator: SimulatorRelease): KvCacheMetricSettings {
    const { name, rename } = epp.kvCacheMetric;
    const metric = simulator.kvCacheMetric;
    if (name === metric) {
        return { arguments: [] };
    }
    switch (rename) {
        case "flag":
            return { arguments: [`--kv-cache-usage-percentage-metric=${metric}`] };
        case "engineConfigs":
            return { arguments: [], engineMetric: metric };
        case "none":
            throw new Error(`EPP ${epp.minor} cannot read ${metric} of simulator ${simulator.minor}.`);
    }
}

const partNames: Record<Part, string> = { epp: "EPP", simulator: "simulator", istio: "Istio" };

type Versions = Record<Part, string | undefined>;

const knownVersions: Record<Part, readonly string[]> = {
    epp: eppReleases.map((release) => release.minor),
    simulator: [...new Set(simulatorReleases.map((release) => release.minor))],
    istio: istioReleases.map((release) => release.since),
};

function unknownVersions(set: VersionSet): { reason: string; parts: readonly Part[] }[] {
    const found: Record<Part, unknown> = {
        epp: findEpp(set.epp),
        simulator: findSimulator(set.simulator),
        istio: set.istio === undefined || findIstio(set.istio),
    };
    const all = (["epp", "simulator", "istio"] as const).filter((part) => set[part] !== undefined);
    return all
        .filter((part) => found[part] === undefined)
        .map((part) => ({
            reason: `${partNames[part]} ${set[part] ?? ""} is not known; known are ${knownVersions[part].join(", ")}.`,
            parts: all,
        }));
}

function brokenRules(set: VersionSet): { reason: string; parts: readonly Part[] }[] {
    const epp = findEpp(set.epp);
    const simulator = findSimulator(set.simulator);
    const istio = set.istio === undefined ? undefined : findIstio(set.istio);
    if (epp === undefined || simulator === undefined) {
        return [];
    }
    return rules.flatMap(({ parts, reason }) => {
        const text = reason({ epp, simulator, istio }, set);
        return text === undefined ? [] : [{ reason: text, parts }];
    });
}

/** Where a version stands in a list: its index, or half a step between its neighbours. */
function position(versions: readonly string[], version: string): number {
    const after = versions.findIndex((known) => compareVersions(known, version) > 0);
    const last = (after === -1 ? versions.length : after) - 1;
    return compareVersions(versions[last] ?? "", version) === 0 ? last : last + 0.5;
}

/** `EPP 0.8 with simulator 0.10 and Istio 1.28.5`. */
function listed([first = "", ...others]: string[]): string {
    return others.length === 0 ? first : `${first} with ${others.join(" and ")}`;
}

function nearestSet(set: VersionSet): Versions {
    const here = (part: Part, version: string | undefined) =>
        version === undefined ? 0 : position(knownVersions[part], version);
    // What is no version at all is nowhere, so the default stands in for it.
    const placed = (part: Part, version: string) =>
        minorOf(version) === undefined ? defaultVersions[part] : version;
    // A patch version stands where its minor version does, so that the part that is right already costs nothing.
    const epp = placed("epp", set.epp);
    const simulator = placed("simulator", set.simulator);
    const istio = set.istio === undefined ? undefined : placed("istio", set.istio);
    const from: Versions = {
        epp: findEpp(epp)?.minor ?? epp,
        simulator: findSimulator(simulator)?.minor ?? simulator,
        istio: istio === undefined ? undefined : (findIstio(istio)?.since ?? istio),
    };
    const distance = (to: Versions) =>
        (["epp", "simulator", "istio"] as const)
            .map((part) => Math.abs(here(part, to[part]) - here(part, from[part])))
            .reduce((sum, steps) => sum + steps, 0);
    const candidates = knownVersions.epp.flatMap((epp) =>
        knownVersions.simulator.flatMap((simulator) =>
            (set.istio === undefined ? [undefined] : knownVersions.istio).map((istio) => ({
                epp,
                simulator,
                istio,
            })),
        ),
    );
    const [best] = candidates
        .filter((candidate) => brokenRules({ ...set, ...candidate }).length === 0)
        .sort(
            (a, b) =>
                distance(a) - distance(b) ||
                compareVersions(b.epp, a.epp) ||
                compareVersions(b.simulator, a.simulator) ||
                compareVersions(b.istio ?? "", a.istio ?? ""),
        );
    return best ?? from;
}
