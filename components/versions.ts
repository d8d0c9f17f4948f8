/**
 * What each released image can do. Components compute arguments and configuration from this, so that an image can
 * be changed without knowing its flags. Sources: the release notes and sources of llm-d-inference-scheduler (later
 * llm-d-router), Gateway API Inference Extension (GIE) and llm-d-inference-sim.
 */

/** What one minor version of the endpoint picker (EPP) accepts. */
export interface EppRelease {
    readonly minor: string;
    /** The GIE version that it is built on. */
    readonly gie: string;
    /**
     * How the prefix cache block size is configured: `blockSize` of the prefix-cache-scorer counts characters,
     * `blockSizeTokens` of the approx-prefix-cache-producer counts tokens (GIE 1.5).
     */
    readonly prefixBlock: "scorer-characters" | "producer-tokens";
    /** Reads InferenceModelRewrites, and so needs the right to list them. */
    readonly modelRewrites: boolean;
}

/** What one minor version of the simulator accepts. */
export interface SimulatorRelease {
    readonly minor: string;
    /** Latencies: integer milliseconds up to 0.6, durations such as `20ms` from 0.7 on (the only form from 0.9). */
    readonly latency: "milliseconds" | "duration";
    /** Knows `--force-dummy-tokenizer`; without it the simulator looks a tokenizer up on a public hub at start. */
    readonly dummyTokenizerFlag: boolean;
}

export const eppReleases: readonly EppRelease[] = [
    { minor: "0.4", gie: "1.2", prefixBlock: "scorer-characters", modelRewrites: false },
    { minor: "0.5", gie: "1.3", prefixBlock: "scorer-characters", modelRewrites: true },
    { minor: "0.7", gie: "1.4", prefixBlock: "scorer-characters", modelRewrites: true },
    { minor: "0.8", gie: "1.5", prefixBlock: "producer-tokens", modelRewrites: true },
];

export const simulatorReleases: readonly SimulatorRelease[] = [
    { minor: "0.6", latency: "milliseconds", dummyTokenizerFlag: false },
    { minor: "0.7", latency: "duration", dummyTokenizerFlag: false },
    { minor: "0.8", latency: "duration", dummyTokenizerFlag: false },
    { minor: "0.9", latency: "duration", dummyTokenizerFlag: false },
    { minor: "0.10", latency: "duration", dummyTokenizerFlag: true },
];

/** GIE's estimate of characters per token, which turns a token block size into the older setting's characters. */
export const charactersPerToken = 4;

/** The `major.minor` of an image's tag (`...:v0.8.0` -> `0.8`), or undefined when the tag is no version. */
export function minorOfImage(image: string): string | undefined {
    return /:v?(\d+\.\d+)(?:\.\d+)?(?:[-+][0-9A-Za-z.-]+)?(?:@sha256:[0-9a-f]{64})?$/.exec(image)?.[1];
}

/**
 * @param version the `major.minor` that the tag does not tell, from the settings.
 * @throws Error when no released version is known by that name.
 */
export function eppReleaseOf(image: string, version?: string): EppRelease {
    return releaseOf(eppReleases, image, version);
}

/**
 * @param version the `major.minor` that the tag does not tell, from the settings.
 * @throws Error when no released version is known by that name.
 */
export function simulatorReleaseOf(image: string, version?: string): SimulatorRelease {
    return releaseOf(simulatorReleases, image, version);
}

function releaseOf<T extends { minor: string }>(releases: readonly T[], image: string, version?: string): T {
    const minor = version ?? minorOfImage(image);
    const release = releases.find((candidate) => candidate.minor === minor);
    if (release === undefined) {
        throw new Error(
            `${image}: no known version; known are ${releases.map((candidate) => candidate.minor).join(", ")}`,
        );
    }
    return release;
}
