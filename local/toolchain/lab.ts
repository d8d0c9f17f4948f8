import * as path from "path";
import { cacheDir } from "../paths";
import { ensureEntries, entryFolder } from "./cache";
import type { ConformanceImages } from "./conformance";
import * as entries from "./entries";
import { programPath } from "./index";

/** Absolute paths of the programs that the lab runs, and of what they read. */
export interface LabTools {
    /** Our own program that makes network namespaces. */
    labnet: string;
    /** llm-d's inference simulator. */
    simulator: string;
    /** llm-d's endpoint picker, of the newest release that can be built and of the oldest. */
    llmdEpp: string;
    llmdOldestEpp: string;
    /** istiod. */
    pilotDiscovery: string;
    pilotAgent: string;
    envoy: string;
    /** Template of the proxies' bootstrap. */
    envoyBootstrap: string;
    /** Renders Istio's charts. */
    istioManifests: string;
    /** What the conformance suites deploy. Undefined where they are not to run: the lab does not know their images. */
    conformance?: ConformanceImages;
}

/**
 * Makes sure that everything the lab runs is there, building or fetching what the cache does not hold whole. It takes
 * minutes, and is therefore no part of the control plane's toolchain.
 *
 * @param report takes one line of progress at a time.
 * @throws Error when Go, or Python with pip, is missing and something must be made, or when a step fails.
 */
export async function ensureLabTools(report: (line: string) => void): Promise<LabTools> {
    const programs = {
        labnet: entries.labnet,
        simulator: entries.simulator,
        llmdEpp: entries.llmdEpp,
        llmdOldestEpp: entries.llmdOldestEpp,
        pilotDiscovery: entries.pilotDiscovery,
        pilotAgent: entries.pilotAgent,
        istioManifests: entries.istioManifests,
    };
    await ensureEntries(
        cacheDir,
        [entries.envoy, ...Object.values(programs), entries.envoyBootstrap],
        report,
    );
    return {
        ...mapValues(programs, programPath),
        envoy: programPath(entries.envoy),
        envoyBootstrap: path.join(entryFolder(cacheDir, entries.envoyBootstrap), "envoy_bootstrap.json"),
    };
}

/** An object of the same keys. */
export function mapValues<K extends string, V, W>(
    object: Record<K, V>,
    change: (value: V) => W,
): Record<K, W> {
    return Object.fromEntries(
        Object.entries<V>(object).map(([key, value]) => [key, change(value)]),
    ) as Record<K, W>;
}
