import { cacheDir } from "../paths";
import { ensureEntries } from "./cache";
import * as entries from "./entries";
import { programPath } from "./index";
import { mapValues } from "./lab";

/** Absolute paths of what runs in place of the images that the conformance suites deploy. */
export interface ConformanceImages {
    echoBasic: string;
    conformanceEpp: string;
    coredns: string;
}

/** Absolute paths of the conformance suites and of what they deploy. */
export interface ConformanceTools {
    suites: { gateway: string; inference: string; deployed: string };
    images: ConformanceImages;
}

const suites = {
    gateway: entries.gatewayConformance,
    inference: entries.inferenceConformance,
    deployed: entries.deployedConformance,
};

const images = {
    echoBasic: entries.echoBasic,
    conformanceEpp: entries.conformanceEpp,
    coredns: entries.coredns,
};

/**
 * Makes sure that the conformance suites are there, building what the cache does not hold whole.
 *
 * @param report takes one line of progress at a time.
 * @throws Error when Go is missing and something must be built, or when a step fails.
 */
export async function ensureConformanceTools(report: (line: string) => void): Promise<ConformanceTools> {
    await ensureEntries(cacheDir, [...Object.values(images), ...Object.values(suites)], report);
    return { suites: mapValues(suites, programPath), images: mapValues(images, programPath) };
}
